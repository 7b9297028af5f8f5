"""Linear models beyond two groups: several groups, a number, and an effect that depends on something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics import linear_model
from tools.proteomics.testing import (
    TESTED,
    Block,
    Covariates,
    adjusted_for,
    background,
    matrix,
    model,
    of_levels,
    tested_result,
    tested_table,
    with_values,
)
from tools.tool import LevelName, Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

GROUPS = Table(
    "groups",
    "a feature that was tested, smallest p first",
    {
        "f": "moderated F of all groups being the same",
        "highest": "the group with the highest mean",
        "lowest": "the group with the lowest mean",
        "log2_spread": "log2 fold change between those two",
        **TESTED,
    },
)
TREND = Table(
    "trend",
    "a feature that was tested, smallest p first",
    {
        "slope": "log2 change for one unit of the variable, adjusted for the covariates",
        "ci_low": "lower bound of its 95 % confidence interval",
        "ci_high": "upper bound of its 95 % confidence interval",
        "samples": "samples in which it was measured",
        "t": "the moderated statistic",
        **TESTED,
    },
)
INTERACTION = Table(
    "interaction",
    "a feature that was tested, smallest p first",
    {
        "log2_fc_difference": "difference in log2 fold change for one unit, or the second level, of the modifier",
        "ci_low": "lower bound of its 95 % confidence interval",
        "ci_high": "upper bound of its 95 % confidence interval",
        "t": "the moderated statistic",
        **TESTED,
    },
)


@tool(needs=Needs(scale=("log2", "ratio"), groups="group", replicates=2), tables=(GROUPS,))
def test_groups(data: AnnData, group: SampleColumnName, covariates: Covariates = (), block: Block = None) -> Result:
    """Which features differ anywhere among three or more groups of samples.

    A moderated F test; test_differential then says for two of the groups how much they differ.
    """
    data, warnings = with_values(data, (group, *adjusted_for(covariates, block)))
    labels = data.obs[group].astype(str).to_numpy(dtype=str)
    levels = np.unique(labels)
    if len(levels) < 3:
        raise NotApplicable((f"`{group}` has {len(levels)} groups: use test_differential",))
    members = np.asarray(labels[:, None] == levels[1:], dtype=float)
    fitted = model(data, background(data, covariates, block), members, labels)
    f, p = fitted.together()
    relative = np.column_stack([np.zeros(len(f)), fitted.fitted.effects])
    columns = {
        "f": f,
        "highest": levels[relative.argmax(axis=1)],
        "lowest": levels[relative.argmin(axis=1)],
        "log2_spread": np.ptp(relative, axis=1),
    }
    table = tested_table(fitted.data, columns, p)
    what = f"a difference among the {len(levels)} groups of {group}"
    return tested_result("groups", what, "log2_spread", fitted, table, warnings)


@tool(needs=Needs(scale=("log2", "ratio"), samples=4), tables=(TREND,))
def test_trend(
    data: AnnData,
    variable: Annotated[SampleColumnName, Field(description="a sample column of numbers, such as age or dose")],
    covariates: Covariates = (),
    block: Block = None,
) -> Result:
    """Which features rise or fall with a number that is known of the samples."""
    data, warnings = with_values(data, (variable, *adjusted_for(covariates, block)))
    fitted = model(data, background(data, covariates, block), numbers(data, variable)[:, None])
    effect = fitted.effect()
    columns = {
        "slope": effect.effect,
        "ci_low": effect.low,
        "ci_high": effect.high,
        "samples": (~np.isnan(matrix(fitted.data))).sum(axis=0),
        "t": effect.t,
    }
    table = tested_table(fitted.data, columns, effect.p)
    return tested_result("trend", f"a trend with {variable}", "slope", fitted, table, warnings)


@tool(needs=Needs(scale=("log2", "ratio"), groups="group", replicates=2), tables=(INTERACTION,))
def test_interaction(
    data: AnnData,
    group: SampleColumnName,
    numerator: LevelName,
    denominator: LevelName,
    modifier: Annotated[SampleColumnName, Field(description="a number, or a category of two levels")],
    covariates: Covariates = (),
    block: Block = None,
) -> Result:
    """Whether the difference between two groups depends on something else, such as the effect of a drug on sex."""
    data, warnings = with_values(data, (group, modifier, *adjusted_for(covariates, block)))
    data = of_levels(data, group, (numerator, denominator))
    first = (data.obs[group].astype(str) == numerator).to_numpy(dtype=float)[:, None]
    other = _one_column(data, modifier)
    # A modifier that never changes within a block, as sex within a patient, repeats what the blocks say.
    nuisance = linear_model.independent(np.column_stack([background(data, covariates, block), first, other]))
    fitted = model(data, nuisance, first * other)
    effect = fitted.effect()
    columns = {"log2_fc_difference": effect.effect, "ci_low": effect.low, "ci_high": effect.high, "t": effect.t}
    table = tested_table(fitted.data, columns, effect.p)
    what = f"an effect of {modifier} on {numerator} against {denominator}"
    return tested_result("interaction", what, "log2_fc_difference", fitted, table, warnings)


def numbers(data: AnnData, column: str) -> Floats:
    """A sample column as numbers.

    Raises:
        NotApplicable: it holds fewer than three different ones, or something else.
    """
    import pandas as pd

    values: Floats = pd.to_numeric(data.obs[column], errors="coerce").to_numpy(dtype=float)
    if np.isnan(values).any():
        raise NotApplicable((f"`{column}` holds what is no number: choose a column of numbers",))
    if len(np.unique(values)) < 3:
        raise NotApplicable((f"`{column}` has fewer than three different numbers: use test_differential",))
    return values


def _one_column(data: AnnData, column: str) -> Floats:
    """A number, or which samples have the second of two levels."""
    levels = sorted(data.obs[column].astype(str).unique())
    if len(levels) == 2:
        second: Floats = (data.obs[column].astype(str) == levels[1]).to_numpy(dtype=float)
        return second[:, None]
    return numbers(data, column)[:, None]
