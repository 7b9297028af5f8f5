"""Rules for numbers that do not fit the data: more components, neighbours or folds than there are, wrong shapes."""

from __future__ import annotations

import ast
import math
from typing import TYPE_CHECKING

from agent.models.rule_based.repairing.edits import all_calls, called, calls, replaced, without_keyword

if TYPE_CHECKING:
    from agent.models.rule_based.repairing.failure import Changes, Failure

_TOO_LARGE = (
    r"n_components=(?P<asked>\d+) must be (?:between \d+ and|strictly less than) .*?=(?P<bound>\d+)",
    r"n_components` upper bound is (?P<bound>\d+)\. Got (?P<asked>\d+)",
    r"n_neighbors = (?P<asked>\d+), n_samples_fit = (?P<bound>\d+)",
    r"n_splits=(?P<asked>\d+) greater than the number of samples: n_samples=(?P<bound>\d+)",
    r"n_splits=(?P<asked>\d+) cannot be greater than the number of members in each class(?P<bound>)",
    r"n_samples=(?P<bound>\d+) should be >= n_clusters=(?P<asked>\d+)",
)
_KEYWORDS = {"n_components", "n_neighbors", "n_splits", "n_clusters", "cv"}
_FEWEST_FOLDS = 2


def too_large(failure: Failure) -> Changes:
    """Lower a number of components, neighbours, folds or clusters to what the data allow."""
    said = next((match for pattern in _TOO_LARGE if (match := failure.says(pattern))), None)
    if not said:
        return {}
    asked, bound = int(said["asked"]), said["bound"] or str(_FEWEST_FOLDS)

    def change(text: str) -> str:
        values = [value for call in all_calls(text) for value in _sizes(call)]
        too_large = [value for value in values if isinstance(value, ast.Constant) and value.value == asked]
        return replaced(text, too_large, lambda _: bound)

    return failure.each_file(change)


def _sizes(call: ast.Call) -> list[ast.expr]:
    """The values of a call that can be a size: its first argument when it makes an object, and known keywords."""
    first = call.args[:1] if called(call)[:1].isupper() else []
    return [*first, *(keyword.value for keyword in call.keywords if keyword.arg in _KEYWORDS)]


def too_many_discriminants(failure: Failure) -> Changes:
    """Let linear discriminant analysis keep as many directions as there are."""
    if not failure.says(r"n_components cannot be larger than min\(n_features, n_classes - 1\)"):
        return {}
    name = "LinearDiscriminantAnalysis"
    return failure.each_file(
        lambda text: replaced(text, calls(text, name), lambda call: without_keyword(call, "n_components"))
    )


def wrong_shape(failure: Failure) -> Changes:
    """Reshape to the square that the number of columns makes, or leave the last axis open."""
    said = failure.says(r"cannot reshape array of size (\d+) into shape \(([\d, ]+)\)")
    if not said:
        return {}
    size, shape = int(said[1]), [int(number) for number in said[2].split(",") if number.strip()]
    columns, rest = divmod(size, shape[0])
    side = math.isqrt(columns)
    if rest or (len(shape) == 3 and side * side != columns) or len(shape) not in (2, 3):
        return {}
    new = "-1" if len(shape) == 2 else str(side)

    def change(text: str) -> str:
        axes = [axis for call in calls(text, "reshape") for axis in _last_axes(call, shape[1:])]
        return replaced(text, axes, lambda _: new)

    return failure.each_file(change)


def _last_axes(call: ast.Call, wanted: list[int]) -> list[ast.expr]:
    """The last axes of a reshape when they are exactly the numbers that did not fit."""
    axes = call.args[-1].elts if call.args and isinstance(call.args[-1], ast.Tuple) else call.args
    last = list(axes[-len(wanted) :])
    return last if [node.value if isinstance(node, ast.Constant) else None for node in last] == wanted else []
