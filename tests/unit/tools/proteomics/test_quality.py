"""Quality is described as it is, and suspicion falls on the right samples only."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tools.contract import try_tool
from tools.proteomics.generate import SpikeIn, generate_spike_in, simulate, write_spike_in
from tools.proteomics.likeness import compare_to_groups
from tools.proteomics.missing import missingness
from tools.proteomics.quality import profile_quality
from tools.proteomics.readers.quantities import read_quantities
from tools.proteomics.transform import log_transform


@pytest.fixture(scope="module")
def spiked():
    return try_tool(log_transform, try_tool(generate_spike_in).data).data


def test_two_samples_whose_labels_were_exchanged_are_suspected_and_no_other(spiked):
    groups = spiked.obs["group"].astype(object).copy()
    groups.iloc[[0, 13]] = ["level4", "level1"]
    swapped = spiked.copy()
    swapped.obs["group"] = groups
    assert try_tool(profile_quality, swapped, group="group").facts["suspected_swaps"] == "level1_1, level4_2"
    assert try_tool(profile_quality, spiked, group="group").facts["suspected_swaps"] == ""


def test_where_groups_do_not_differ_no_sample_is_suspected(spiked):
    assert try_tool(profile_quality, spiked, group="replicate").facts["suspected_swaps"] == ""


def test_a_sample_of_noise_is_an_outlier_and_no_other(spiked):
    made = spiked.copy()
    made.X[4] = np.where(
        np.isnan(made.X[4]), np.nan, np.random.default_rng(0).permutation(np.nan_to_num(made.X[4], nan=24))
    )
    result = try_tool(profile_quality, made, group="group")
    assert result.facts["outliers"] == made.obs_names[4]
    assert try_tool(profile_quality, spiked, group="group").facts["outliers"] == ""


def test_without_groups_nobody_is_suspected(spiked):
    result = try_tool(profile_quality, spiked)
    assert result.facts["suspected_swaps"] == ""
    assert list(result.tables["groups"].index) == ["all samples"]


def test_a_sample_is_never_compared_with_itself():
    rng = np.random.default_rng(0)
    centres = rng.normal(0, 1, (2, 200))
    values = 24 + np.repeat(centres, [5, 6], axis=0) + rng.normal(0, 0.5, (11, 200))
    groups = pd.Series(["a"] * 5 + ["b"] * 5 + ["c"], index=[f"s{number}" for number in range(11)])
    likeness = compare_to_groups(values, groups)
    assert likeness.resembles["s10"] == "b"
    assert np.isnan(likeness.own["s10"])
    pair = compare_to_groups(values[:2], groups[:2])
    assert pair.own.to_numpy() == pytest.approx(np.corrcoef(values[:2])[0, 1])


def test_figures_can_be_written(spiked, tmp_path):
    figures = try_tool(profile_quality, spiked, group="group").figures | try_tool(missingness, spiked).figures
    for name, figure in figures.items():
        figure.savefig(tmp_path / f"{name}.svg")
        assert (tmp_path / f"{name}.svg").stat().st_size > 1000


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_why_values_are_missing_is_told(share):
    faint = try_tool(log_transform, try_tool(generate_spike_in, missing_share=share).data).data
    result = try_tool(missingness, faint, group="group")
    assert result.facts["mechanism"] == "faint values are missing"
    assert result.tables["by_intensity"]["missing_share"].is_monotonic_decreasing or result.facts["trend"] < -0.5
    by_chance = try_tool(log_transform, try_tool(generate_spike_in, missing_share=0).data).data
    by_chance.X[np.random.default_rng(0).random(by_chance.shape) < share] = np.nan
    assert try_tool(missingness, by_chance).facts["mechanism"] == "at random with respect to intensity"


def test_complete_data_lacks_nothing():
    whole = try_tool(log_transform, try_tool(generate_spike_in, missing_share=0).data).data
    assert try_tool(missingness, whole).facts["mechanism"] == "none"


def test_the_same_seed_gives_the_same_experiment_and_another_another():
    one, same, other = simulate(SpikeIn(seed=1)), simulate(SpikeIn(seed=1)), simulate(SpikeIn(seed=2))
    assert one.intensities.equals(same.intensities)
    assert not one.intensities.equals(other.intensities)


def test_what_was_generated_is_what_the_truth_says():
    made = simulate(SpikeIn(features=4000, samples_per_group=10, missing_share=0, batch_spread=0, seed=3))
    log2 = np.log2(made.intensities)
    groups = made.samples["group"]
    change = log2[(groups == "level4").to_numpy()].mean() - log2[(groups == "level1").to_numpy()].mean()
    changed = made.truth["changed"]
    assert changed.sum() == 240
    loading = change[~changed].median()
    assert np.abs(change[changed] - loading - 2 * made.truth.loc[changed, "log2_per_level"]).median() < 0.15
    within = log2[(groups == "level1").to_numpy()].var()
    faint, bright = log2.mean() < 23, log2.mean() > 26
    assert within[faint].median() > 2 * within[bright].median()


def test_files_are_read_back_as_they_were_made(tmp_path):
    spec = SpikeIn(features=200, seed=4)
    paths = write_spike_in(tmp_path, spec)
    read = try_tool(read_quantities, files={"t": paths["table"], "s": paths["samples"]}, table="t", samples="s").data
    made = simulate(spec)
    np.testing.assert_allclose(np.asarray(read.X), made.intensities.to_numpy())
    assert list(read.obs["group"]) == list(made.samples["group"])
    assert list(read.var["gene"]) == list(made.truth.loc[made.intensities.columns, "gene"])
    assert list(read.var["peptides"]) == list(made.truth.loc[made.intensities.columns, "peptides"])
    names = [line.split("\t")[0] for line in paths["sets"].read_text().splitlines()]
    assert names[:2] == ["SPIKED_UP", "SPIKED_DOWN"]
