"""Features that change over time."""

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
    model,
    tested_result,
    tested_table,
    with_values,
)
from tools.proteomics.trend import numbers
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

_MOST_TIMES = 8
"""Times up to which each has a mean of its own; a curve of the third degree stands for more."""

TIME_COURSE = Table(
    "time_course",
    "a feature that was tested, smallest p first",
    {
        "f": "moderated F of no change over time, or of the same course in all groups",
        "largest_change": "log2 change, with its sign, where it is farthest from the first time (or from the first "
        "group's course)",
        "at": "the time at which it is so far",
        **TESTED,
    },
)


@tool(needs=Needs(scale=("log2", "ratio"), samples=6), tables=(TIME_COURSE,))
def test_time_course(
    data: AnnData,
    time: Annotated[SampleColumnName, Field(description="a sample column of numbers")],
    group: Annotated[
        SampleColumnName | None,
        Field(description="two groups of samples, to ask whether their courses differ; without it: any change"),
    ] = None,
    covariates: Covariates = (),
    block: Block = None,
) -> Result:
    """Which features change over time in any way, or change differently in two groups.

    Every time has a mean of its own (a smooth curve when there are more than eight times), so a peak is found as well
    as a rise. Name in `block` what was followed over time, such as the replicate or the patient.
    """
    data, warnings = with_values(data, (time, *adjusted_for(covariates, block), *((group,) if group else ())))
    times = numbers(data, time)
    course, shown = _course(times)
    nuisance = background(data, covariates, block)
    tested = course
    each = times.astype(str) if len(np.unique(times)) <= _MOST_TIMES else None
    if group is not None:
        levels = sorted(data.obs[group].astype(str).unique())
        if len(levels) != 2:
            raise NotApplicable((f"`{group}` has {len(levels)} groups: choose the samples of two first",))
        second = (data.obs[group].astype(str) == levels[1]).to_numpy(dtype=float)[:, None]
        nuisance = linear_model.independent(np.column_stack([nuisance, second, course]))
        tested = second * course
        each = None if each is None else np.char.add(each, np.where(second[:, 0] > 0, " second", " first"))
    fitted = model(data, nuisance, tested, each)
    f, p = fitted.together()
    # The change since the first time, at every time that is shown.
    changes = fitted.fitted.effects @ shown.T
    farthest = np.abs(changes).argmax(axis=1)
    columns = {
        "f": f,
        "largest_change": changes[np.arange(len(f)), farthest],
        "at": np.unique(times)[1:][farthest],
    }
    table = tested_table(fitted.data, columns, p)
    what = f"a change over {time}" if group is None else f"courses over {time} that differ by {group}"
    return tested_result("time_course", what, "largest_change", fitted, table, warnings)


def _course(times: Floats) -> tuple[Floats, Floats]:
    """Columns of the design for a course over time, and what they are at each time after the first.

    Both are relative to the first time, so that effects @ shown.T is the change since then.
    """
    distinct = np.unique(times)
    if len(distinct) <= _MOST_TIMES:
        return np.asarray(times[:, None] == distinct[1:], dtype=float), np.eye(len(distinct) - 1)
    scaled = (times - distinct[0]) / (distinct[-1] - distinct[0])
    later = (distinct[1:] - distinct[0]) / (distinct[-1] - distinct[0])
    powers = np.arange(1, 4)
    return scaled[:, None] ** powers, later[:, None] ** powers
