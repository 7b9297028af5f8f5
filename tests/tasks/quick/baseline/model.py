import numpy as np


def read(X, seed):
    weights = np.random.default_rng(seed).uniform(size=X.shape[1]) ** 4
    return X @ weights
