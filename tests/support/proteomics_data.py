"""The proteomics test sets as AnnData, read here so that a test of a method does not depend on a reader."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

FOLDER = Path(os.environ.get("ECHOLOCATE_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "proteomics"
RESOURCES = FOLDER / "resources"

needs_data = pytest.mark.skipif(not FOLDER.is_dir(), reason="the proteomics test sets are not there")


def as_data(values: pd.DataFrame, samples: pd.DataFrame, features: pd.DataFrame | None = None, scale="log2") -> AnnData:
    """Features × samples, the sheet in the order of the samples, and what is known of the features."""
    values = values[[str(name) for name in samples.index]]
    features = pd.DataFrame(index=values.index) if features is None else features.loc[values.index]
    data = AnnData(values.to_numpy(dtype=float).T, obs=samples.copy(), var=features.copy())
    data.obs_names, data.var_names = samples.index.astype(str), values.index.astype(str)
    data.uns["scale"] = scale
    return data


def log2_intensities(frame: pd.DataFrame) -> pd.DataFrame:
    return np.log2(frame.where(frame > 0))


def centred(data: AnnData) -> AnnData:
    """Every sample's median on the same value."""
    medians = np.nanmedian(data.X, axis=1)
    data = data.copy()
    data.X = data.X - (medians - medians.mean())[:, None]
    return data


def seen_in_each(data: AnnData, group: str, minimum: int = 2) -> AnnData:
    """Only features with so many values in each group."""
    there = [
        (~np.isnan(data.X[(data.obs[group] == level).to_numpy()])).sum(axis=0) >= minimum
        for level in data.obs[group].unique()
    ]
    return data[:, np.all(there, axis=0)].copy()


def ramus() -> AnnData:
    """UPS1 in yeast, 27 samples; `species` is UPS1 or YEAST, `amol` in the sheet."""
    folder = FOLDER / "ramus2016_ups1_maxquant"
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col="sample")
    groups = pd.read_csv(folder / "proteinGroups.txt.gz", sep="\t", low_memory=False, index_col="Majority protein IDs")
    truth = pd.read_csv(folder / "truth.tsv", sep="\t", index_col="protein_id").reindex(groups.index)
    kept = (
        ~truth["filtered"].astype("boolean").fillna(value=True) & truth["species"].isin(["UPS1", "YEAST"])
    ).to_numpy()
    groups, truth = groups[kept], truth[kept]
    values = log2_intensities(groups[samples["column"]].set_axis(samples.index, axis=1))
    return as_data(values, samples, pd.DataFrame({"species": truth["species"], "peptides": groups["Peptides"]}))


def three_species() -> AnnData:
    """Human, yeast and E. coli, A against B; `expected` is the true log2(A/B)."""
    folder = FOLDER / "vanpuyvelde2022_hye_diann"
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col="sample")
    table = pd.read_csv(folder / "report.pg_matrix.tsv", sep="\t", index_col="Protein.Group")
    truth = pd.read_csv(folder / "truth.tsv", sep="\t", index_col="protein_id").reindex(table.index)
    values = log2_intensities(table[samples["column"]].set_axis(samples.index, axis=1))
    features = pd.DataFrame({"species": truth["species"], "expected": truth["log2fc_A_vs_B"], "gene": table["Genes"]})
    return as_data(values, samples, features)


def alzheimer() -> AnnData:
    """Cerebrospinal fluid of 210 people; `diagnosis` is AD or control, `site` the batch."""
    folder = FOLDER / "bader2020_alzheimer_csf"
    samples = pd.read_csv(folder / "meta.csv", index_col="Sample ID")
    samples = samples.rename(columns=lambda name: name.strip("_")).rename(
        columns={"collection site": "site", "primary biochemical AD classification": "diagnosis"}
    )
    samples["diagnosis"] = samples["diagnosis"].map({"biochemical AD": "AD", "biochemical control": "control"})
    values = log2_intensities(pd.read_csv(folder / "proteome.csv.gz", index_col=0).T)
    symbols = pd.read_csv(RESOURCES / "human_uniprot_symbol_entrez.tsv.gz", sep="\t").drop_duplicates("uniprot")
    symbol = symbols.set_index("uniprot")["symbol"]
    proteins = [[one.split("-")[0] for one in name.split(";")] for name in values.index]
    genes = [next((symbol[one] for one in group if one in symbol), None) for group in proteins]
    return as_data(values, samples, pd.DataFrame({"gene": genes}, index=values.index))


