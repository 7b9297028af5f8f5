"""Clusters, modules, networks, panels, genes and pictures, on data whose structure was put in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from proteomics_data import as_data

from tools.contract import try_tool
from tools.errors import DataUnreadable, NotApplicable
from tools.proteomics import annotate, clustering, figures, modules, networks, panels, survival


def made(values: np.ndarray, features: pd.DataFrame | None = None, **sheet):
    names = [f"s{number}" for number in range(values.shape[0])]
    frame = pd.DataFrame(values.T, index=[f"P{number}" for number in range(values.shape[1])], columns=names)
    return as_data(frame, pd.DataFrame(sheet, index=names), features)


def noise(samples: int, features: int = 60, seed: int = 0) -> np.ndarray:
    return 22 + np.random.default_rng(seed).normal(0, 0.3, (samples, features))


@pytest.mark.parametrize("method", ["kmeans", "hierarchical"])
def test_clusters_that_are_there_are_found_with_gaps_in_the_data(method):
    values = noise(40)
    values[25:, :20] += 3
    values[np.random.default_rng(1).random(values.shape) < 0.1] = np.nan
    result = try_tool(clustering.cluster_samples, made(values), method=method)
    assert list(result.data.obs["cluster"]) == ["c1"] * 25 + ["c2"] * 15
    assert result.facts["silhouette"] > 0.4
    markers = try_tool(clustering.find_markers, result.data, group="cluster").tables["markers"]
    raised = markers[(markers["group"] == "c2") & markers["called"] & (markers["log2_fc"] > 2)]
    assert set(raised["feature"]) == {f"P{number}" for number in range(20)}


def test_modules_are_found_and_related_to_a_trait():
    values = noise(30)
    course = np.random.default_rng(2).normal(0, 1, 30)
    values[:, :15] += course[:, None]
    result = try_tool(modules.find_modules, made(values, age=course * 10 + 50), trait="age")
    members = result.tables["members"]
    assert set(members.index[members["module"] == "m1"]) == {f"P{number}" for number in range(15)}
    assert result.tables["modules"].loc["m1", "called"]
    assert result.tables["modules"].loc["m1", "correlation"] > 0.9


@pytest.fixture
def called(tmp_path):
    """Tests of 100 genes, G0 to G9 called; G0 interacts with all of them, and others at random."""
    table = pd.DataFrame(
        {"log2_fc": 1.0, "p": 0.5, "q": 0.9, "called": np.arange(100) < 10}, index=[f"G{n}" for n in range(100)]
    )
    table.loc[table["called"], "p"] = 1e-8
    table.to_csv(tmp_path / "t.csv")
    rng = np.random.default_rng(3)
    pairs = [("G0", f"G{number}") for number in range(1, 10)]
    pairs += [(f"G{one}", f"G{other}") for one, other in rng.integers(10, 100, (80, 2))]
    pd.DataFrame(pairs, columns=["SymbolA", "SymbolB"]).to_csv(tmp_path / "edges.tsv", sep="\t", index=False)
    return {"tables": {"de.t": tmp_path / "t.csv"}, "files": {"edges": tmp_path / "edges.tsv"}, "tests": "de.t"}


def test_a_network_is_held_against_chance(called):
    result = try_tool(networks.build_network, **called, edges="edges")
    assert result.tables["network"].index[0] == "G0"
    assert result.facts["edges"] == 9
    assert result.facts["edges_by_chance"] < 3
    assert result.facts["p_more_than_chance"] < 0.01


def test_a_volcano_is_drawn_even_where_p_is_nought(called, tmp_path):
    table = pd.read_csv(tmp_path / "t.csv", index_col=0)
    table.loc["G0", "p"] = 0.0
    table.to_csv(tmp_path / "t.csv")
    result = try_tool(figures.plot_volcano, tables=called["tables"], tests="de.t")
    axes = result.figures["volcano"].axes[0]
    assert axes.get_ylim()[1] > 300
    assert {text.get_text() for text in axes.texts} == {f"G{number}" for number in range(10)}
    result.figures["volcano"].savefig(tmp_path / "volcano.svg")


def test_features_are_drawn_by_gene_or_id_and_an_unknown_one_is_named():
    values = noise(8, 3)
    genes = pd.DataFrame({"gene": ["A", "B", "C"]}, index=["P0", "P1", "P2"])
    data = made(values, genes, group=list("xxxxyyyy"))
    assert try_tool(figures.plot_features, data, group="group", features=("B", "P2")).figures["features"].axes
    with pytest.raises(NotApplicable, match="no feature or gene `Z`"):
        try_tool(figures.plot_features, data, group="group", features=("Z",))


@pytest.mark.slow
def test_a_panel_on_noise_is_no_better_than_chance():
    """Features chosen on all samples before they are split would look near perfect here."""
    data = made(noise(40, 200), group=["a"] * 20 + ["b"] * 20)
    facts = try_tool(panels.build_panel, data, group="group", numerator="b", denominator="a", largest=1).facts
    assert 0.2 < facts["auc"] < 0.75
    assert facts["auc_low"] < 0.5 < facts["auc_high"] or facts["auc"] < 0.5


@pytest.mark.slow
def test_a_panel_finds_what_tells_the_groups_apart():
    values = noise(40)
    values[20:, 3] += 1.0
    data = made(values, group=["a"] * 20 + ["b"] * 20)
    result = try_tool(panels.build_panel, data, group="group", numerator="b", denominator="a", largest=1)
    assert result.tables["panel"].index[0] == "P3"
    assert result.tables["panel"].loc["P3", "weight"] > 0
    assert result.facts["auc"] > 0.85


def test_genes_come_from_a_table_and_isoforms_count_as_their_protein(tmp_path):
    (tmp_path / "map.tsv").write_text("uniprot\tsymbol\nP10636\tMAPT\nP63104\tYWHAZ\n")
    names = ["A0A000;P10636-2", "P63104", "Q00000"]
    frame = pd.DataFrame(np.ones((3, 2)), index=names, columns=["s1", "s2"])
    data = as_data(frame, pd.DataFrame({"x": [1, 2]}, index=["s1", "s2"]))
    files = {"map": tmp_path / "map.tsv"}
    result = try_tool(annotate.annotate_genes, data, files=files, mapping="map")
    assert list(result.data.var["gene"]) == ["MAPT", "YWHAZ", None]
    (tmp_path / "map.tsv").write_text("uniprot\nP10636\n")
    with pytest.raises(DataUnreadable, match="one field only"):
        try_tool(annotate.annotate_genes, data, files=files, mapping="map")
    (tmp_path / "map.tsv").write_text("uniprot\tsymbol\nP10636\tMAPT\nP63104\tYWHAZ\tmore\n")
    with pytest.raises(DataUnreadable, match=r"map\.tsv: Expected 2 fields in line 3, saw 3"):
        try_tool(annotate.annotate_genes, data, files=files, mapping="map")


def test_hazards_have_the_right_side_and_bad_events_are_named():
    rng = np.random.default_rng(5)
    values = noise(80, 3)
    times = rng.exponential(100 * np.exp(-2 * (values[:, 0] - 22)))
    data = made(values, time=times, event=(rng.random(80) < 0.8).astype(int))
    table = try_tool(survival.test_survival, data, time="time", event="event").tables["survival"]
    assert table.index[0] == "P0"
    assert table.loc["P0", "ci_low"] > 1
    assert not table.loc[["P1", "P2"], "called"].any()
    data.obs["event"] = "perhaps"
    with pytest.raises(NotApplicable, match="`event` must be 0 or 1"):
        try_tool(survival.test_survival, data, time="time", event="event")
