"""Peptides, precursors or sites put together to proteins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from tools.data import scale_of
from tools.errors import NotApplicable
from tools.tool import FeatureColumnName, Needs, Result, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

Matrix = npt.NDArray[np.float64]
_ROUNDS = 10
_SETTLED = 0.01
"""Change of the sum of absolute residuals, relative, at which a median polish ends (as R's medpolish does)."""


@tool(
    needs=Needs(samples=2),
    tables=(
        Table(
            "members",
            "one protein",
            {"features": "features that were put together, a count", "peptides": "different sequences, a count"},
        ),
    ),
    changes_data=True,
)
def roll_up(
    data: AnnData,
    by: Annotated[
        FeatureColumnName, Field(description="feature column that names what a feature belongs to")
    ] = "protein",
    method: Annotated[
        Literal["median_polish", "sum"],
        Field(description="median_polish on a log scale, robust against single features; sum of raw intensities"),
    ] = "median_polish",
    minimum: Annotated[int, Field(ge=1, description="features that a protein needs")] = 1,
) -> Result:
    """Summarise features to what they belong to, such as precursors to protein groups.

    Features without a name in `by` are left out. Normalise before rather than after.
    """
    scale = scale_of(data)
    if (method == "sum") != (scale == "raw"):
        wanted = "raw intensities" if method == "sum" else "a log scale: call `log_transform` first"
        raise NotApplicable((f"method `{method}` needs {wanted}; the data is `{scale}`",))
    names = data.var[by].astype(object).where(data.var[by].notna(), "").astype(str)
    sizes = names[names != ""].value_counts(sort=False)
    kept = sizes.index[sizes >= minimum]
    if not len(kept):
        raise NotApplicable((f"nothing in `{by}` has {minimum} features",))
    from anndata import AnnData

    values = pd.DataFrame(np.asarray(data.X, dtype=float).T, index=names)
    parts = dict(iter(values.groupby(level=0, sort=False)))
    summarise = _median_polish if method == "median_polish" else _sum
    whole = np.column_stack([summarise(parts[name].to_numpy()) for name in kept])
    sequences = data.var["sequence"] if "sequence" in data.var else pd.Series(data.var_names, index=data.var_names)
    peptides = sequences.astype(str).groupby(names.to_numpy()).nunique()
    members = pd.DataFrame({"features": sizes[kept], "peptides": peptides[kept]}, index=kept)
    var = _shared(data.var, names.to_numpy(), kept).assign(peptides=members["peptides"])
    rolled = AnnData(X=whole, obs=data.obs.copy(), var=var, uns=dict(data.uns))
    return Result(
        f"Put {int(members['features'].sum())} features together to {rolled.n_vars} by `{by}` ({method}); "
        f"{int((names == '').sum())} have no name there.",
        data=rolled,
        tables={"members": members.rename_axis(by)},
        facts={"features": rolled.n_vars, "single": int((members["features"] == 1).sum())},
    )


def _sum(rows: Matrix) -> Matrix:
    return np.asarray(pd.DataFrame(rows).sum(min_count=1), dtype=float)


def _median_polish(rows: Matrix) -> Matrix:
    """Overall and column effects of features × samples; NaN for a sample that none of the features has.

    Source: J. W. Tukey, Exploratory Data Analysis, 1977, chapter 11.
    """
    if len(rows) == 1:
        return np.asarray(rows[0], dtype=float)
    measured = np.isfinite(rows).any(axis=0)
    residuals = rows[:, measured]
    residuals = residuals[np.isfinite(residuals).any(axis=1)]
    result = np.full(rows.shape[1], np.nan)
    if not measured.any():
        return result
    columns, before = np.zeros(residuals.shape[1]), np.inf
    row_effects = np.zeros(len(residuals))
    for _ in range(_ROUNDS):
        step = np.nanmedian(residuals, axis=1)
        residuals = residuals - step[:, None]
        row_effects += step
        step = np.nanmedian(residuals, axis=0)
        residuals = residuals - step
        columns += step
        after = float(np.nansum(np.abs(residuals)))
        if after == 0 or abs(after - before) < _SETTLED * after:
            break
        before = after
    result[measured] = np.median(row_effects) + columns
    return result


def _shared(var: pd.DataFrame, names: npt.NDArray[np.object_], kept: pd.Index) -> pd.DataFrame:
    """What all features of a protein say alike: text columns that are the same for each."""
    grouped = var.groupby(names, sort=False)
    constant = [column for column in var.columns if (grouped[column].nunique(dropna=False).loc[kept] == 1).all()]
    return grouped[constant].first().loc[kept]
