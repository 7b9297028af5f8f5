"""Imputing, taking out batches and rolling up: no measured value is lost, and the truth comes back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from proteomics_data import as_data

from tools.contract import try_tool
from tools.errors import NotApplicable
from tools.proteomics.batch import correct_batch
from tools.proteomics.impute import impute
from tools.proteomics.roll_up import roll_up

NAN = np.nan


def data(values, features=None, scale="log2", **columns):
    values = np.asarray(values, dtype=float)
    names = [f"s{number}" for number in range(len(values))]
    frame = pd.DataFrame(values.T, index=[f"P{number}" for number in range(values.shape[1])], columns=names)
    features = None if features is None else pd.DataFrame(features, index=frame.index)
    return as_data(frame, pd.DataFrame(columns, index=names), features, scale)


def batches(missing=0.2, seed=0):
    """12 samples, groups across 3 batches; batch shifts, a true difference of 2 in the first ten features."""
    rng = np.random.default_rng(seed)
    true = rng.normal(24, 2, 200) + rng.normal(0, 0.1, (12, 200))
    group, batch = np.tile(["a", "b"], 6), np.repeat(["1", "2", "3"], 4)
    true[group == "b", :10] += 2
    values = true + np.repeat(rng.normal(0, 1, (3, 200)), 4, axis=0)
    values[rng.random(values.shape) < missing] = NAN
    return data(values, group=group, batch=batch), group


def test_a_batch_is_taken_out_and_the_groups_stay_and_nothing_is_lost():
    made, group = batches()
    result = try_tool(correct_batch, made, batch="batch", keep=("group",))
    before, after = np.asarray(made.X), np.asarray(result.data.X)
    np.testing.assert_array_equal(np.isnan(after), np.isnan(before))
    difference = np.nanmean(after[group == "b"], axis=0) - np.nanmean(after[group == "a"], axis=0)
    assert np.abs(difference[:10] - 2).max() < 0.4
    assert np.abs(difference[10:]).max() < 0.5
    assert result.facts["explained_after"] < 0.2 < result.facts["explained_before"]
    np.testing.assert_allclose(np.nanmean(after, axis=0), np.nanmean(before, axis=0))
    assert any("covariate" in warning for warning in result.warnings)


def test_features_that_lack_a_batch_are_corrected_among_those_they_have():
    made, _ = batches(missing=0)
    made.X[:4, 20:40] = NAN
    after = np.asarray(try_tool(correct_batch, made, batch="batch").data.X)
    assert np.isfinite(after[4:]).all()
    assert np.abs(after[4:8, 20:40].mean(axis=0) - after[8:, 20:40].mean(axis=0)).max() < 1e-9


def test_a_feature_whose_values_cannot_tell_the_batch_from_the_groups_stays_as_it_is():
    made, group = batches(missing=0)
    batch = np.asarray(made.obs["batch"])
    made.X[((group == "a") & (batch != "1")) | ((group == "b") & (batch != "2")), 0] = NAN
    result = try_tool(correct_batch, made, batch="batch", keep=("group",))
    np.testing.assert_array_equal(np.asarray(result.data.X)[:, 0], made.X[:, 0])
    assert result.facts["unchanged_features"] == 1


def test_a_batch_that_is_confounded_with_what_is_kept_is_refused():
    made, _ = batches()
    made.obs["group"] = made.obs["batch"].to_numpy()
    with pytest.raises(NotApplicable):
        try_tool(correct_batch, made, batch="batch", keep=("group",))


def holes(seed=0):
    rng = np.random.default_rng(seed)
    values = rng.normal(24, 2, 300) + rng.normal(0, 0.2, (8, 300)) + rng.normal(0, 1, (8, 1))
    values[rng.random(values.shape) < 0.1] = NAN
    values[:4, 0] = NAN
    return data(values, group=["a"] * 4 + ["b"] * 4)


@pytest.mark.parametrize("method", ["minprob", "knn", "mixed"])
def test_imputing_fills_every_hole_and_touches_nothing_else(method):
    made = holes()
    result = try_tool(impute, made, method=method, group="group", seed=1)
    there = np.isfinite(made.X)
    assert np.isfinite(result.data.X).all()
    np.testing.assert_array_equal(result.data.X[there], made.X[there])
    assert result.facts["imputed"] == (~there).sum()
    assert any("no measurements" in warning for warning in result.warnings)
    again = try_tool(impute, made, method=method, group="group", seed=1)
    np.testing.assert_array_equal(again.data.X, result.data.X)


def test_the_default_leaves_values_missing():
    made = holes()
    np.testing.assert_array_equal(try_tool(impute, made).data.X, made.X)


def test_mixed_draws_faint_values_only_where_a_group_lacks_a_feature():
    made = holes()
    mixed = try_tool(impute, made, method="mixed", group="group").data.X
    faint = try_tool(impute, made, method="minprob").data.X
    near = try_tool(impute, made, method="knn").data.X
    np.testing.assert_array_equal(mixed[:4, 0], faint[:4, 0])
    np.testing.assert_array_equal(mixed[:, 1:], near[:, 1:])
    assert mixed[:4, 0].max() < np.nanquantile(made.X, 0.1)


def test_neighbours_are_features_that_go_along():
    rng = np.random.default_rng(0)
    values = rng.normal(24, 2, (8, 60))
    values[:, :12] = rng.normal(24, 2, (8, 1)) + rng.normal(0, 0.01, (8, 12))
    true = values[3, 0]
    values[3, 0] = NAN
    assert try_tool(impute, data(values), method="knn").data.X[3, 0] == pytest.approx(true, abs=0.1)


def test_mixed_without_groups_is_refused_and_so_is_a_feature_without_values():
    made = holes()
    with pytest.raises(NotApplicable, match="needs `group`"):
        try_tool(impute, made, method="mixed")
    made.X[:, 5] = NAN
    with pytest.raises(NotApplicable, match="no value at all"):
        try_tool(impute, made, method="knn")


def test_a_median_polish_finds_the_sample_effects_in_spite_of_a_wrong_peptide():
    rng = np.random.default_rng(0)
    samples, peptides = np.array([0.0, 1, 2, 3, 4, 5]), rng.normal(20, 3, 7)
    values = samples[:, None] + peptides
    values[:, 3] = rng.normal(20, 3, 6)
    values[2, 5] = NAN
    made = data(values, {"protein": ["A"] * 7, "sequence": list("abcdefa"), "gene": ["G"] * 7})
    result = try_tool(roll_up, made)
    out = np.asarray(result.data.X).ravel()
    np.testing.assert_allclose(out - out[0], samples, atol=1e-9)
    assert result.data.var.loc["A", "peptides"] == 6
    assert result.data.var.loc["A", "gene"] == "G"


def test_median_polish_is_r_s():
    """R: medpolish(matrix(c(1,2,3,4,5,7,7,8,12), 3), trace.iter = FALSE): overall 5, columns -3 0 3."""
    out = np.asarray(try_tool(roll_up, data([[1, 2, 3], [4, 5, 7], [7, 8, 12]], {"protein": ["A"] * 3})).data.X)
    np.testing.assert_allclose(out.ravel(), [2, 5, 8])


def test_sums_need_raw_values_and_features_without_a_name_are_left_out():
    made = data([[1, 2, 4], [NAN, NAN, 3]], {"protein": ["A", "A", ""]}, scale="raw")
    out = try_tool(roll_up, made, method="sum").data
    np.testing.assert_array_equal(np.asarray(out.X), [[3], [NAN]])
    with pytest.raises(NotApplicable, match="log scale"):
        try_tool(roll_up, made)
