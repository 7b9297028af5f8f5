"""Real tables as their programs and authors wrote them: each is read with its sample sheet, or refused in one line."""

from __future__ import annotations

import numpy as np
import pytest
from proteomics_data import FOLDER, needs_data, ramus, three_species

from tools.contract import try_tool
from tools.data import describe
from tools.errors import DataUnreadable
from tools.proteomics.readers.quantities import read_quantities

pytestmark = needs_data

REFUSED = {
    "README.md": "no sample or no value",
    "alphapeptstats_test.mztab": "identifications",
    "einprot_1356_sampleAnnot.txt": "no column holds quantities",
}
FIXTURES = sorted((FOLDER / "reader_fixtures").iterdir()) if FOLDER.is_dir() else []


def read(table: str, sheet: str | None = None, **parameters):
    files = {"table": FOLDER / table}
    if sheet:
        files["sheet"] = FOLDER / sheet
        parameters["samples"] = "sheet"
    return try_tool(read_quantities, files=files, table="table", **parameters)


SETS = {
    # table, sheet: samples, features, scale, share missing, columns of the sheet that an analysis needs
    "ramus": ("ramus2016_ups1_maxquant/proteinGroups.txt.gz", "ramus2016_ups1_maxquant/samples.tsv",
              27, 1062, "raw", 0.08, ("group", "amol")),
    "three species": ("vanpuyvelde2022_hye_diann/report.pg_matrix.tsv", "vanpuyvelde2022_hye_diann/samples.tsv",
                      6, 10478, "raw", 0.18, ("group",)),
    "alzheimer": ("bader2020_alzheimer_csf/proteome.csv.gz", "bader2020_alzheimer_csf/meta.csv",
                  210, 1542, "raw", 0.21, ("collection site", "primary biochemical AD classification")),
    "endometrial": ("cptac_ucec_tmt/proteomics.cct.gz", "cptac_ucec_tmt/samples.tsv",
                    153, 10999, "ratio", 0.11, ("Proteomics_Tumor_Normal", "MSI_status")),
    "endometrial acetyl": ("cptac_ucec_tmt/acetylproteomics.cct.gz", "cptac_ucec_tmt/samples.tsv",
                           153, 10862, "ratio", 0.65, ("Proteomics_Tumor_Normal",)),
    "t cells": ("locardpaulet2020_cd4_tcr_phospho/phosphosites.tsv.gz", "locardpaulet2020_cd4_tcr_phospho/samples.tsv",
                42, 7180, "log2", 0.76, ("seconds", "enrichment")),
    "myotubes": ("su2019_l6_insulin_ampk_phospho/phosphosites.tsv.gz", "su2019_l6_insulin_ampk_phospho/samples.tsv",
                 12, 6654, "ratio", 0.0, ("group",)),
    "kidney": ("tcga_kirc_rppa_survival/rppa.tsv.gz", "tcga_kirc_rppa_survival/samples.tsv",
               478, 217, "ratio", 0.03, ("os_days", "os_event", "age")),
    "HeLa cells": ("petelski2021_scope2_hela_u937/peptides_x_cells.tsv.gz", "petelski2021_scope2_hela_u937/samples.tsv",
                   62, 4601, "ratio", 0.51, ("cell_type", "Raw.file")),
    "blood cells": ("bodenmiller2012_bcrxl_cytof/cells.tsv.gz", "bodenmiller2012_bcrxl_cytof/samples.tsv",
                    5428, 24, "raw", 0.0, ("condition", "patient_id")),
    "ubiquitin": ("zhang2017_ubilength_interactome/proteinGroups.tsv.gz", "zhang2017_ubilength_interactome/samples.tsv",
                  12, 2890, "raw", 0.43, ("condition",)),  # of 2891, one is a contaminant under its plain id
    "knock-outs": ("gygi2020_tko_tmtpro16/proteins.tsv.gz", "gygi2020_tko_tmtpro16/samples.tsv",
                   16, 68, "raw", 0.0, ("group",)),
    "null": ("huang2020_tmt_null_subset/protein_level.tsv.gz", None,
             120, 10, "log2", 0.0, ("Condition", "Mixture", "Run")),
    "null peptides": ("huang2020_tmt_null_subset/psm_level_msstats.tsv.gz", None,
                      150, 305, "raw", 0.56, ("Condition", "Mixture", "Run")),
    "pull-downs": ("reader_fixtures/einprot_1356_proteinGroups.txt", "reader_fixtures/einprot_1356_sampleAnnot.txt",
                   9, 382, "raw", 0.34, ("group",)),
    "FragPipe": ("reader_fixtures/einprot_combined_protein.tsv", "reader_fixtures/einprot_1356_sampleAnnot.txt",
                 9, 205, "raw", 0.44, ("group",)),
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_each_data_set_is_read_as_it_was_given(name, tmp_path):
    table, sheet, samples, features, scale, missing, columns = SETS[name]
    result = read(table, sheet)
    state = describe(result.data)
    assert (state.samples, state.features, state.scale) == (samples, features, scale)
    assert state.missing_share == pytest.approx(missing, abs=0.006)
    assert not any("left out" in warning for warning in result.warnings)
    for column in columns:
        found = state.column(column)
        assert found is not None, column
        assert found.kind in ("category", "number"), column
    result.data.write_h5ad(tmp_path / "data.h5ad")


@pytest.mark.slow
def test_the_largest_table_is_read():
    data = read("cptac_ucec_tmt/phosphoproteomics_site.cct.gz", "cptac_ucec_tmt/samples.tsv").data
    assert data.shape == (153, 73212)
    assert (data.var["residue"].isin(["S", "T", "Y"])).all()


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name)
def test_each_program_s_output_is_read_or_refused_in_one_line(path):
    if path.name in REFUSED:
        with pytest.raises(DataUnreadable, match=REFUSED[path.name]) as caught:
            read(f"reader_fixtures/{path.name}")
        assert "\n" not in str(caught.value)
        return
    data = read(f"reader_fixtures/{path.name}").data
    assert data.n_obs in (1, 6, 9)
    assert data.n_vars > 30
    assert "protein" in data.var
    assert not data.var["protein"].str.contains(r"sp\|").any()
    assert np.nanmin(np.asarray(data.X)) > 0


