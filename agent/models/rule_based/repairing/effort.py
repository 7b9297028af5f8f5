"""Rules for work that is too little (no convergence) or too much (time, memory)."""

from __future__ import annotations

import ast
import re
from functools import partial
from typing import TYPE_CHECKING

from agent.models.rule_based.repairing.edits import all_calls, called, replaced, with_keyword

if TYPE_CHECKING:
    from agent.models.rule_based.repairing.failure import Changes, Failure

_ITERATIVE = {
    "LogisticRegression": 1000,
    "LinearSVC": 10000,
    "LinearSVR": 10000,
    "MLPClassifier": 2000,
    "MLPRegressor": 2000,
    "SGDClassifier": 10000,
    "Lasso": 10000,
    "ElasticNet": 10000,
    "ElasticNetCV": 10000,
    "LassoCV": 10000,
    "FastICA": 2000,
    "NMF": 2000,
    "HuberRegressor": 1000,
}
"""Estimator → iterations, ten times its default or enough by its documentation."""
_COSTLY = {"n_estimators": 10, "max_iter": 20, "n_components": 10, "n_init": 1, "degree": 2, "cv": 2, "n_clusters": 10}
"""Argument that time and memory grow with → the least that still makes sense."""
_SHARE = 3


def not_converged(failure: Failure) -> Changes:
    """Allow ten times the iterations to an estimator that did not converge."""
    if not failure.says(r"ConvergenceWarning|failed to converge|did not converge"):
        return {}

    def change(text: str) -> str:
        for name, enough in _ITERATIVE.items():
            found = [call for call in all_calls(text) if called(call) == name]
            text = replaced(text, found, partial(_patient, enough=enough))
        return text

    return failure.each_file(change)


def _patient(call: str, enough: int) -> str:
    given = re.search(r"\bmax_iter=(\d+)", call)
    return with_keyword(call, "max_iter", str(max(enough, 10 * int(given[1])) if given else enough))


def too_costly(failure: Failure) -> Changes:
    """Cut what time and memory grow with to a third."""
    if not failure.says(r"MemoryError|Unable to allocate|ran out of (?:time|memory)|stopped after [\d.]+ s"):
        return {}

    return failure.each_file(_cheaper)


def _cheaper(text: str) -> str:
    for name, least in _COSTLY.items():
        values = [keyword.value for call in all_calls(text) for keyword in call.keywords if keyword.arg == name]
        numbers = [value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, int)]
        text = replaced(text, numbers, partial(_cut, least=least))
    return text


def _cut(number: str, least: int) -> str:
    value = int(number, base=0)
    return str(min(value, max(least, value // _SHARE)))
