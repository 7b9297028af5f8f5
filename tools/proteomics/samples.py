"""Which samples are looked at: kept by what the sample sheet says, or cells put together to samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from tools.errors import NotApplicable
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData


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
    minimum: Annotated[int, Field(ge=1, description="fewest cells of a sample that is kept")] = 20,
) -> Result:
    """Put the cells of each sample together, since patients are replicates and cells are not.

    Sample columns that are the same for all cells of each sample are kept.
    """
    groups = levels_of(data.obs[sample])
    counts = groups.value_counts().sort_index()
    kept = counts[counts >= minimum]
    if len(kept) < 2:
        raise NotApplicable((f"fewer than two samples of `{sample}` have {minimum} cells or more",))
    from anndata import AnnData

    matrix = pd.DataFrame(np.asarray(data.X, dtype=float), columns=data.var_names).groupby(groups.to_numpy())
    values = (matrix.median() if method == "median" else matrix.mean()).loc[kept.index]
    by_sample = data.obs.groupby(groups.to_numpy(), observed=True)
    constant = [column for column in data.obs.columns if (by_sample[column].nunique(dropna=False) == 1).all()]
    obs = by_sample[constant].first().loc[kept.index]
    whole = AnnData(X=values.to_numpy(), obs=obs, var=data.var.copy(), uns=dict(data.uns))
    return Result(
        f"Put {int(kept.sum())} cells together to {len(kept)} samples ({method} of each feature).",
        data=whole,
        tables={"cells": kept.to_frame("cells")},
        facts={"samples": len(kept), "left_out": len(counts) - len(kept)},
    )


def levels_of(column: pd.Series) -> pd.Series:
    """A sample column as text that names levels, as `DataState` does; None where it is missing."""
    return column.astype(object).where(column.isna(), column.astype(str)).where(column.notna(), None)
