"""Gene sets from a GMT file, and the genes of a table of tests."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

from tools.errors import DataUnreadable, NotApplicable

if TYPE_CHECKING:
    import pandas as pd


def read_gene_sets(path: Path) -> dict[str, frozenset[str]]:
    """Name of each set → its genes. GMT: a line a set, separated by tabs: name, description, genes.

    Raises:
        DataUnreadable: the file is not such, or empty.
    """
    sets: dict[str, frozenset[str]] = {}
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                name, *rest = line.rstrip("\n").split("\t")
                if len(rest) < 2:
                    raise DataUnreadable(f"{path.name}, line {number}: a GMT line is name, description and genes")
                title = f"{rest[0]} ({name})" if rest[0] and name.startswith(("GO:", "R-", "REAC:", "WP")) else name
                sets[title] = frozenset(gene for gene in rest[1:] if gene)
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        raise DataUnreadable(f"{path.name}: is no GMT text file, or is cut off ({error})") from error
    if not sets:
        raise DataUnreadable(f"{path.name}: holds no gene set")
    return sets


def read_tests(path: Path) -> pd.DataFrame:
    """A table of tests of an earlier step, one row a gene, the smallest p first; indexed by gene.

    A feature of several genes counts for the first one.

    Raises:
        NotApplicable: the table holds no tests.
    """
    import pandas as pd

    table = pd.read_csv(path, index_col=0)
    if "p" not in table:
        raise NotApplicable(("the table holds no tests (no column `p`): name one of test_differential, say",))
    table = table.set_index(first_genes(table["gene"] if "gene" in table else table.index.to_series()))
    table = table[(table.index != "") & table["p"].notna()].sort_values("p", kind="stable")
    return table[~table.index.duplicated()]


def first_genes(names: pd.Series) -> pd.Series:
    """The first gene of each feature; empty where none is known."""
    return names.fillna("").astype(str).str.split("[;, ]").str[0].fillna("")


EFFECTS = ("log2_fc", "slope", "log2_fc_difference", "largest_change", "correlation")
"""Columns that say in which direction a tested feature goes."""


def effect_column(table: pd.DataFrame) -> str:
    """The column of a table of tests that says in which direction a feature goes.

    Raises:
        NotApplicable: there is none.
    """
    found = [name for name in EFFECTS if name in table]
    if not found:
        raise NotApplicable((f"the table has no direction of change (one of {', '.join(EFFECTS)})",))
    return found[0]
