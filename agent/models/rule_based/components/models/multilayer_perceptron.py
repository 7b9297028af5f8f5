"""Multilayer perceptron (Rumelhart, Hinton & Williams, Nature 323, 1986)."""

from __future__ import annotations

from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler


def multilayer_perceptron(seed: int) -> Pipeline:
    """One hidden layer of 100 rectified units on standardised columns, with weight decay."""
    return make_pipeline(
        StandardScaler(), MLPClassifier(hidden_layer_sizes=(100,), alpha=1e-2, max_iter=600, random_state=seed)
    )
