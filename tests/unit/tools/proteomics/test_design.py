"""Confounding is found whatever the factor is called, and a fair design is left alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from proteomics_data import as_data

from tools.contract import try_tool
from tools.errors import NotApplicable
from tools.proteomics.design import check_design


def data(**columns):
    names = [f"s{number}" for number in range(len(next(iter(columns.values()))))]
    return as_data(pd.DataFrame(1.0, index=["P1"], columns=names), pd.DataFrame(columns, index=names))


GROUPS = ["a", "a", "a", "b", "b", "b"]


@pytest.mark.parametrize("batch", [["1", "1", "1", "2", "2", "2"], [1, 1, 1, 2, 2, 2]])
def test_a_batch_that_goes_with_the_groups_is_confounded(batch):
    for parameters in ({}, {"covariates": ("batch",)}):
        result = try_tool(check_design, data(group=GROUPS, batch=batch), group="group", **parameters)
        assert result.facts["confounded"] is True
        assert result.facts["with_what"] == "batch"
        assert any("cannot be told apart" in warning for warning in result.warnings)
    assert result.facts["estimable"] is False
    assert result.tables["design"].loc["batch", "association"] == pytest.approx(1)


def test_several_batches_within_each_group_are_confounded_as_well():
    made = data(group=["a"] * 4 + ["b"] * 4, batch=["1", "1", "2", "2", "3", "3", "4", "4"])
    assert try_tool(check_design, made, group="group").facts["with_what"] == "batch"


def test_a_batch_across_the_groups_is_none():
    result = try_tool(
        check_design, data(group=GROUPS, batch=["1", "2", "1", "2", "1", "2"]), group="group", covariates=("batch",)
    )
    assert result.facts["confounded"] is False
    assert result.facts["estimable"] is True
    assert result.facts["residual_degrees_of_freedom"] == 3


def test_a_design_of_more_columns_than_samples_is_not_estimable():
    made = data(group=["a", "b", "a", "b"], site=["1", "1", "2", "2"], person=["x", "y", "z", "x"])
    result = try_tool(check_design, made, group="group", covariates=("site", "person"))
    assert result.facts["estimable"] is False
    assert "nothing to estimate errors from" in result.summary


def test_factors_that_tell_the_groups_apart_only_together_are_told():
    made = data(group=["a", "b", "b", "c"] * 2, site=["1", "1", "2", "2"] * 2, sex=["f", "m", "f", "m"] * 2)
    result = try_tool(check_design, made, group="group", covariates=("site", "sex"))
    assert result.facts["confounded"] is False
    assert result.facts["estimable"] is False
    assert "the covariates together tell groups apart" in result.summary


def test_another_name_of_the_groups_is_told_and_is_no_confounding():
    made = data(group=GROUPS, diagnosis=["ill"] * 3 + ["well"] * 3, plate=["1", "2"] * 3)
    result = try_tool(check_design, made, group="group")
    assert result.facts["confounded"] is False
    assert any("`diagnosis` says the same" in warning for warning in result.warnings)


def test_a_number_that_differs_between_groups_is_told():
    rng = np.random.default_rng(0)
    made = data(group=["a"] * 20 + ["b"] * 20, age=np.r_[rng.normal(40, 2, 20), rng.normal(60, 2, 20)])
    result = try_tool(check_design, made, group="group", covariates=("age",))
    assert result.tables["design"].loc["age", "association"] > 0.9
    assert any("goes largely along" in warning for warning in result.warnings)


def test_samples_without_a_group_do_not_count():
    result = try_tool(
        check_design, data(group=["a", "a", "b", "b", None], batch=["1", "2", "1", "2", "3"]), group="group"
    )
    assert result.facts["groups"] == 2
    assert result.facts["smallest_group"] == 2


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(NotApplicable, match="no sample column `sex`"):
        try_tool(check_design, data(group=GROUPS), group="group", covariates=("sex",))


def test_covariates_that_say_the_same_do_not_hide_the_groups():
    """A run lies within a mixture: both together cannot be told apart, and the groups across them can."""
    mixture, run = ["1"] * 4 + ["2"] * 4, [f"r{n // 2}" for n in range(8)]
    made = data(group=["a", "b"] * 4, mixture=mixture, run=run)
    result = try_tool(check_design, made, group="group", covariates=("mixture", "run"))
    assert result.facts["estimable"] is True
