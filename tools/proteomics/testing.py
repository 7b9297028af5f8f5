"""What the tests of single features have in common: which samples take part, and the table that comes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics import linear_model
from tools.tool import Result, SampleColumnName

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from anndata import AnnData

    from tools.proteomics.linear_model import Effect, Fit, Flags, Floats, Moderated

ALPHA = 0.05
"""Share of false discoveries that is accepted among the features called."""
_LEAST_AT_A_LEVEL = 2

Covariates = Annotated[
    tuple[SampleColumnName, ...], Field(description="batch, site, age, sex: what the test is adjusted for")
]
Block = Annotated[
    SampleColumnName | None, Field(description="what pairs the samples, such as the patient, as a fixed effect")
]


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


def background(data: AnnData, covariates: Sequence[str], block: str | None) -> Floats:
    """The part of the design that is not tested: intercept, covariates and block."""
    if block is None:
        return linear_model.background(data.obs, covariates)
    # A block is a name even where it is written as a number: patient 7 is no more than patient 3.
    return linear_model.background(data.obs.assign(**{block: data.obs[block].astype(str)}), (*covariates, block))


def adjusted_for(covariates: Sequence[str], block: str | None) -> tuple[str, ...]:
    """The columns that every sample needs a value in."""
    return (*covariates, *((block,) if block else ()))


def testable(fitted: Fit) -> Flags:
    """The features whose values tell all effects and leave a degree of freedom.

    Raises:
        NotApplicable: there is none.
    """
    enough: Flags = ~np.isnan(fitted.effects).any(axis=1) & (fitted.df > 0)
    if not enough.any():
        raise NotApplicable(("no feature has values enough for this test: choose other groups, or impute",))
    return enough


@dataclass(frozen=True)
class Model:
    """A linear model of the features that have values enough, with moderated variances."""

    data: AnnData
    """The features that are tested."""
    fitted: Fit
    moderated: Moderated
    skipped: int
    """Features that had too few values."""

    def effect(self, number: int = 0) -> Effect:
        """The t-test of one effect."""
        return linear_model.t_test(self.fitted, self.moderated.variance, self.moderated.df, number)

    def together(self) -> tuple[Floats, Floats]:
        """F and p of all effects at once."""
        return linear_model.f_test(self.fitted, self.moderated.variance, self.moderated.df)


def model(data: AnnData, nuisance: Floats, tested: Floats, levels: npt.NDArray[np.str_] | None = None) -> Model:
    """Fit and moderate (limma).

    Args:
        data: samples × features.
        nuisance: design of what is adjusted for, samples × columns.
        tested: design of what is tested, likewise.
        levels: of each sample, where a feature needs two values at each: one alone is fitted exactly, so that an
            outlier there is a large effect without any error.
    """
    values = matrix(data)
    if levels is not None:
        there = [(~np.isnan(values[levels == level])).sum(axis=0) for level in np.unique(levels)]
        values = np.where(np.min(there, axis=0) >= _LEAST_AT_A_LEVEL, values, np.nan)
    fitted = linear_model.fit(values, nuisance, tested)
    enough = testable(fitted)
    fitted = fitted.of(enough)
    return Model(data[:, enough], fitted, linear_model.moderate(fitted.variance, fitted.df), int((~enough).sum()))


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


TESTED = {
    "p": "two-sided p, moderated over the features",
    "q": "p adjusted over the table (Benjamini and Hochberg)",
    "called": f"q < {ALPHA}",
}
"""Columns that every table of moderated tests ends with."""


def tested_table(data: AnnData, columns: Mapping[str, object], p: Floats) -> pd.DataFrame:
    """`feature_table` with p, q and what is called."""
    q = linear_model.adjust(p)
    return feature_table(data, {**columns, "p": p, "q": q, "called": q < ALPHA})


def tested_result(
    name: str, what: str, column: str, fitted: Model, table: pd.DataFrame, warnings: tuple[str, ...]
) -> Result:
    """The result of a test of every feature, with the first features by one column of the table."""
    called = int(table["called"].sum())
    summary = (
        f"Tested {len(table)} features for {what}: {called} at q < {ALPHA}. First: {best(fitted.data, table, column)}."
    )
    if fitted.skipped:
        warnings += (f"{fitted.skipped} features have too few values for this test",)
    facts = {"tested": len(table), "not_tested": fitted.skipped, "called": called}
    return Result(summary, tables={name: table}, facts=facts, warnings=warnings)
