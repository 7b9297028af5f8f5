"""Multinomial naive Bayes (McCallum & Nigam, AAAI workshop on text categorisation, 1998)."""

from __future__ import annotations

from sklearn.naive_bayes import MultinomialNB


def multinomial_naive_bayes() -> MultinomialNB:
    """Read each row as counts that are independent within a class."""
    return MultinomialNB(alpha=0.5)