def endometrial(table: str = "proteomics") -> AnnData:
    """CPTAC endometrial tumours and normals, log2 ratios to a pooled reference."""
    folder = FOLDER / "cptac_ucec_tmt"
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0, low_memory=False)
    samples = samples[samples["Case_excluded"] != "Yes"]
    values = pd.read_csv(folder / f"{table}.cct.gz", sep="\t", index_col=0, na_values="NA")
    genes = pd.DataFrame({"gene": [name.rsplit("-", 1)[0] for name in values.index]}, index=values.index)
    return as_data(values, samples, genes, scale="ratio")


def kidney() -> AnnData:
    """TCGA clear-cell renal carcinoma, 217 antibodies, overall survival."""
    folder = FOLDER / "tcga_kirc_rppa_survival"
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col="patient")
    return as_data(pd.read_csv(folder / "rppa.tsv.gz", sep="\t", index_col="patient").T, samples)


def myotubes() -> AnnData:
    """L6 phosphosites, log2 ratios to basal, with 31-residue windows in `window`."""
    folder = FOLDER / "su2019_l6_insulin_ampk_phospho"
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col="sample")
    table = pd.read_csv(folder / "phosphosites.tsv.gz", sep="\t").drop_duplicates("site_id").set_index("site_id")
    features = table[["gene", "uniprot"]].assign(window=table["sequence_window_31"])
    return as_data(table[samples.index], samples, features, scale="ratio")


def t_cells(enrichment: str = "pTyr") -> AnnData:
    """Mouse CD4 T cells after TCR stimulation, one enrichment; `seconds` 0 to 600, `replicate`."""
    folder = FOLDER / "locardpaulet2020_cd4_tcr_phospho"
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col="sample")
    table = pd.read_csv(folder / "phosphosites.tsv.gz", sep="\t", index_col="psiteID")
    return as_data(table, samples[samples["enrichment"] == enrichment])


def background_only() -> AnnData:
    """Ten unchanged HeLa proteins over dilutions of a spike-in, 5 mixtures × 3 runs (`Condition`, `Run`)."""
    table = pd.read_csv(FOLDER / "huang2020_tmt_null_subset" / "protein_level.tsv.gz", sep="\t")
    table["sample"] = table["Run"] + "_" + table["Channel"]
    samples = table.drop_duplicates("sample").set_index("sample")[["Mixture", "Run", "Condition"]]
    samples["Condition"] = samples["Condition"].astype(str)
    return as_data(table.pivot_table(index="Protein", columns="sample", values="Abundance"), samples)


def single_cells() -> AnnData:
    """HeLa and U-937 cells × peptides, log2 relative; `Raw.file` is the batch."""
    folder = FOLDER / "petelski2021_scope2_hela_u937"
    samples = pd.read_csv(folder / "samples.tsv", sep="\t", index_col=0)
    return as_data(pd.read_csv(folder / "peptides_x_cells.tsv.gz", sep="\t", index_col=0), samples, scale="ratio")


def blood_cells() -> AnnData:
    """CyTOF: 5,428 cells × 24 markers, raw counts; `condition`, `patient_id`; `marker_class` of the markers."""
    folder = FOLDER / "bodenmiller2012_bcrxl_cytof"
    table = pd.read_csv(folder / "cells.tsv.gz", sep="\t")
    sheet = ["sample_id", "condition", "patient_id"]
    panel = pd.read_csv(folder / "panel.tsv", sep="\t").set_index("antigen")[["marker_class"]]
    table.index = [f"cell{number}" for number in range(len(table))]
    return as_data(table.drop(columns=sheet).T, table[sheet], panel, scale="raw")
