"""One group held against the reference that its values are ratios to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from tools.proteomics.set_tests import contrast
from tools.proteomics.testing import ALPHA, TESTED, matrix, tested_result, tested_table
from tools.tool import LevelName, Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

REFERENCE = Table(
    "reference",
    "a feature that was tested, smallest p first",
    {
        "log2_fc": "mean log2 ratio to the reference",
        "ci_low": "lower bound of its 95 % confidence interval",
        "ci_high": "upper bound of its 95 % confidence interval",
        "samples": "samples in which it was measured",
        "t": "the moderated statistic",
        **TESTED,
        "called": f"q < {ALPHA} and |log2_fc| at least the smallest that matters",
    },
)


@tool(needs=Needs(scale=("ratio",), groups="group"), tables=(REFERENCE,))
def test_reference(
    data: AnnData,
    group: SampleColumnName,
    numerator: Annotated[LevelName, Field(description="the level of `group` that is held against the reference")],
    smallest_log2_fc: Annotated[
        float, Field(ge=0, description="a change smaller than this is not called; 0.585 is 1.5-fold")
    ] = 0.0,
) -> Result:
    """Which features differ between a group and the reference that the values are ratios to, such as the untreated.

    A moderated one-sample t-test (limma with an intercept alone). It takes the noise of the ratios for that of both
    sides, so each sample needs a reference of its own: against one that all share, its errors look like changes.
    """
    fitted, warnings = contrast(data, group, (numerator, None), (), None)
    effect = fitted.effect()
    columns = {
        "log2_fc": effect.effect,
        "ci_low": effect.low,
        "ci_high": effect.high,
        "samples": (~np.isnan(matrix(fitted.data))).sum(axis=0),
        "t": effect.t,
    }
    table = tested_table(fitted.data, columns, effect.p)
    table["called"] &= table["log2_fc"].abs() >= smallest_log2_fc
    return tested_result("reference", f"{numerator} against the reference", "log2_fc", fitted, table, warnings)
