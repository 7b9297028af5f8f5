"""What the tests of single features have in common: which samples take part, and the table that comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tools.errors import NotApplicable

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

ALPHA = 0.05
"""Share of false discoveries that is accepted among the features called."""


def matrix(data: AnnData) -> Floats:
    """Samples × features as float64, NaN where not measured."""
    return np.asarray(data.X, dtype=float)


def with_values(data: AnnData, columns: Sequence[str]) -> tuple[AnnData, tuple[str, ...]]:
    """The samples that have a value in every named column, and a warning when that leaves some out."""
    whole = data.obs[list(columns)].notna().all(axis=1).to_numpy()
    if whole.all():
        return data, ()
    names = ", ".join(f"`{name}`" for name in columns)
    return data[whole], (f"{int((~whole).sum())} samples without a value in {names} were left out",)


def of_levels(data: AnnData, column: str, levels: Sequence[str]) -> AnnData:
    """The samples of the given levels.

    Raises:
        NotApplicable: a level that is not there, or one that is named twice.
    """
    labels = data.obs[column].astype(str)
    there = sorted(set(labels))
    missing = [f"`{level}`" for level in levels if level not in there]
    if missing:
        reason = f"`{column}` has no level {', '.join(missing)}; it has {', '.join(f'`{name}`' for name in there[:20])}"
        raise NotApplicable((reason,))
    if len(set(levels)) < len(levels):
        raise NotApplicable((f"the groups to compare are the same, `{levels[0]}`: name two",))
    return data[labels.isin(list(levels)).to_numpy()]


def people_names(data: AnnData) -> pd.Series:
    """Feature → how a person calls it: `gene (id)` where a gene is known."""
    ids = data.var_names.to_series().astype(str)
    if "gene" not in data.var:
        return ids
    genes = data.var["gene"].fillna("").astype(str)
    return ids.where((genes == "") | (genes == ids), genes + " (" + ids + ")")


def feature_table(data: AnnData, columns: Mapping[str, object]) -> pd.DataFrame:
    """A table of tests, one row a feature that was tested, the smallest p first; with its gene where known."""
    import pandas as pd

    genes = {"gene": data.var["gene"].to_numpy()} if "gene" in data.var else {}
    frame = pd.DataFrame({**genes, **columns}, index=data.var_names.astype(str))
    return frame[frame["p"].notna()].sort_values("p", kind="stable")


def best(data: AnnData, table: pd.DataFrame, column: str, count: int = 3) -> str:
    """The first rows of a table for a person: names with one figure each."""
    names = people_names(data)
    return ", ".join(f"{names[name]} {value:+.2f}" for name, value in table[column].head(count).items())