@pytest.mark.parametrize(("name", "independent"), [("three species", three_species), ("ramus", ramus)])
def test_values_are_those_of_an_independent_reading(name, independent):
    ours, theirs = read(*SETS[name][:2]).data, independent()
    quantified = theirs[:, np.isfinite(theirs.X).any(axis=0)]
    ours = ours[quantified.obs_names, quantified.var_names]
    np.testing.assert_allclose(np.log2(np.asarray(ours.X)), np.asarray(quantified.X))


def test_windows_are_found_around_their_site():
    var = read(SETS["myotubes"][0], SETS["myotubes"][1]).data.var
    whole = var[var["window"].str.len() == 31]
    assert len(whole) > 0.99 * len(var)
    assert (whole["window"].str[15] == whole["residue"]).mean() > 0.99


def test_marks_are_refused():
    with pytest.raises(DataUnreadable, match="only 0 and 1"):
        read("cptac_ucec_tmt/somatic_binary.cbt.gz", "cptac_ucec_tmt/samples.tsv")


@pytest.mark.parametrize("share", [0.3, 0.7])
@pytest.mark.parametrize(
    "table", ["ramus2016_ups1_maxquant/proteinGroups.txt.gz", "tcga_kirc_rppa_survival/rppa.tsv.gz"]
)
def test_a_file_that_was_cut_off_is_refused(tmp_path, table, share):
    whole = (FOLDER / table).read_bytes()
    cut = tmp_path / "table.gz"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(DataUnreadable, match="cut off"):
        try_tool(read_quantities, files={"table": cut}, table="table")
