"""A comparison of two groups: what is tested, what is refused, and what never happens."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from proteomics_data import as_data

from tools.contract import try_tool
from tools.errors import NotApplicable
from tools.proteomics import differential


def made(values: np.ndarray, **sheet) -> object:
    names = [f"s{number}" for number in range(values.shape[0])]
    frame = pd.DataFrame(values.T, index=[f"P{number}" for number in range(values.shape[1])], columns=names)
    return as_data(frame, pd.DataFrame(sheet, index=names))


def noise(rng, samples=8, features=200, prior_df=6.0):
    return 22 + rng.normal(size=(samples, features)) * np.sqrt(0.04 * prior_df / rng.chisquare(prior_df, features))


def compare(data, **parameters):
    parameters = {"group": "group", "numerator": "b", "denominator": "a"} | parameters
    return try_tool(differential.test_differential, data, **parameters)


GROUPS = ["a"] * 4 + ["b"] * 4


def test_finds_what_changed_and_says_by_how_much():
    values = noise(np.random.default_rng(0))
    values[4:, :10] += 3
    table = compare(made(values, group=GROUPS)).tables["differential"]
    assert set(table.index[table["called"]]) >= {f"P{number}" for number in range(10)}
    truth = table.loc["P0"]
    assert truth["ci_low"] < 3 < truth["ci_high"]
    assert truth["mean_numerator"] - truth["mean_denominator"] == pytest.approx(truth["log2_fc"])


def test_a_protein_absent_in_a_whole_group_is_not_tested():
    """Shortest-solution least squares would put it first, with log2 fold change 10 and P = 0."""
    values = noise(np.random.default_rng(1))
    values[4:, 0] = np.nan
    values[:, 1] = np.nan
    result = compare(made(values, group=GROUPS))
    assert not {"P0", "P1"} & set(result.tables["differential"].index)
    assert result.facts["not_tested"] == 2
    assert "test_presence" in result.warnings[0]


def test_variances_that_are_all_equal_are_no_trouble():
    values = 20 + np.random.default_rng(2).normal(size=(8, 500)) * 0.2
    table = compare(made(values, group=GROUPS)).tables["differential"]
    assert table["p"].between(0, 1).all()
    assert not table["called"].any()


def test_a_batch_that_equals_the_group_is_refused():
    data = made(noise(np.random.default_rng(3)), group=GROUPS, batch=["x"] * 4 + ["y"] * 4)
    with pytest.raises(NotApplicable, match="cannot tell the tested effect apart"):
        compare(data, covariates=("batch",))


def test_a_batch_as_covariate_takes_its_shift_out():
    rng = np.random.default_rng(4)
    values = noise(rng)
    batch = np.array([0, 0, 0, 1, 0, 1, 1, 1])
    values += batch[:, None] * rng.normal(2, 0.1, values.shape[1])
    data = made(values, group=GROUPS, batch=[f"day{day}" for day in batch])
    assert compare(data, covariates=("batch",)).facts["called"] == 0
    values[4:, 0] += 3
    adjusted = compare(made(values, **data.obs), covariates=("batch",)).tables["differential"]
    assert adjusted.index[0] == "P0"
    assert adjusted["log2_fc"].iloc[0] == pytest.approx(3, abs=0.6)


def test_a_block_pairs_even_when_its_names_are_numbers():
    rng = np.random.default_rng(5)
    values = noise(rng) + np.tile(rng.normal(0, 4, 4), 2)[:, None]
    values[4:, :5] += 1.5
    data = made(values, group=GROUPS, patient=[7, 1, 3, 20] * 2)
    assert compare(data).facts["called"] == 0
    paired = compare(data, block="patient").tables["differential"]
    assert {f"P{number}" for number in range(5)} <= set(paired.index[paired["called"]])


def test_an_effect_smaller_than_what_matters_is_not_called():
    values = noise(np.random.default_rng(6))
    values[4:, :10] += 0.6
    data = made(values, group=GROUPS)
    assert compare(data).facts["called"] > 0
    cut = compare(data, smallest_log2_fc=1.0)
    assert cut.facts["called"] == 0
    assert (cut.tables["differential"]["q"] < 0.05).any()


@pytest.mark.parametrize("method", ["limma", "t", "permutation"])
def test_null_data_stays_null(method):
    calls = [
        compare(made(noise(np.random.default_rng(seed)), group=GROUPS), method=method).facts["called"]
        for seed in range(5)
    ]
    assert sum(calls) <= 1


def test_permutation_agrees_with_what_is_there():
    values = noise(np.random.default_rng(8), samples=12)
    values[6:, :10] += 3
    data = made(values, group=["a"] * 6 + ["b"] * 6)
    table = compare(data, method="permutation").tables["differential"]
    assert set(table.index[:10]) == {f"P{number}" for number in range(10)}


def test_peptide_counts_set_the_variance_that_is_expected():
    """Proteins of one peptide are noisier; with their counts known, the steady ones are found more surely."""
    rng = np.random.default_rng(9)
    counts = rng.integers(1, 30, 400)
    values = 22 + rng.normal(size=(6, 400)) * (0.6 / np.sqrt(counts)) * np.sqrt(8 / rng.chisquare(8, 400))
    values[3:, 380:] += 0.6
    data = made(values, group=["a"] * 3 + ["b"] * 3)
    data.var["peptides"] = counts
    steady = [f"P{number}" for number in range(380, 400) if counts[number] > 15]
    plain, weighted = (compare(data, method=method).tables["differential"] for method in ("limma", "deqms"))
    assert weighted.loc[steady, "called"].sum() > plain.loc[steady, "called"].sum()
    del data.var["peptides"]
    with pytest.raises(NotApplicable, match="use method `limma`"):
        compare(data, method="deqms")


def test_a_level_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(NotApplicable, match="`group` has no level `c`; it has `a`, `b`"):
        compare(made(noise(np.random.default_rng(0)), group=GROUPS), numerator="c")


def test_samples_without_a_covariate_are_left_out_and_said():
    data = made(noise(np.random.default_rng(0)), group=GROUPS, age=[30.0, np.nan, 40, 50, 60, 35, 45, 55])
    result = compare(data, covariates=("age",))
    assert result.warnings[0].startswith("1 samples without a value")
    assert result.tables["differential"]["n_denominator"].max() == 3
