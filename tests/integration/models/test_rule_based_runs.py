from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from agent.models.rule_based.catalogue import BY_NAME
from workspaces.task import find

pytestmark = pytest.mark.slow
BENCHMARK = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks/catalogue.py"))


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    return BENCHMARK["Trial"](find("digits"), tmp_path_factory.mktemp("digits"))


def run(trial, *names: str):
    return trial.run([BY_NAME[name] for name in names], (0,))


def test_a_component_alone_improves_the_baseline(digits):
    assert run(digits, "nearest-neighbours").score > run(digits).score + digits.task.metric.smallest_difference


def test_components_of_all_slots_work_together(digits):
    names = (
        "small-rotations",
        "noise-injection",
        "deskewing",
        "standardising",
        "principal-components",
        "linear-discriminant",
    )
    result = run(digits, *names)
    assert result.score > 0.8
    assert result.repairs == ()


def test_the_textbook_form_of_box_cox_is_repaired_to_yeo_johnson(digits):
    result = run(digits, "box-cox")
    assert result.score is not None
    assert [note for note in result.repairs if "Yeo and Johnson" in note]


@pytest.mark.parametrize(
    "names", [("standardising", "multinomial-naive-bayes"), ("standardising", "chi-squared-selection")]
)
def test_counts_from_standardised_columns_are_repaired(digits, names):
    result = run(digits, *names)
    assert result.score is not None
    assert [note for note in result.repairs if "negative" in note]


def test_voting_with_a_classifier_without_probabilities_is_repaired(digits):
    result = run(digits, "rbf-support-vectors", "soft-voting")
    assert result.score > run(digits).score
    assert [note for note in result.repairs if "Calibrate" in note]
