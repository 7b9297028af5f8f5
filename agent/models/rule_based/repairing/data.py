"""Rules for data that a method cannot take: not positive, negative, missing, sparse."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from agent.models.rule_based.repairing.edits import (
    all_calls,
    called,
    calls,
    replaced,
    with_imports,
    with_keyword,
    wrapped,
)

if TYPE_CHECKING:
    from agent.models.rule_based.repairing.failure import Changes, Failure

_PIPELINE = "from sklearn.pipeline import make_pipeline"
_SELECTORS = ("SelectKBest", "SelectPercentile", "SelectFpr", "SelectFdr", "SelectFwe", "GenericUnivariateSelect")


def positive_only(failure: Failure) -> Changes:
    """Take Yeo and Johnson's transform (Biometrika 87, 2000) in place of Box-Cox, which is for positive data only."""
    if not failure.says(r"strictly positive|Data must be positive"):
        return {}
    return failure.each_file(lambda text: re.sub(r"\bboxcox\b", "yeojohnson", _with_method(text)))


def _with_method(text: str) -> str:
    values = [value for call in calls(text, "PowerTransformer") for value in _values(call)]
    methods = [value for value in values if isinstance(value, ast.Constant) and value.value == "box-cox"]
    return replaced(text, methods, lambda _: '"yeo-johnson"')


def _values(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def non_negative_only(failure: Failure) -> Changes:
    """Bring columns into the range 0 to 1 in front of a method that takes no negative values."""
    said = failure.says(r"Negative values in data passed to (?:X in )?(\w+)|Input X must be non-negative")
    if not said:
        return {}

    def change(text: str) -> str:
        targets = calls(text, said[1]) if said[1] else [call for call in all_calls(text) if _is_chi2(call)]
        # Clipped, since rows that were not fitted may lie below the smallest fitted value.
        new = wrapped(text, targets, "make_pipeline(MinMaxScaler(clip=True), ", ")")
        return new if new == text else with_imports(new, _PIPELINE, "from sklearn.preprocessing import MinMaxScaler")

    return failure.each_file(change)


def _is_chi2(call: ast.Call) -> bool:
    names = [value.id for value in _values(call) if isinstance(value, ast.Name)]
    return called(call) in _SELECTORS and "chi2" in names


def no_missing_values(failure: Failure) -> Changes:
    """Put column means in place of missing values in front of a method that takes none."""
    said = failure.says(r"(\w+) does not accept missing values")
    if not said:
        return {}

    def change(text: str) -> str:
        imputer = "make_pipeline(SimpleImputer(keep_empty_features=True), "
        new = wrapped(text, calls(text, said[1]), imputer, ")")
        return new if new == text else with_imports(new, _PIPELINE, "from sklearn.impute import SimpleImputer")

    return failure.each_file(change)


def dense_only(failure: Failure) -> Changes:
    """Make encoders return dense columns for a method that takes no sparse ones."""
    if not failure.says(r"[Ss]parse data was passed|dense data is required|does not support sparse"):
        return {}

    def change(text: str) -> str:
        text = replaced(
            text, calls(text, "KBinsDiscretizer"), lambda call: with_keyword(call, "encode", '"onehot-dense"')
        )
        for encoder in ("OneHotEncoder", "RandomTreesEmbedding", "SplineTransformer"):
            text = replaced(text, calls(text, encoder), lambda call: with_keyword(call, "sparse_output", "False"))
        return text

    return failure.each_file(change)
