"""Support vector machine with a polynomial kernel (Boser, Guyon & Vapnik, COLT 1992)."""

from __future__ import annotations

from sklearn.svm import SVC


def polynomial_support_vectors() -> SVC:
    """Separate the classes by a wide margin in the space of products of up to three columns."""
    return SVC(kernel="poly", degree=3, gamma="scale", coef0=1.0)
