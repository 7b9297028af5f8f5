"""Which samples are looked at: kept by what the sample sheet says, or cells put together to samples."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from tools.errors import NotApplicable
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

_STATE = re.compile(r"p[A-Zp0-9]")
"""How panels name phosphorylated proteins, such as pS6 and pp38."""
_STANDS_OUT = 0.5
"""Standard deviations above all cells from which a population is named after a marker."""


@tool(changes_data=True)
def select_samples(
    data: AnnData,
    column: Annotated[SampleColumnName, Field(description="sample column to choose by")],
    values: Annotated[tuple[str, ...], Field(min_length=1, description="its values")],
    keep: Annotated[bool, Field(description="true keeps samples with these values, false leaves them out")] = True,  # noqa: FBT002
) -> Result:
    """Keep the samples with certain values of a sample column, or leave them out.

    Features that no remaining sample has a value of are left out as well.
    """
    texts = levels_of(data.obs[column])
    there = set(texts.dropna())
    unknown = [value for value in values if value not in there]
    if unknown:
        shown = ", ".join(sorted(there)[:20])
        raise NotApplicable((f"`{column}` has no value {', '.join(map(repr, unknown))}; it has {shown}",))
    chosen = texts.isin(values).to_numpy() == keep
    if not chosen.any():
        raise NotApplicable((f"no sample is left when `{column}` {'is' if keep else 'is not'} {', '.join(values)}",))
    kept = data[chosen].copy()
    measured = np.isfinite(np.asarray(kept.X)).any(axis=0)
    kept = kept[:, measured].copy()
    word = "with" if keep else "without"
    return Result(
        f"Kept {kept.n_obs} of {data.n_obs} samples {word} {column} = {', '.join(values)}, "
        f"and {kept.n_vars} of {data.n_vars} features that were measured in them.",
        data=kept,
        facts={"samples": kept.n_obs, "features": kept.n_vars},
    )


@tool(
    needs=Needs(samples=2),
    tables=(Table("cells", "one sample", {"cells": "cells that were put together, a count"}),),
    changes_data=True,
)
def aggregate_cells(
    data: AnnData,
    sample: Annotated[SampleColumnName, Field(description="sample column that says which sample a cell is of")],
    method: Annotated[Literal["median", "mean"], Field(description="over the cells of a sample")] = "median",
    minimum: Annotated[int, Field(ge=1, description="fewest cells that stand for a sample")] = 20,
    population: Annotated[
        SampleColumnName | None,
        Field(description="population of a cell, such as `cluster`: each feature then counts in each of them"),
    ] = None,
) -> Result:
    """Put the cells of each sample together, since patients are replicates and cells are not.

    With populations, a feature in one of them is a feature of its own, such as `pS6 in c2 (CD20+ IgM+)`; a population
    of too few cells in a sample is missing there. Sample columns that are the same for all cells of each sample are
    kept.
    """
    groups = levels_of(data.obs[sample])
    counts = groups.value_counts().sort_index()
    kept = counts[counts >= minimum]
    if len(kept) < 2:
        raise NotApplicable((f"fewer than two samples of `{sample}` have {minimum} cells or more",))
    from anndata import AnnData

    cells = pd.DataFrame(np.asarray(data.X, dtype=float), columns=data.var_names.astype(str))
    values, var = _together(cells, groups.to_numpy(), method), data.var.copy()
    if population is not None:
        values, var = _within(cells, groups, levels_of(data.obs[population]), method, minimum)
    values = values.reindex(kept.index)
    by_sample = data.obs.groupby(groups.to_numpy(), observed=True)
    constant = [column for column in data.obs.columns if (by_sample[column].nunique(dropna=False) == 1).all()]
    obs = by_sample[constant].first().loc[kept.index]
    whole = AnnData(X=values.to_numpy(), obs=obs, var=var, uns=dict(data.uns))
    where = f" in each of {var['population'].nunique()} populations" if population else ""
    return Result(
        f"Put {int(kept.sum())} cells together to {len(kept)} samples ({method} of each feature{where}).",
        data=whole,
        tables={"cells": kept.to_frame("cells")},
        facts={"samples": len(kept), "left_out": len(counts) - len(kept)},
    )


def tells_what_a_cell_is(names: Iterable[str]) -> npt.NDArray[np.bool_]:
    """Which markers tell populations apart: not those of signalling, which answer to a stimulus in any of them."""
    return np.array([_STATE.match(name) is None for name in names], dtype=bool)


def _together(cells: pd.DataFrame, keys: object, method: str) -> pd.DataFrame:
    grouped = cells.groupby(keys)
    return grouped.median() if method == "median" else grouped.mean()


def _within(
    cells: pd.DataFrame, samples: pd.Series, populations: pd.Series, method: str, minimum: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Samples × features in populations, and what is known of these features."""
    names = _named(cells, populations.to_numpy())
    keys = [samples.to_numpy(), populations.map(names).to_numpy()]
    enough = cells.groupby(keys).size() >= minimum
    if not enough.any():
        raise NotApplicable((f"no population has {minimum} cells in any sample",))
    wide = _together(cells, keys, method)[enough].unstack(level=1)
    var = pd.DataFrame({"marker": wide.columns.get_level_values(0), "population": wide.columns.get_level_values(1)})
    var.index = pd.Index(var["marker"] + " in " + var["population"])
    return wide.set_axis(var.index, axis=1), var


def _named(cells: pd.DataFrame, populations: npt.NDArray[np.object_]) -> dict[str, str]:
    """Population → its name with the two markers by which it stands out, as far as it does."""
    known = cells.loc[:, tells_what_a_cell_is(cells.columns)]
    apart = (known.groupby(populations).mean() - known.mean()) / known.std()
    strongest = {name: row[row > _STANDS_OUT].nlargest(2).index for name, row in apart.iterrows()}
    return {
        str(n): f"{n} ({' '.join(f'{one}+' for one in found)})" if len(found) else str(n)
        for n, found in strongest.items()
    }


def levels_of(column: pd.Series) -> pd.Series:
    """A sample column as text that names levels, as `DataState` does; None where it is missing."""
    return column.astype(object).where(column.isna(), column.astype(str)).where(column.notna(), None)
