"""The data that flows from tool to tool, and what can be known of it without looking at its numbers.

Data is an `anndata.AnnData`: one row a sample, one column a feature (protein group, site, peptide, marker).

    X     float64, samples × features; NaN is "not measured" (a reader turns zeros that mean missing into NaN)
    obs   the sample sheet, one row a sample, indexed by sample name
    var   what is known of the features, indexed by a unique id; `gene` holds symbols where there are any
    uns   only `SCALE`: on which scale X is

A `DataState` is small, typed and JSON: a planner, a precondition and a report use it and never open the matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

Scale = Literal["raw", "log2", "ratio"]
"""`raw` are intensities or counts; `log2` their logarithms; `ratio` are log2 ratios to a reference."""
SCALE = "scale"
MAX_LEVELS = 24
"""Levels of a sample column that are listed; a column with more is an identifier, not a factor."""


class SampleColumn(BaseModel):
    """One column of the sample sheet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kind: Literal["category", "number", "identifier", "constant"]
    levels: dict[str, int] = Field(default_factory=dict)
    """Of a category: level → number of samples."""
    low: float | None = None
    high: float | None = None
    missing: int = 0
    """Samples without a value."""


class DataState(BaseModel):
    """What is known of data without its numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    samples: int
    features: int
    scale: Scale
    missing_share: float
    """Share of the matrix that was not measured, 0 to 1."""
    sample_columns: tuple[SampleColumn, ...] = ()
    feature_columns: tuple[str, ...] = ()

    def column(self, name: str) -> SampleColumn | None:
        """A column of the sample sheet by name."""
        return next((column for column in self.sample_columns if column.name == name), None)


def scale_of(data: AnnData) -> Scale:
    """On which scale the data is. Data that no reader marked counts as raw intensities."""
    return cast("Scale", str(data.uns.get(SCALE, "raw")))


def describe(data: AnnData) -> DataState:
    """What is known of data without its numbers."""
    import numpy as np

    matrix = np.asarray(data.X, dtype=float)
    return DataState(
        samples=data.n_obs,
        features=data.n_vars,
        scale=scale_of(data),
        missing_share=float(np.isnan(matrix).mean()) if matrix.size else 0.0,
        sample_columns=tuple(_describe_column(str(name), data.obs[name]) for name in data.obs.columns),
        feature_columns=tuple(str(name) for name in data.var.columns),
    )


def _describe_column(name: str, column: pd.Series) -> SampleColumn:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    missing = int(column.isna().sum())
    present = column.dropna()
    counts = present.astype(str).value_counts()
    if len(counts) <= 1:
        return SampleColumn(name=name, kind="constant", levels=_levels(counts), missing=missing)
    numeric = is_numeric_dtype(column) and not is_bool_dtype(column)
    if numeric and len(counts) > 2:
        low, high = float(present.min()), float(present.max())
        return SampleColumn(name=name, kind="number", levels=_levels(counts), low=low, high=high, missing=missing)
    if len(counts) > MAX_LEVELS or counts.max() == 1:
        return SampleColumn(name=name, kind="identifier", missing=missing)
    return SampleColumn(name=name, kind="category", levels=_levels(counts), missing=missing)


def _levels(counts: pd.Series) -> dict[str, int]:
    """Level → samples, most frequent first; none when they are too many to be levels."""
    return {} if len(counts) > MAX_LEVELS else {str(level): int(count) for level, count in counts.items()}
