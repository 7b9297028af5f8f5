"""What is known of real data sets comes out of them, and what is not there does not."""

from __future__ import annotations

import numpy as np
import pytest
from proteomics_data import (
    RESOURCES,
    alzheimer,
    background_only,
    endometrial,
    myotubes,
    needs_data,
    t_cells,
)

from tools.contract import try_tool
from tools.proteomics import differential, enrichment, kinases, motifs, time_course

pytestmark = needs_data


def compare(data, group, numerator, denominator, **parameters):
    return try_tool(
        differential.test_differential,
        data,
        group=group,
        numerator=numerator,
        denominator=denominator,
        **parameters,
    ).tables["differential"]


@pytest.fixture(scope="module")
def tumours():
    data = endometrial()
    return data[data.obs["Proteomics_Tumor_Normal"] == "Tumor"].copy()


def test_mismatch_repair_is_lost_in_unstable_tumours(tumours):
    data = tumours[tumours.obs["Genomics_subtype"].notna()].copy()
    data.obs["unstable"] = np.where(data.obs["MSI_status"] == "MSI-H", "MSI-H", "MSS")
    table = compare(data, "unstable", "MSI-H", "MSS")
    assert table.index[0] == "MLH1"
    assert "PMS2" in table.index[:5]
    assert table.loc["MLH1", "log2_fc"] < -1
    assert table.loc["MLH1", "q"] < 1e-20


def test_a_mutated_gene_need_not_show_in_its_protein(tumours):
    """TP53 accumulates where it is mutated; PTEN falls, but not so that it could be claimed."""
    table = compare(tumours, "TP53_TP53", *mutated(tumours, "TP53_TP53"))
    assert table.loc["TP53", "called"]
    assert table.loc["TP53", "log2_fc"] > 0.8
    table = compare(tumours, "PI3K_PTEN", *mutated(tumours, "PI3K_PTEN"))
    assert table.loc["PTEN", "log2_fc"] < 0
    assert not table.loc["PTEN", "called"]


def mutated(data, column):
    levels = sorted(data.obs[column].dropna().astype(str).unique())
    return levels[-1], levels[0]


def test_tau_leads_in_alzheimer_with_the_site_as_covariate():
    table = compare(alzheimer(), "diagnosis", "AD", "control", covariates=("site",))
    assert table["gene"].iloc[0] == "MAPT"
    assert {"YWHAZ", "ALDOA", "YWHAG", "PKM"} <= set(table["gene"].iloc[:8])
    assert table["log2_fc"].iloc[0] > 1


def test_proteins_that_do_not_change_are_not_called():
    data = background_only()
    data = data[data.obs["Condition"] != "Norm"].copy()
    levels = sorted(data.obs["Condition"].unique())
    table = compare(data, "Condition", levels[-1], levels[0], block="Run", smallest_log2_fc=0.2)
    assert len(table) == 10
    assert not table["called"].any()


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_diagnoses_call_next_to_nothing(seed):
    data = alzheimer()
    data = data[data.obs["diagnosis"].notna()].copy()
    data.obs["diagnosis"] = np.random.default_rng(seed).permutation(data.obs["diagnosis"])
    table = compare(data, "diagnosis", "AD", "control", covariates=("site",))
    assert table["called"].sum() <= 0.01 * len(table)


def test_the_receptor_and_its_kinases_lead_in_stimulated_t_cells():
    data = t_cells()
    early = data[data.obs["seconds"].isin([0, 30])].copy()
    early.obs["at"] = early.obs["seconds"].map({0: "rest", 30: "30 s"})
    table = compare(early, "at", "30 s", "rest", block="replicate")
    assert table.index[0] == "Q63844_Y205"  # ERK1
    assert {"P22646_Y181", "P24161_Y142"} <= set(table.index[table["called"]][:5])  # CD3 epsilon and zeta
    assert (table.loc[["Q63844_Y205", "P22646_Y181", "P24161_Y142"], "log2_fc"] > 3).all()
    course = try_tool(time_course.test_time_course, data, time="seconds", block="replicate").tables["time_course"]
    assert course["called"].sum() >= 5


@pytest.mark.parametrize("source", ["matrices", "consensus"])
def test_kinases_of_treated_myotubes(source, monkeypatch):
    """AICAR wakes AMPK, and the matrices call nothing else; insulin wakes ERK, P70S6K and AKT."""
    if source == "consensus":
        monkeypatch.setattr(motifs, "_matrices", dict)
    elif not motifs._matrices():
        pytest.skip("the optional package phosx is not installed")
    called = {}
    for treated in ("AICAR", "Ins"):
        asked = {"windows": "window", "group": "group", "numerator": treated}
        table = try_tool(kinases.score_kinases, myotubes(), **asked).tables["kinases"]
        called[treated] = set(table.index[table["called"] & (table["z"] > 0)])
    if source == "matrices":
        assert called["AICAR"] == {"AMPKA1", "AMPKA2"}
        assert {"ERK1", "P70S6K", "P90RSK"} <= called["Ins"]
    else:  # AMPK's motif of the textbook stands for 232 sites of many kinases
        assert called == {"AICAR": set(), "Ins": {"ERK, MAPK", "AKT, P70S6K, RSK"}}


@pytest.mark.parametrize("seed", range(3))
def test_kinases_of_shuffled_myotubes_are_not_called(seed):
    data = myotubes()
    data.obs["group"] = np.random.default_rng(seed).permutation(data.obs["group"])
    asked = {"windows": "window", "group": "group", "numerator": "AICARIns", "denominator": "AICAR"}
    assert not try_tool(kinases.score_kinases, data, **asked).tables["kinases"]["called"].any()


def test_serous_tumours_enrich_what_divides(tumours, tmp_path):
    table = compare(tumours, "Histologic_type", "Serous", "Endometrioid")
    assert {"L1CAM", "CDKN2A", "TP53"} <= set(table.index[table["called"] & (table["log2_fc"] > 0)])
    assert {"ESR1", "PGR"} <= set(table.index[table["called"] & (table["log2_fc"] < 0)])
    table.to_csv(tmp_path / "t.csv")
    result = try_tool(
        enrichment.enrich_ora,
        tables={"de.differential": tmp_path / "t.csv"},
        files={"go": RESOURCES / "GO_BP_2022-07_human_10-500.gmt.gz"},
        tests="de.differential",
        gene_sets="go",
        direction="up",
    )
    sets = result.tables["enrichment"]
    assert sets["size"].max() <= 500
    assert sets["genes"].iloc[0]
