"""Samples and features are chosen, and values put on a scale, without anything getting lost or made up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from proteomics_data import as_data

from tools.contract import try_tool
from tools.errors import NotApplicable
from tools.proteomics.filtering import filter_features
from tools.proteomics.normalise import normalise
from tools.proteomics.samples import aggregate_cells, select_samples
from tools.proteomics.transform import log_transform


def data(values, scale="log2", **columns):
    values = np.asarray(values, dtype=float)
    names = [f"s{number}" for number in range(len(values))]
    frame = pd.DataFrame(values.T, index=[f"P{number}" for number in range(values.shape[1])], columns=names)
    return as_data(frame, pd.DataFrame(columns, index=names), scale=scale)


NAN = np.nan
GROUPS = ["a", "a", "b", "b"]
VALUES = [[20, 21, NAN, 24], [21, 21, NAN, NAN], [20, NAN, 23, 24], [22, NAN, 23, 25]]


def test_a_feature_that_a_group_lacks_is_not_left_for_a_comparison_of_means():
    made = data(VALUES, group=GROUPS)
    kept = try_tool(filter_features, made, group="group", minimum=2).data
    assert list(kept.var_names) == ["P0"]
    kept = try_tool(filter_features, made, group="group", minimum=1).data
    assert list(kept.var_names) == ["P0", "P3"]
    result = try_tool(filter_features, made, group="group", minimum=2, groups="one")
    assert list(result.data.var_names) == ["P0", "P1", "P2", "P3"]
    assert result.tables["completeness"].loc["b", "none"] == 1
    assert list(try_tool(filter_features, made, minimum=3).data.var_names) == ["P0", "P3"]


def test_filtering_everything_away_is_refused():
    with pytest.raises(NotApplicable, match="lower `minimum`"):
        try_tool(filter_features, data(VALUES, group=GROUPS), group="group", minimum=3)


@pytest.mark.parametrize(("values", "keep", "left"), [(("a",), True, ["s0", "s1"]), (("a",), False, ["s2", "s3"])])
def test_selects_samples_and_drops_features_that_they_lack(values, keep, left):
    kept = try_tool(select_samples, data(VALUES, group=GROUPS), column="group", values=values, keep=keep).data
    assert list(kept.obs_names) == left
    assert list(kept.var_names) == (["P0", "P1", "P3"] if keep else ["P0", "P2", "P3"])


def test_selecting_by_a_value_that_is_not_there_names_those_that_are():
    with pytest.raises(NotApplicable, match="has no value 'c'; it has a, b"):
        try_tool(select_samples, data(VALUES, group=GROUPS), column="group", values=("c",))


def test_logarithms_are_taken_once_and_of_positive_numbers():
    once = try_tool(log_transform, data([[8, 16], [NAN, 4]], scale="raw")).data
    np.testing.assert_array_equal(np.asarray(once.X), [[3, 4], [NAN, 2]])
    with pytest.raises(NotApplicable, match="scale `log2`"):
        try_tool(log_transform, once)
    with pytest.raises(NotApplicable, match="arcsinh"):
        try_tool(log_transform, data([[-1, 16], [1, 4]], scale="raw"))


def test_arcsinh_differences_are_log2_fold_changes_of_large_counts():
    made = try_tool(log_transform, data([[-3, 4000], [0, 8000]], scale="raw"), method="arcsinh").data
    assert made.X[1, 1] - made.X[0, 1] == pytest.approx(1, abs=1e-4)
    assert np.isfinite(made.X).all()


@pytest.mark.parametrize("method", ["median", "quantile"])
def test_normalising_takes_loading_out_and_leaves_what_is_missing_missing(method):
    rng = np.random.default_rng(0)
    true = rng.normal(24, 2, (6, 800))
    true[:, :] = true[0]
    made = true + rng.normal(0, 0.05, true.shape) + np.linspace(-1, 1, 6)[:, None]
    made[rng.random(made.shape) < 0.1] = NAN
    result = try_tool(normalise, data(made), method=method)
    out = np.asarray(result.data.X)
    np.testing.assert_array_equal(np.isnan(out), np.isnan(made))
    apart = out - np.nanmedian(out, axis=0)
    assert np.nanquantile(np.abs(apart), 0.99) < 0.3
    assert np.ptp(np.nanmedian(apart, axis=1)) < 0.15
    assert result.facts["values_lost"] == 0


def test_quantiles_make_distributions_the_same():
    rng = np.random.default_rng(1)
    out = np.asarray(try_tool(normalise, data(rng.normal(24, [[1], [2], [3]], (3, 500))), method="quantile").data.X)
    np.testing.assert_allclose(np.sort(out, axis=1), np.tile(np.sort(out[0]), (3, 1)))


def plexes(rng):
    """Two plexes of three channels, the last a reference; each feature has its own shift in each plex."""
    true = np.tile(rng.normal(24, 2, 50), (6, 1))
    true[[1, 4], :5] += 1
    shifted = true + np.repeat(rng.normal(0, 1.5, (2, 50)), 3, axis=0)
    return data(shifted, plex=["1"] * 3 + ["2"] * 3, kind=["x", "y", "ref"] * 2), true


def test_references_bring_plexes_together():
    made, true = plexes(np.random.default_rng(2))
    result = try_tool(normalise, made, method="irs", plex="plex", reference="kind", reference_value="ref")
    out = np.asarray(result.data.X)
    np.testing.assert_allclose(out[:3], out[3:])
    np.testing.assert_allclose(out[1] - out[0], true[1] - true[0])


def test_a_plex_without_its_reference_is_refused_and_a_feature_without_one_is_counted():
    made, _ = plexes(np.random.default_rng(2))
    made.X[2, 7] = NAN
    result = try_tool(normalise, made, method="irs", plex="plex", reference="kind", reference_value="ref")
    assert result.facts["values_lost"] == 2
    made.obs["kind"] = ["x", "y", "z", "x", "y", "ref"]
    with pytest.raises(NotApplicable, match="in no sample of the plexes 1"):
        try_tool(normalise, made, method="irs", plex="plex", reference="kind", reference_value="ref")
    with pytest.raises(NotApplicable, match="needs `plex`"):
        try_tool(normalise, made, method="irs")


def test_cells_are_put_together_by_sample_and_small_samples_are_left_out():
    cells = data(
        [[1, 2], [3, 4], [5, 9], [7, 7], [7, 7], [8, 8]],
        sample=["x", "x", "x", "y", "y", "z"],
        condition=["ill"] * 3 + ["well"] * 3,
        cell=["1", "2", "3", "4", "5", "6"],
    )
    result = try_tool(aggregate_cells, cells, sample="sample", minimum=2)
    assert list(result.data.obs_names) == ["x", "y"]
    np.testing.assert_array_equal(np.asarray(result.data.X), [[3, 4], [7, 7]])
    assert list(result.data.obs["condition"]) == ["ill", "well"]
    assert "cell" not in result.data.obs


def test_a_population_of_a_sample_counts_with_its_own_cells():
    """Every other cell is a B cell, whose pS6 rises; CD20 tells them, not pS6."""
    rng = np.random.default_rng(0)
    b_cell = np.tile([True, False], 60)
    ill = np.repeat([True, False], 60)
    values = rng.normal(size=(120, 3)) * 0.1
    values[:, 0] += 4 * b_cell
    values[:, 2] += 3 * (b_cell & ill)
    cells = data(
        values.tolist(),
        sample=np.repeat(list("wxyz"), 30),
        condition=np.where(ill, "ill", "well"),
        cluster=np.where(b_cell, "c1", "c2"),
    )
    cells.var_names = ["CD20", "CD3", "pS6"]
    whole = try_tool(aggregate_cells, cells, sample="sample", population="cluster", minimum=15).data
    rise = whole.to_df()["pS6 in c1 (CD20+)"]
    assert list(whole.obs["condition"]) == ["ill", "ill", "well", "well"]
    np.testing.assert_allclose(rise, [3, 3, 0, 0], atol=0.2)
    np.testing.assert_allclose(whole.to_df()["pS6 in c2"], 0, atol=0.2)
    with pytest.raises(NotApplicable, match="no population has 16 cells"):
        try_tool(aggregate_cells, cells, sample="sample", population="cluster", minimum=16)
