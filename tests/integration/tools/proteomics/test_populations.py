"""Single cells and patients followed over time: what is known comes out."""

from __future__ import annotations

import pytest
from proteomics_data import blood_cells, kidney, needs_data, single_cells
from sklearn.metrics import adjusted_rand_score

from tools.contract import try_tool
from tools.proteomics import clustering, single_cell, survival

pytestmark = needs_data


@pytest.mark.parametrize("method", ["kmeans", "louvain"])
def test_two_cell_lines_part_without_their_labels(method):
    data = single_cells()
    data = data[data.obs["cell_type"].isin(["HeLa", "U937"]).to_numpy()].copy()
    result = try_tool(single_cell.cluster_cells, data, batch="Raw.file", method=method)
    assert adjusted_rand_score(result.data.obs["cluster"], data.obs["cell_type"]) >= 0.9
    markers = try_tool(clustering.find_markers, result.data, group="cluster", block="Raw.file").tables["markers"]
    assert markers["called"].sum() > 50


def test_the_receptor_of_b_cells_wakes_s6_in_b_cells():
    """Four patients, paired: thousands of cells do not make more than four."""
    cells = try_tool(single_cell.cluster_cells, blood_cells(), use="marker_class", use_value="type", clusters=8).data
    by_cluster = cells.to_df().groupby(cells.obs["cluster"].to_numpy()).median()
    b_cells = (by_cluster["CD20"] + by_cluster["IgM"]).idxmax()
    result = try_tool(
        single_cell.test_populations,
        cells,
        population="cluster",
        sample="sample_id",
        group="condition",
        numerator="BCRXL",
        denominator="Ref",
        block="patient_id",
    )
    table = result.tables["populations"]
    assert table["samples"].max() <= 8
    assert f"{b_cells}: pS6" in table.index[:3]
    assert table.loc[f"{b_cells}: pS6", "difference"] > 2
    assert table.loc[f"{b_cells}: pPlcg2", "difference"] > 1
    assert table.loc[f"{b_cells}: pNFkB", "difference"] < 0


def test_adverse_proteins_of_kidney_cancer():
    data = kidney()
    named = ["PAI-1", "p21", "Cyclin_B1", "AMPK_pT172", "ACC1", "14-3-3_beta"]
    table = try_tool(
        survival.test_survival, data[:, named].copy(), time="os_days", event="os_event", covariates=("age",)
    ).tables["survival"]
    assert (table.loc[["PAI-1", "p21", "Cyclin_B1"], "p"] < 1e-9).all()
    assert (table.loc[["PAI-1", "p21", "Cyclin_B1", "ACC1"], "hazard_ratio"] > 1.3).all()
    assert table.loc["AMPK_pT172", "hazard_ratio"] < 0.8
    assert not table.loc["14-3-3_beta", "called"]
    curves = try_tool(survival.plot_survival, data, feature="PAI-1", time="os_days", event="os_event")
    assert curves.tables["curves"].loc["more", "events"] > curves.tables["curves"].loc["less", "events"]
