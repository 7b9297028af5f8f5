"""Support vector machine with a radial kernel (Cortes & Vapnik, Machine Learning 20, 1995)."""

from __future__ import annotations

from sklearn.svm import SVC


def rbf_support_vectors() -> SVC:
    """Separate the classes by a wide margin in the space of an RBF kernel."""
    return SVC(C=10.0, kernel="rbf", gamma="scale")
