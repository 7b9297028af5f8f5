"""What is found, and how much of it is wrong, where the truth was pipetted."""

from __future__ import annotations

import numpy as np
import pytest
from proteomics_data import centred, needs_data, ramus, seen_in_each, three_species

from tools.contract import try_tool
from tools.proteomics import differential, generate, presence

pytestmark = needs_data

FOLD_1_5 = 0.585


def score(result, truth) -> tuple[float, float]:
    """Share of the true changes tested that are called, and share of the calls that are false."""
    table = result.tables["differential"]
    found = truth.loc[table.index[table["called"]]]
    return found.sum() / truth.loc[table.index].sum(), 1 - found.mean()


def levels(low: str, high: str):
    data = ramus()
    return data[data.obs["group"].isin([low, high])].copy()


@pytest.mark.parametrize(
    ("filtered_first", "sensitivity", "false"),
    [
        pytest.param(True, 0.878, 0.05, id="as published"),
        pytest.param(False, 0.89, 0.012, id="centred on all proteins"),
    ],
)
def test_three_species(filtered_first, sensitivity, false):
    """Centring on every protein, before those with few values go, leaves a fifth of the false calls."""
    data = three_species()
    data = data[:, data.var["expected"].notna()].copy()
    data = centred(seen_in_each(data, "group")) if filtered_first else seen_in_each(centred(data), "group")
    result = try_tool(differential.test_differential, data, group="group", numerator="A", denominator="B")
    found, wrong = score(result, data.var["expected"] != 0)
    assert round(found, 3) >= sensitivity
    assert wrong <= false


@pytest.mark.parametrize(
    ("low", "high", "method", "sensitivity", "false"),
    [
        ("c12500", "c25000", "limma", 0.82, 0.052),
        ("c5000", "c12500", "limma", 0.93, 0.05),
        ("c25000", "c50000", "limma", 0.97, 0.16),
        ("c12500", "c25000", "deqms", 0.91, 0.052),
        ("c5000", "c12500", "deqms", 0.95, 0.05),
    ],
)
def test_universal_proteins_in_yeast(low, high, method, sensitivity, false):
    """q alone calls up to eight false of ten here with any method; the cut of 1.5-fold is what holds."""
    found, wrong = score(*yeast(low, high, method=method, smallest_log2_fc=FOLD_1_5))
    assert found >= sensitivity
    assert wrong <= false


@pytest.mark.parametrize(
    ("low", "high", "limma_found", "limma_wrong"),
    [
        ("c12500", "c25000", 0.822, 0.051),
        ("c5000", "c12500", 0.931, 0.047),
        ("c25000", "c50000", 0.977, 0.153),
        ("c2500", "c25000", 1.0, 0.068),
    ],
)
def test_peptide_counts_and_the_bulk_beat_limma_on_each_contrast(low, high, limma_found, limma_wrong):
    more = {"method": "deqms", "null": "empirical"}
    found, wrong = score(*yeast(low, high, **more, smallest_log2_fc=FOLD_1_5))
    assert found >= limma_found
    assert wrong < limma_wrong
    _, wrong = score(*yeast(low, high, **more))
    assert wrong < 0.16  # q alone, where limma's is 0.21 to 0.79


def test_the_bulk_of_three_species_takes_the_shift_of_composition_out():
    data = three_species()
    data = data[:, data.var["expected"].notna()].copy()
    asked = {"group": "group", "numerator": "A", "denominator": "B", "null": "empirical"}
    result = try_tool(differential.test_differential, centred(seen_in_each(data, "group")), **asked)
    found, wrong = score(result, data.var["expected"] != 0)
    assert found > 0.91
    assert wrong < 0.02


def yeast(low, high, **parameters):
    """The result for two levels, and which proteins changed."""
    data = centred(seen_in_each(levels(low, high), "group"))
    asked = {"group": "group", "numerator": high, "denominator": low}
    return try_tool(differential.test_differential, data, **asked, **parameters), data.var["species"] == "UPS1"


@pytest.mark.parametrize("seed", range(3))
def test_a_generated_experiment_with_a_batch(seed):
    made = try_tool(generate.generate_spike_in, samples_per_group=4, seed=seed)
    data = made.data[made.data.obs["group"] != "level4"].copy()
    data.X, data.uns["scale"] = np.log2(data.X), "log2"
    data = centred(seen_in_each(data, "group"))
    result = try_tool(
        differential.test_differential,
        data,
        group="group",
        numerator="level2",
        denominator="level1",
        covariates=("batch",),
        smallest_log2_fc=FOLD_1_5,
    )
    found, wrong = score(result, made.tables["truth"]["changed"].astype(bool))
    assert found >= 0.7
    assert wrong <= 0.1


def test_proteins_that_only_the_higher_level_has_come_first():
    """Fisher's exact test ties all of them with chance at three samples a group; their abundance does not."""
    data = centred(levels("c500", "c50000"))
    result = try_tool(
        presence.test_presence, data, group="group", numerator="c50000", denominator="c500", method="abundance"
    )
    table = result.tables["presence"]
    assert (data.var["species"].loc[table.index[:24]] == "UPS1").sum() >= 22
