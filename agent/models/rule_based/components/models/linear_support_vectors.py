"""Linear support vector machine (Fan et al., LIBLINEAR, Journal of Machine Learning Research 9, 2008)."""

from __future__ import annotations

from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC


def linear_support_vectors(seed: int) -> Pipeline:
    """Separate each class from the rest by a wide linear margin."""
    return make_pipeline(StandardScaler(), LinearSVC(C=0.05, max_iter=10000, random_state=seed))
