"""Rules for arguments that a function does not take, and for methods that an estimator lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.models.rule_based.repairing.edits import (
    calls,
    replaced,
    with_imports,
    without_keyword,
    wrapped,
)

if TYPE_CHECKING:
    from agent.models.rule_based.repairing.failure import Changes, Failure

_RENAMED = {
    ("OneHotEncoder", "sparse"): "sparse_output",
    ("BaggingClassifier", "base_estimator"): "estimator",
    ("BaggingRegressor", "base_estimator"): "estimator",
    ("AdaBoostClassifier", "base_estimator"): "estimator",
    ("AdaBoostRegressor", "base_estimator"): "estimator",
    ("CalibratedClassifierCV", "base_estimator"): "estimator",
    ("AgglomerativeClustering", "affinity"): "metric",
    ("KMeans", "n_cluster"): "n_clusters",
}


def unexpected_argument(failure: Failure) -> Changes:
    """Use an argument's present name, or leave it out when the function takes none like it."""
    said = failure.says(r"(\w+?)(?:\.__init__)?\(\) got an unexpected keyword argument '(\w+)'")
    if not said:
        return {}
    name, argument = said[1], said[2]

    def change(call: str) -> str:
        new = _RENAMED.get((name, argument))
        return call.replace(f"{argument}=", f"{new}=", 1) if new else without_keyword(call, argument)

    return failure.each_file(lambda text: replaced(text, calls(text, name), change))


def invalid_value(failure: Failure) -> Changes:
    """Leave out an argument whose value the estimator refuses, so that its default holds."""
    said = failure.says(r"The '(\w+)' parameter of (\w+) must be")
    if not said:
        return {}
    return failure.each_file(
        lambda text: replaced(text, calls(text, said[2]), lambda call: without_keyword(call, said[1]))
    )


def no_probabilities(failure: Failure) -> Changes:
    """Calibrate a classifier that gives no probabilities (Platt, 1999), where they are asked for."""
    said = failure.says(r"'(\w+)' (?:object )?has no attribute 'predict_proba'")
    if not said:
        return {}

    def change(text: str) -> str:
        new = wrapped(text, calls(text, said[1]), "CalibratedClassifierCV(", ", ensemble=False)")
        return new if new == text else with_imports(new, "from sklearn.calibration import CalibratedClassifierCV")

    return failure.each_file(change)
