"""mzTab 1.0: the proteins' section and the assays that its metadata names.

Source: Griss et al., Mol Cell Proteomics 2014, 13:2765-2775, doi:10.1074/mcp.O113.036681.
"""

from __future__ import annotations

import re

import pandas as pd

from tools.errors import DataUnreadable
from tools.proteomics.readers.formats import Quantities, Wide
from tools.proteomics.readers.text import parse_table
from tools.proteomics.readers.wide import read_wide
from tools.proteomics.sample_sheet import run_name

_ABUNDANCE = re.compile(r"protein_abundance_assay\[(?P<sample>\d+)\]")
_FORMAT = Wide("mztab", "protein", ("accession",), ("accession",), quantities=(_ABUNDANCE,))


def is_mztab(text: str) -> bool:
    """Whether a text is mzTab."""
    return text.startswith(("MTD\t", "COM\t")) and "\nPRH\t" in text


def read_mztab(text: str, name: str) -> Quantities:
    """Protein abundances of the assays, which are named by their run's file.

    Raises:
        DataUnreadable: it holds identifications only.
    """
    lines = text.splitlines()
    section = [line.partition("\t")[2] for line in lines if line.startswith(("PRH\t", "PRT\t"))]
    if not any(_ABUNDANCE.fullmatch(column) for column in section[0].split("\t")):
        raise DataUnreadable(
            f"{name}: the mzTab holds identifications and no `protein_abundance_assay` columns; export quantities"
        )
    read = read_wide(parse_table("\n".join(section) + "\n", name), _FORMAT, name)
    runs = _assay_runs([line.split("\t") for line in lines if line.startswith("MTD\t")])
    names = [runs.get(assay, f"assay {assay}") for assay in read.values.index]
    read.values.index = pd.Index(names)
    return Quantities(read.format, read.values, read.features, pd.DataFrame(index=names), read.removed, "raw")


def _assay_runs(metadata: list[list[str]]) -> dict[str, str]:
    """Assay number → name of its run's file, for assays that have a run of their own."""
    said = {line[1]: line[2] for line in metadata if len(line) > 2}
    runs: dict[str, str] = {}
    for entry, value in said.items():
        assay = re.fullmatch(r"assay\[(\d+)\]-ms_run_ref", entry)
        location = said.get(f"{value}-location")
        if assay and location:
            runs[assay[1]] = run_name(location)
    alone = pd.Series(runs, dtype=object)
    return {str(assay): str(run) for assay, run in alone[~alone.duplicated(keep=False)].items()}
