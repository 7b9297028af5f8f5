"""Each program's table becomes the same data, without what is no finding; what gives nothing is an error."""

from __future__ import annotations

import numpy as np
import pytest

from tools.contract import try_tool
from tools.errors import DataUnreadable
from tools.proteomics.readers.quantities import read_quantities

SHEET = "sample\trun\tgroup\nx\ta\tA\ny\tb\tB\n"


def lines(*rows: str) -> str:
    return "\n".join("\t".join(row.split("|")) for row in rows) + "\n"


def read(tmp_path, table, sheet=SHEET, **parameters):
    (tmp_path / "table").write_text(table)
    files = {"table": tmp_path / "table"}
    if sheet is not None:
        (tmp_path / "sheet").write_text(sheet)
        files["sheet"] = tmp_path / "sheet"
        parameters["samples"] = "sheet"
    return try_tool(read_quantities, files=files, table="table", **parameters)


FORMATS = {
    "maxquant": lines(
        "Majority protein IDs|Gene names|Razor + unique peptides|Intensity a|LFQ intensity a|LFQ intensity b"
        "|Reverse|Potential contaminant|Only identified by site",
        "P1;P2|G1|3|7|100|200|||", "P3|G3|2|7|0|400|||", "REV__P9||1|7|5|5|+||", "CON__P8||1|7|5|5||+|",
        "P7||1|7|5|5|||+",
    ),
    "maxquant through R": lines(
        "Majority.protein.IDs|Gene.names|Razor...unique.peptides|LFQ.intensity.a|LFQ.intensity.b|Reverse",
        "P1;P2|G1|3|100|200|", "P3|G3|2|0|400|", "REV__P9||1|5|5|+",
    ),
    "diann": lines(
        "Protein.Group|Protein.Names|Genes|First.Protein.Description|/x/a.mzML|/x/b.mzML",
        "P1;P2|A_HUMAN|G1||100|200", "P3|B_HUMAN|G3|||400",
    ),
    "diann report": lines(
        "Run|Protein.Group|Genes|Precursor.Id|PG.MaxLFQ|Precursor.Quantity|Q.Value|Lib.PG.Q.Value",
        "a|P1;P2|G1|AAA2|100|9|0.001|0.001", "a|P1;P2|G1|AAA3|100|8|0.001|0.001", "b|P1;P2|G1|AAA2|200|9|0.001|0.001",
        "b|P3|G3|CCC2|400|9|0.001|0.001", "a|P3|G3|CCC2|999|9|0.02|0.001",
    ),
    "spectronaut": lines(
        "PG.ProteinGroups|PG.Genes|[1] a.raw.PG.Quantity|[2] b.raw.PG.Quantity|[1] a.raw.PG.IBAQ",
        "P1;P2|G1|100|200|1", "P3|G3|Filtered|400|1",
    ),
    "fragpipe": lines(
        "Protein|Protein ID|Entry Name|Gene|Combined Total Peptides|a MaxLFQ Intensity|b MaxLFQ Intensity|a Intensity",
        "sp|P1;P2|A_HUMAN|G1|3|100|200|7", "sp|P3|B_HUMAN|G3|2|0.0|400|7", "contam_sp|contam_P8|C|G8|2|5|5|5",
    ),
    "proteome_discoverer": lines(
        "Accession|Description|Contaminant|Abundances (Normalized): a|Abundances (Normalized): b|Abundance Ratio",
        "P1;P2|One GN=G1 PE=1|False|100|200|2", "P3|Three GN=G3|False||400|", "P8|Eight|True|5|5|1",
    ),
    "mztab": lines(
        "MTD|mzTab-version|1.0.0", "MTD|ms_run[1]-location|file:///x/a.raw", "MTD|ms_run[2]-location|file:///x/b.raw",
        "MTD|assay[1]-ms_run_ref|ms_run[1]", "MTD|assay[2]-ms_run_ref|ms_run[2]",
        "PRH|accession|description|protein_abundance_assay[1]|protein_abundance_assay[2]",
        "PRT|P1;P2|One GN=G1|100|200", "PRT|P3|Three GN=G3|null|400",
    ),
    "wide": lines("protein|gene|peptides|a|b", "P1;P2|G1|3|100|200", "P3|G3|2||400"),
    "wide, samples in rows": lines("run|P1;P2|P3", "a|100|", "b|200|400"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_data(tmp_path, name):
    first, second = SHEETS.get(name, ("a", "b"))
    result = read(tmp_path, FORMATS[name], lines("sample|run|group", f"x|{first}|A", f"y|{second}|B"))
    data = result.data
    assert list(data.obs_names) == ["x", "y"]
    assert list(data.obs["group"]) == ["A", "B"]
    assert list(data.var_names) == ["P1;P2", "P3"]
    np.testing.assert_array_equal(np.asarray(data.X), [[100, np.nan], [200, 400]])
    assert data.uns["scale"] == "raw"
    assert result.facts["format"] == name.split()[0].rstrip(",")
    if "rows" not in name:
        assert list(data.var["gene"]) == ["G1", "G3"]


FORMATS |= {
    "maxquant, TMT plexes": lines(
        "Majority protein IDs|Gene names|Reporter intensity corrected 1|Reporter intensity corrected 1 a"
        "|Reporter intensity corrected 1 b",
        "P1;P2|G1|300|100|200", "P3|G3|400|0|400",
    ).replace("corrected 1 a", "corrected 1 m").replace("corrected 1 b", "corrected 2 m"),
    "maxquant, SILAC": lines(
        "Majority protein IDs|Gene names|Ratio H/L normalized a|Ratio H/L normalized b|Intensity H a|Intensity a",
        "P1;P2|G1|100|200|9|9", "P3|G3|NaN|400|9|9",
    ),
    "fragpipe, by uniqueness": lines(
        "Protein|Protein ID|Entry Name|Gene|Combined Total Peptides|a Total Intensity|a Razor Intensity"
        "|b Total Intensity|b Razor Intensity",
        "sp|P1;P2|A_HUMAN|G1|3|7|100|7|200", "sp|P3|B_HUMAN|G3|2|7|0.0|7|400",
    ),
    "proteome_discoverer, channels": lines(
        "Accession|Description|Abundance: F1: a, Control|Abundance: F1: b, Treated|Abundances (Grouped): Control",
        "P1;P2|One GN=G1|100|200|7", "P3|Three GN=G3||400|7",
    ).replace("F1: a", "F1: 126").replace("F1: b", "F1: 127N"),
    "long": lines("sample|protein|gene|value", "a|P1;P2|G1|100", "b|P1;P2|G1|200", "b|P3|G3|400"),
    "wide, with Perseus's notes": lines(
        "a|b|protein|gene", "#!{Type}E|E|T|T", "100|200|P1;P2|G1", "NaN|400|P3|G3"
    ),
    "wide, below comments": "# made by somebody\n# on a day\n" + lines(
        "protein|gene|a|b", "P1;P2|G1|100|200", "P3|G3|-Inf|400"
    ),
}  # fmt: skip
SHEETS = {"maxquant, TMT plexes": ("1 m", "2 m"), "proteome_discoverer, channels": ("126", "127N")}
"""Name of a format → what its table calls the two samples, where that is not a and b."""


PRECURSORS = {
    "evidence": lines(
        "Modified sequence|Raw file|Experiment|Leading razor protein|Charge|Intensity|Reverse|Potential contaminant",
        "_AA_|a|e|sp|P1|2|60||", "_AA_|a|e|sp|P1|2|40||", "_AA_|b|e|sp|P1|2|200||", "_CC_|b|e|sp|P1|3|400||",
    ).replace("sp\tP1", "sp|P1|X_HUMAN"),
    "sage": lines(
        "peptide|charge|proteins|q_value|score|spectral_angle|a.mzML|b.mzML",
        "AA|2|P1|0.001|9|0.9|100|200", "CC|3|P1|0.001|9|0.9|0|400", "DD|3|P1|0.2|9|0.9|5|5",
    ),
    "fragpipe": lines(
        "Peptide Sequence|Modified Sequence|Charge|Protein ID|Mapped Proteins|a Spectral Count|a Intensity|b Intensity",
        "AA|AA|2|P1||1|100|200", "CC|CC|3|P1||1|0.0|400",
    ),
    "msstats": lines(
        "ProteinName|PeptideSequence|PrecursorCharge|FragmentIon|Condition|BioReplicate|Run|Intensity",
        "P1|AA|2|y3|A|1|a|60", "P1|AA|2|y4|A|1|a|40", "P1|AA|2|y3|B|2|b|200", "P1|CC|3|y3|B|2|b|400",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PRECURSORS)
def test_precursors_know_their_protein_and_their_parts_are_added(tmp_path, name):
    data = read(tmp_path, PRECURSORS[name]).data
    np.testing.assert_array_equal(np.asarray(data.X), [[100, np.nan], [200, 400]])
    assert list(data.var["protein"]) == ["P1", "P1"]
    assert list(data.var["charge"].astype(int)) == [2, 3]


def test_counts_what_it_leaves_out(tmp_path):
    facts = read(tmp_path, FORMATS["maxquant"]).facts
    assert facts["removed_decoys"] == facts["removed_contaminants"] == facts["removed_only_identified_by_site"] == 1
    assert facts["zeros_made_missing"] == 1


def test_the_same_protein_is_a_contaminant_under_its_plain_id_too(tmp_path):
    """MaxQuant splits keratins into a group of its list of contaminants, and one that nothing marks."""
    twin = FORMATS["maxquant"] + "P8;Q8\tKRT2\t44\t7\t900\t100\t\t\t\n"
    result = read(tmp_path, twin)
    assert result.facts["removed_contaminants"] == 2
    assert "P8;Q8" not in result.data.var_names


def test_sites_are_localised_added_over_multiplicities_and_carry_their_window(tmp_path):
    window = "A" * 15 + "S" + "A" * 15
    table = lines(
        "Proteins|Positions within proteins|Amino acid|Sequence window|Localization prob|Gene names|Intensity a___1"
        "|Intensity a___2|Intensity b___1|Reverse",
        f"P1|12|S|{window}|0.99|G1|60|40|200|", f"P2|7|T|{window}|0.5|G2|60|40|200|",
    )  # fmt: skip
    data = read(tmp_path, table).data
    assert list(data.var_names) == ["P1_12_S"]
    assert np.asarray(data.X).ravel().tolist() == [100, 200]
    assert data.var.loc["P1_12_S", ["residue", "window", "gene"]].tolist() == ["S", window, "G1"]


def test_sites_are_read_from_ids(tmp_path):
    table = lines("idx|a|b", "AAAS-S495|1.5|-0.2", "TP53-T55|0.1|")
    data = read(tmp_path, table).data
    assert data.uns["scale"] == "ratio"
    assert list(data.var["gene"]) == ["AAAS", "TP53"]
    assert list(data.var["residue"]) == ["S", "T"]
    assert list(data.var["position"]) == [495, 55]


def test_cells_are_many_rows_of_a_sample_and_their_zeros_are_measured(tmp_path):
    table = lines("run|CD3|CD4", "a|0|5", "a|3|0", "b|1|1")
    data = read(tmp_path, table).data
    assert list(data.obs_names) == ["a_1", "a_2", "b_1"]
    assert list(data.obs["group"]) == ["A", "A", "B"]
    assert not np.isnan(np.asarray(data.X)).any()


@pytest.mark.parametrize(
    ("values", "scale"),
    [(("21.5", "24.1"), "log2"), (("-1.2", "0.7"), "ratio"), (("31000", "1e6"), "raw")],
)
def test_scale_is_told_by_the_numbers(tmp_path, values, scale):
    data = read(tmp_path, lines("protein|a|b", f"P1|{values[0]}|{values[1]}")).data
    assert data.uns["scale"] == scale


def test_without_a_sheet_the_ids_tell_which_way_it_lies(tmp_path):
    upright = lines("protein|a|b|c", "P04637|5e5|6e5|7e5")
    lying = lines("x|P04637|P38398", "a|5e5|6e5", "b|5e5|6e5", "c|5e5|6e5")
    assert read(tmp_path, upright, None).data.shape == (3, 1)
    assert read(tmp_path, lying, None).data.shape == (3, 2)


def test_samples_that_the_sheet_lacks_are_left_out_and_told(tmp_path):
    result = read(tmp_path, lines("protein|a|b|pool|peptides", "P1|100|200|300|4"))
    assert list(result.data.obs_names) == ["x", "y"]
    assert result.warnings == ("columns of numbers left out, since the sample sheet does not name them: 1 (pool)",)
    result = read(tmp_path, FORMATS["maxquant"], "sample\tgroup\nb\tB\nz\tC\n")
    assert list(result.data.obs_names) == ["b"]
    assert result.warnings == (
        "samples left out, since the sample sheet does not name them: 1 (a)",
        "rows of the sample sheet that have no sample in the table: 1",
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        pytest.param(lines("protein|c|d", "P1|1|2"), "named in the sample sheet", id="another sheet"),
        pytest.param(lines("Majority protein IDs|LFQ intensity c", "P1|100"), "named in the sample sheet", id="known"),
        pytest.param(lines("protein|a|b", "P1|x|y"), "no column holds quantities", id="no numbers"),
        pytest.param(lines("protein|a|b", "P1|0|1", "P2|1|0"), "only 0 and 1", id="marks"),
        pytest.param(lines("protein|a|a", "P1|5|6"), "2 columns are called `a`", id="two of a name"),
        pytest.param(
            lines("Majority protein IDs|LFQ intensity a|Reverse", "P1|100|+"), "no sample or no value", id="decoys"
        ),
        pytest.param(
            lines("Majority protein IDs|Gene names|LFQ intensity a", "P1|G|5", "P2|G|x"), "`x` is no number", id="text"
        ),
        pytest.param(
            lines("MTD|mzTab-version|1.0.0", "PRH|accession|description", "PRT|P1|One"), "identifications", id="mztab"
        ),
    ],
)
def test_what_gives_nothing_is_an_error_of_one_line(tmp_path, table, says):
    with pytest.raises(DataUnreadable, match=says) as caught:
        read(tmp_path, table)
    assert "\n" not in str(caught.value)


def test_a_sample_that_the_sheet_names_twice_is_refused(tmp_path):
    sheet = "sample\tgroup\n\t\na\tA\nb\tB\nc\tA\nb\tA\n"
    with pytest.raises(DataUnreadable, match="names `b` 2 times, in lines 4 and 6"):
        read(tmp_path, lines("protein|a|b|c", "P1|5e5|6e5|7e5"), sheet)
    with pytest.raises(DataUnreadable, match="names `a` 2 times, in lines 3 and 8"):
        read(tmp_path, lines("protein|a|b|c", "P1|5e5|6e5|7e5"), sheet + sheet.partition("\n")[2])
    elsewhere = sheet.replace("\nb\t", "\nz\t")
    assert list(read(tmp_path, lines("protein|a|b|c", "P1|5e5|6e5|7e5"), elsewhere).data.obs_names) == ["a", "c"]


def test_one_cell_of_text_does_not_lose_a_sample_or_a_feature(tmp_path):
    slip = "column `s1`, line 3: `much` is no number"
    with pytest.raises(DataUnreadable, match=slip):
        read(tmp_path, lines("protein|s1|s2", "P1|5e5|6e5", "P2|much|6e5", "P3|5e5|6e5"), None)
    with pytest.raises(DataUnreadable, match=slip):
        read(tmp_path, lines("run|s1|s2", "a|5e5|6e5", "b|much|6e5", "c|5e5|6e5"))
    told = read(tmp_path, lines("protein|a|b|s1", "P1|5e5|6e5|5", "P2|5e5|6e5|much", "P3|5e5|6e5|5"))
    assert any("left out" in warning and "1 (s1)" in warning for warning in told.warnings)


def test_words_for_nothing_are_missing_and_text_about_features_is_no_slip(tmp_path):
    table = lines("protein|chromosome|sites|a|b", "P1|1|3|ND|6e5", "P2|X|3;4|5e5|6e5", "P3|2|5|not detected|-")
    data = read(tmp_path, table, None).data
    assert list(data.obs_names) == ["a", "b"]
    np.testing.assert_array_equal(np.asarray(data.X), [[np.nan, 5e5], [6e5, 6e5]])


def test_genes_that_a_spreadsheet_made_dates_of_are_told(tmp_path):
    result = read(tmp_path, lines("protein|gene|a|b", "P1|2-Sep|5e5|6e5", "P2|TP53|5e5|6e5"))
    assert any("made dates: 1 (2-Sep)" in warning for warning in result.warnings)


def test_zeros_among_logarithms_of_intensities_are_missing_and_among_ratios_are_not(tmp_path):
    assert np.isnan(read(tmp_path, lines("protein|a|b", "P1|0|22.1", "P2|24|25")).data.X[0, 0])
    assert read(tmp_path, lines("protein|a|b", "P1|0|-1.1", "P2|2|1")).data.X[0, 0] == 0


def test_zeros_among_intensities_less_a_background_are_measured(tmp_path):
    assert read(tmp_path, lines("protein|a|b", "P1|0|500", "P2|-3|700")).data.X[0, 0] == 0


def test_samples_are_what_the_sheet_knows_best(tmp_path):
    fractions = "sample\texperiment\tgroup\nx\te1\till\ny\te2\twell\n"
    table = PRECURSORS["evidence"].replace("\ta\te\t", "\ta\te1\t").replace("\tb\te\t", "\tb\te2\t")
    assert list(read(tmp_path, table, fractions).data.obs_names) == ["x", "y"]
    feature_in_sheet = "run\tgroup\tnote\na\tA\tP2\nb\tB\tother\n"
    data = read(tmp_path, lines("run|P1|P2", "a|5e5|6e5", "b|7e5|8e5"), feature_in_sheet).data
    assert list(data.var_names) == ["P1", "P2"]


def test_what_no_kept_sample_has_is_left_out_and_counted(tmp_path):
    result = read(tmp_path, lines("protein|a|b|c", "P1|5e5|6e5|7e5", "P2|||7e5"))
    assert list(result.data.var_names) == ["P1"]
    assert result.facts["removed_never_quantified"] == 1


def test_samples_without_any_value_are_an_error(tmp_path):
    with pytest.raises(DataUnreadable, match="every value of its samples"):
        read(tmp_path, lines("Majority protein IDs|LFQ intensity a|LFQ intensity c", "P1|0|5e5"))


def test_olink_is_read_on_its_own_scale(tmp_path):
    table = lines("SampleID|OlinkID|UniProt|Assay|PlateID|NPX", "a|O1|P1|G1|p1|5.5", "b|O1|P1|G1|p2|0.0")
    data = read(tmp_path, table).data
    assert data.uns["scale"] == "log2"
    assert data.var.loc["G1", ["protein", "gene"]].tolist() == ["P1", "G1"]
    assert list(data.obs["PlateID"]) == ["p1", "p2"]
    assert np.asarray(data.X).ravel().tolist() == [5.5, 0.0]


@pytest.mark.parametrize("name", FORMATS)
def test_a_table_that_was_cut_anywhere_is_read_or_refused_in_one_line(tmp_path, name):
    said = []
    for end in range(0, len(FORMATS[name]), 31):
        try:
            read(tmp_path, FORMATS[name][:end], None)
        except DataUnreadable as refused:
            said.append(str(refused))
    assert said
    assert not any("\n" in line for line in said)


def test_a_format_that_was_asked_for_and_is_not_there_is_said(tmp_path):
    with pytest.raises(DataUnreadable, match="does not have the columns of diann"):
        read(tmp_path, FORMATS["maxquant"], format="diann")


def test_columns_of_a_table_of_samples_can_be_kept_in_a_file_too(tmp_path):
    read(tmp_path, lines("run|a/b|P04637|P38398", "a|x|5e5|6e5", "b|y|5e5|6e5"), None).data.write_h5ad(tmp_path / "d")


def test_data_can_be_kept_in_a_file(tmp_path):
    import anndata

    data = read(tmp_path, FORMATS["maxquant"], "sample\tage per year/x\tnote\na\t3\t\nb\t4\ttext\n").data
    data.write_h5ad(tmp_path / "data.h5ad")
    again = anndata.read_h5ad(tmp_path / "data.h5ad")
    assert again.obs["note"].isna().tolist() == [True, False]
    assert "age per year per x" in again.obs
    np.testing.assert_array_equal(again.X, data.X)
