"""Spectra of known peptides, searched for real."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from proteomics_data import FOLDER, needs_data

from tools.contract import try_tool
from tools.errors import DataUnreadable
from tools.proteomics import spectra

pytestmark = [
    needs_data,
    pytest.mark.slow,
    pytest.mark.skipif(
        not any(shutil.which(name) for name in spectra._ENGINES), reason="Comet is not installed (Debian: comet-ms)"
    ),
]
RUN = FOLDER / "simulated_dda_search"


def test_most_peptides_are_found_at_the_share_of_false_ones_that_was_asked_for():
    files = {"run": RUN / "sim.mzML.gz", "fasta": RUN / "db_target.fasta"}
    result = try_tool(spectra.search_spectra, files=files, spectra="run", proteins="fasta")
    truth = pd.read_csv(RUN / "truth.tsv", sep="\t", index_col="scan")
    found = result.tables["spectra"]
    scans = found.index.astype(int)
    plain = found["peptide"].str.replace(r"^[^.]*\.|\.[^.]*$|\[[^]]*\]", "", regex=True).str.replace("I", "L")
    right = plain.to_numpy() == truth.loc[scans, "peptide"].str.replace("I", "L").to_numpy()
    assert right.sum() >= 0.93 * truth["in_db"].sum()
    assert 1 - right.mean() <= 0.02


def test_a_file_that_is_no_fasta_gets_one_clear_line(tmp_path):
    (tmp_path / "x.fasta").write_text("MKTAYIAK\n")
    files = {"run": RUN / "sim.mzML.gz", "fasta": tmp_path / "x.fasta"}
    with pytest.raises(DataUnreadable, match="line 1: a FASTA file begins with"):
        try_tool(spectra.search_spectra, files=files, spectra="run", proteins="fasta")
