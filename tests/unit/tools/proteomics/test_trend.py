"""Several groups, a number, an interaction, and time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from proteomics_data import as_data

from tools.contract import try_tool
from tools.errors import NotApplicable
from tools.proteomics import time_course, trend


def made(values: np.ndarray, **sheet):
    names = [f"s{number}" for number in range(values.shape[0])]
    frame = pd.DataFrame(values.T, index=[f"P{number}" for number in range(values.shape[1])], columns=names)
    return as_data(frame, pd.DataFrame(sheet, index=names))


def noise(samples, seed=0, features=150):
    rng = np.random.default_rng(seed)
    return 22 + rng.normal(size=(samples, features)) * np.sqrt(0.04 * 6 / rng.chisquare(6, features))


def called(table: pd.DataFrame) -> set[str]:
    return set(table.index[table["called"]])


def test_groups_finds_the_group_that_stands_out():
    values = noise(12)
    values[8:, :5] += 2
    values[8:, 9] = np.nan
    result = try_tool(trend.test_groups, made(values, group=list("aaaabbbbcccc")), group="group")
    table = result.tables["groups"]
    assert {f"P{number}" for number in range(5)} <= called(table)
    assert (table.loc[[f"P{number}" for number in range(5)], "highest"] == "c").all()
    assert table.loc["P0", "log2_spread"] == pytest.approx(2, abs=0.5)
    assert "P9" not in table.index
    assert result.facts["not_tested"] == 1


def test_a_level_with_one_value_is_not_tested():
    """It is fitted exactly, so that an outlier there would be the largest effect of all, with no error."""
    values = noise(12)
    values[9:, 0] = np.nan
    values[8, 0] += 8
    table = try_tool(trend.test_groups, made(values, group=list("aaaabbbbcccc")), group="group").tables["groups"]
    assert "P0" not in table.index
    data = made(values, hours=np.repeat([0.0, 1, 2], 4))
    assert "P0" not in try_tool(time_course.test_time_course, data, time="hours").tables["time_course"].index


def test_groups_sends_two_groups_to_the_test_for_two():
    with pytest.raises(NotApplicable, match="use test_differential"):
        try_tool(trend.test_groups, made(noise(8), group=list("aaaabbbb")), group="group")


def test_trend_gives_the_slope_in_the_unit_of_the_variable():
    age = np.array([21, 30, 38, 47, 55, 63, 70, 84], dtype=float)
    values = noise(8)
    values[:, 3] += 0.05 * age
    table = try_tool(trend.test_trend, made(values, age=age), variable="age").tables["trend"]
    assert table.index[0] == "P3"
    assert table.loc["P3", "ci_low"] < 0.05 < table.loc["P3", "ci_high"]
    assert called(table) == {"P3"}


def test_interaction_finds_an_effect_that_only_one_sex_has_and_not_one_that_both_have():
    sex, group = ["f", "f", "f", "m", "m", "m"] * 2, ["a"] * 6 + ["b"] * 6
    values = noise(12)
    values[9:, 0] += 3
    values[6:, 1] += 3
    patients = [f"p{number}" for number in range(6)] * 2
    data = made(values, group=group, sex=sex, patient=patients)
    parameters = {"group": "group", "numerator": "b", "denominator": "a", "modifier": "sex"}
    for block in (None, "patient"):
        table = try_tool(trend.test_interaction, data, **parameters, block=block).tables["interaction"]
        assert called(table) == {"P0"}
        assert table.loc["P0", "log2_fc_difference"] == pytest.approx(3, abs=0.8)


def test_a_time_course_finds_a_peak_that_no_trend_shows():
    seconds = [0, 30, 120, 600] * 3
    values = noise(12)
    values[np.array(seconds) == 30, 0] += 3
    data = made(values, seconds=seconds, replicate=[1] * 4 + [2] * 4 + [3] * 4)
    table = try_tool(time_course.test_time_course, data, time="seconds", block="replicate").tables["time_course"]
    assert called(table) == {"P0"}
    assert table.loc["P0", "at"] == 30
    assert table.loc["P0", "largest_change"] == pytest.approx(3, abs=0.6)


def test_courses_of_two_groups_are_compared_also_over_many_times():
    times = np.tile(np.arange(12), 2)
    values = noise(24)
    values[:, 1] += 0.3 * times
    values[12:, 0] += 0.3 * times[12:]
    data = made(values, hours=times, group=["a"] * 12 + ["b"] * 12)
    table = try_tool(time_course.test_time_course, data, time="hours", group="group").tables["time_course"]
    assert called(table) == {"P0"}
    assert table.loc["P0", "largest_change"] == pytest.approx(3.3, abs=0.8)
