"""Gene sets and kinases."""

from __future__ import annotations

import gzip

import numpy as np
import pandas as pd
import pytest
import scipy
from proteomics_data import as_data

from tools.contract import try_tool
from tools.errors import DataUnreadable, NotApplicable
from tools.proteomics import enrichment, kinases, motifs
from tools.proteomics.gene_sets import read_gene_sets

GENES = [f"G{number}" for number in range(200)]


@pytest.fixture
def inputs(tmp_path):
    """A table in which G0 to G19 are called and go up, and sets of which one holds 8 of them."""
    rng = np.random.default_rng(0)
    called = np.arange(200) < 20
    table = pd.DataFrame(
        {"log2_fc": np.where(called, 2.0, rng.normal(0, 0.3, 200)), "p": np.where(called, 1e-6, 0.5), "called": called},
        index=GENES,
    )
    table.to_csv(tmp_path / "differential.csv")
    lines = {
        "hit": [*GENES[:8], "G100", "G101", "NEVER_MEASURED"],
        "chance": GENES[50:90],
        "unmeasured": [f"X{number}" for number in range(30)],
    }
    (tmp_path / "sets.gmt").write_text("".join(f"{name}\tmade up\t" + "\t".join(g) + "\n" for name, g in lines.items()))
    return {
        "tables": {"de.differential": tmp_path / "differential.csv"},
        "files": {"sets.gmt": tmp_path / "sets.gmt"},
        "tests": "de.differential",
        "gene_sets": "sets.gmt",
    }


def test_over_representation_is_against_what_was_measured(inputs):
    table = try_tool(enrichment.enrich_ora, **inputs).tables["enrichment"]
    assert set(table.index) == {"hit", "chance"}
    row = table.loc["hit"]
    assert (row["hits"], row["size"]) == (8, 10)
    assert row["p"] == pytest.approx(scipy.stats.fisher_exact([[8, 2], [12, 178]], alternative="greater").pvalue)
    assert row["called"]
    assert row["genes"].split(", ") == GENES[:8]


def test_direction_chooses_among_the_called(inputs):
    with pytest.raises(NotApplicable, match="use enrich_gsea"):
        try_tool(enrichment.enrich_ora, **inputs, direction="down")


def test_gsea_finds_the_set_that_goes_up_and_never_says_p_is_nought(inputs):
    table = try_tool(enrichment.enrich_gsea, **inputs, permutations=200, smallest=5).tables["enrichment"]
    assert table.loc["hit", "nes"] > 1
    assert table.loc["hit", "q"] < 0.05
    assert not table.loc["chance", "called"]
    assert table["p"].min() >= 1 / 201


def test_other_identifiers_are_said_to_be_others(inputs, tmp_path):
    (tmp_path / "sets.gmt").write_text("a\t\tP12345\tP23456\tP34567\n")
    with pytest.raises(NotApplicable, match="are the identifiers the same"):
        try_tool(enrichment.enrich_ora, **inputs)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"only a name\n", "line 1: a GMT line"), (b"", "holds no gene set"), (b"\xff\xfe\x00", "is no GMT text file")],
)
def test_a_broken_gmt_file_gets_one_clear_line(tmp_path, content, message):
    (tmp_path / "x.gmt").write_bytes(content)
    with pytest.raises(DataUnreadable, match=message):
        read_gene_sets(tmp_path / "x.gmt")
    (tmp_path / "x.gmt.gz").write_bytes(gzip.compress(b"a\tb\tc\n" * 1000)[:20])
    with pytest.raises(DataUnreadable, match=r"x\.gmt\.gz"):
        read_gene_sets(tmp_path / "x.gmt.gz")


def test_consensus_motifs_know_their_textbook_sites(monkeypatch):
    monkeypatch.setattr(motifs, "_matrices", dict)
    windows = {
        "ACACA S79": ("HMRSSMSGLHLVK", "AMPK, SIK, MARK"),
        "GSK3B S9": ("GRPRTTSFAESCK", "AKT, P70S6K, RSK"),
        "H2AX S139": ("KKATQASQEY___", "ATM, ATR, DNA-PK"),
    }
    members, source = motifs.kinase_sites([window for window, _ in windows.values()])
    assert source == "consensus motifs of kinase families"
    for number, (window, family) in enumerate(windows.values()):
        assert members.loc[number, family], window


def test_values_that_are_no_ratios_need_a_denominator():
    frame = pd.DataFrame(np.full((3, 2), 20.0), index=["a", "b", "c"], columns=["s1", "s2"])
    data = as_data(frame, pd.DataFrame({"group": ["x", "y"]}, index=["s1", "s2"]))
    data.var["window"] = "AAAAASAAAAA"
    with pytest.raises(NotApplicable, match="name a `denominator`"):
        try_tool(kinases.score_kinases, data, windows="window", group="group", numerator="x")
