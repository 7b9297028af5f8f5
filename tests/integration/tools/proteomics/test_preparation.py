"""Known answers of real data, from the file as it was given to what a test works on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from proteomics_data import FOLDER, needs_data

from tools.contract import try_tool
from tools.proteomics.batch import correct_batch
from tools.proteomics.design import check_design
from tools.proteomics.differential import test_differential as compare
from tools.proteomics.filtering import filter_features
from tools.proteomics.impute import impute
from tools.proteomics.missing import missingness
from tools.proteomics.normalise import normalise
from tools.proteomics.quality import profile_quality
from tools.proteomics.readers.quantities import read_quantities
from tools.proteomics.roll_up import roll_up
from tools.proteomics.samples import aggregate_cells, select_samples
from tools.proteomics.transform import log_transform

pytestmark = needs_data

SITE, DIAGNOSIS = "collection site", "primary biochemical AD classification"


def read(table: str, sheet: str | None = None):
    files = {"table": FOLDER / table} | ({"sheet": FOLDER / sheet} if sheet else {})
    return try_tool(read_quantities, files=files, table="table", samples="sheet" if sheet else None).data


def read_log2(folder: str, table: str, sheet: str = "samples.tsv"):
    data = read(f"{folder}/{table}", f"{folder}/{sheet}")
    return try_tool(log_transform, data).data if data.uns["scale"] == "raw" else data


@pytest.fixture(scope="module")
def cerebrospinal_fluid():
    data = read_log2("bader2020_alzheimer_csf", "proteome.csv.gz", "meta.csv")
    return try_tool(select_samples, data, column=DIAGNOSIS, values=("biochemical control", "biochemical AD")).data


def test_three_species_come_out_at_their_mixing_ratios():
    data = read_log2("vanpuyvelde2022_hye_diann", "report.pg_matrix.tsv")
    data = try_tool(filter_features, data, group="group", minimum=2).data
    assert data.n_vars > 7500
    data = try_tool(normalise, data).data
    truth = pd.read_csv(FOLDER / "vanpuyvelde2022_hye_diann/truth.tsv", sep="\t", index_col="protein_id")["species"]
    is_a = (data.obs["group"].astype(str) == "A").to_numpy()
    change = pd.Series(np.nanmean(data.X[is_a], axis=0) - np.nanmean(data.X[~is_a], axis=0), data.var_names)
    medians = change.groupby(truth.reindex(data.var_names)).median()
    # Observed by the data's own readers: 0.03, 1.13, -2.11; median centring on all proteins moves all three alike.
    assert medians["YEAST"] - medians["HUMAN"] == pytest.approx(1.10, abs=0.05)
    assert medians["ECOLI"] - medians["HUMAN"] == pytest.approx(-2.14, abs=0.05)


def test_tau_is_first_in_alzheimer_s_disease_with_the_site_in_the_design(cerebrospinal_fluid):
    data = cerebrospinal_fluid
    design = try_tool(check_design, data, group=DIAGNOSIS, covariates=(SITE,))
    assert design.facts["confounded"] is False
    assert design.facts["estimable"] is True
    data = try_tool(filter_features, data, group=DIAGNOSIS, minimum=20).data
    data = try_tool(normalise, data).data
    found = try_tool(
        compare,
        data,
        group=DIAGNOSIS,
        numerator="biochemical AD",
        denominator="biochemical control",
        covariates=(SITE,),
    ).tables["differential"]
    assert "P10636" in found.index[0]
    assert found["log2_fc"].iloc[0] == pytest.approx(1.16, abs=0.1)


def test_a_site_is_taken_out_of_data_with_holes_and_nothing_is_lost(cerebrospinal_fluid):
    """ComBat of scanpy makes the whole of such a matrix NaN without a word."""
    result = try_tool(correct_batch, cerebrospinal_fluid, batch=SITE, keep=(DIAGNOSIS,))
    assert (np.isnan(result.data.X) == np.isnan(cerebrospinal_fluid.X)).all()
    assert result.facts["explained_before"] > 0.1 > result.facts["explained_after"]


def test_tumours_that_look_normal_are_suspected_and_some_were_excluded_by_the_authors():
    data = read_log2("cptac_ucec_tmt", "proteomics.cct.gz")
    result = try_tool(profile_quality, data, group="Proteomics_Tumor_Normal")
    suspected = result.facts["suspected_swaps"].split(", ")
    excluded = set(data.obs_names[data.obs["Case_excluded"].astype(str) == "Yes"])
    assert len(suspected) < 12
    assert len(excluded & set(suspected)) >= 4


def test_no_patient_is_suspected_for_a_stage_that_antibodies_do_not_tell():
    data = read_log2("tcga_kirc_rppa_survival", "rppa.tsv.gz")
    assert try_tool(profile_quality, data, group="stage").facts["suspected_swaps"] == ""


def test_proteins_missing_in_pull_downs_are_missing_because_they_are_faint():
    data = read_log2("zhang2017_ubilength_interactome", "proteinGroups.tsv.gz")
    result = try_tool(missingness, data, group="condition")
    assert result.facts["mechanism"] == "faint values are missing"
    assert result.facts["absent_in_a_group"] > 500
    shares = result.tables["by_intensity"]["missing_share"]
    assert shares.iloc[0] > 2 * shares.iloc[-1]


@pytest.mark.parametrize("method", ["minprob", "knn", "mixed"])
def test_pull_downs_can_be_completed(method):
    data = read_log2("zhang2017_ubilength_interactome", "proteinGroups.tsv.gz")
    data = try_tool(filter_features, data, group="condition", groups="one").data
    result = try_tool(impute, data, method=method, group="condition")
    assert np.isfinite(result.data.X).all()
    there = np.isfinite(data.X)
    np.testing.assert_array_equal(result.data.X[there], data.X[there])


def test_peptides_of_unchanged_proteins_roll_up_to_no_change():
    """Ten HeLa proteins over eight dilutions of a spike-in, five mixtures: each fold change is near 0."""
    data = read("huang2020_tmt_null_subset/psm_level_msstats.tsv.gz")
    data = try_tool(normalise, try_tool(log_transform, data).data).data
    rolled = try_tool(roll_up, data).data
    data = try_tool(normalise, rolled, method="irs", plex="Run", reference="Condition", reference_value="Norm").data
    condition = data.obs["Condition"].astype(str).to_numpy()
    change = np.nanmean(data.X[condition == "1"], axis=0) - np.nanmean(data.X[condition == "0.125"], axis=0)
    assert data.n_vars == 10
    assert np.abs(change).max() < 0.1
    assert (np.nanstd(data.X, axis=0) < 0.7 * np.nanstd(rolled.X, axis=0)).all()


def test_b_cells_answer_their_receptor():
    """Medians of asinh(x / 5) from reference to cross-linked: pS6 1.05 to 3.85, pNFkB 2.30 to 1.35."""
    data = read_log2_cells()
    b_cells = (data[:, "CD20"].X.ravel() > 2.5 / np.log(2)) & (data[:, "IgM"].X.ravel() > 1.5 / np.log(2))
    result = try_tool(aggregate_cells, data[b_cells].copy(), sample="sample_id", minimum=5)
    medians = pd.DataFrame(result.data.X, columns=result.data.var_names) * np.log(2)
    by_condition = medians.groupby(result.data.obs["condition"].astype(str).to_numpy()).median()
    assert list(result.data.obs["patient_id"].astype(str).unique()) == [f"Patient{n}" for n in range(1, 5)]
    change = by_condition.loc["BCRXL"] - by_condition.loc["Ref"]
    assert change["pS6"] > 2
    assert change["pNFkB"] < -0.5
    assert change["pErk"] > 0.8


def read_log2_cells():
    data = read("bodenmiller2012_bcrxl_cytof/cells.tsv.gz", "bodenmiller2012_bcrxl_cytof/samples.tsv")
    return try_tool(log_transform, data, method="arcsinh", cofactor=5).data
