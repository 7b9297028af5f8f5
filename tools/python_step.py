"""Code of a planner's own, for what no tool covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from tools.errors import NotApplicable, ToolFailed
from tools.tool import Result, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

_CODE = "Python that leaves a pandas DataFrame in `result`, and may leave a sentence in `summary`"
_TESTS = {"p", "q", "p_value", "q_value", "pvalue", "qvalue", "padj", "fdr"}


@tool(tables=(Table("result", "whatever the code's index names", {}),))
def python_step(data: AnnData, code: Annotated[str, Field(max_length=20_000, description=_CODE)]) -> Result:
    """Run Python code of your own on the data, for what no tool covers.

    The code sees `data` (AnnData: samples × features, NaN is not measured), `np` and `pd`. It cannot change the data
    for later steps. Tests of hypotheses belong to the tools that test, whose results count in the run's correction
    for multiple testing: a result with a column of P values is refused.
    """
    names: dict[str, Any] = {"data": data.copy(), "np": np, "pd": pd}
    # The sandbox that this runs in is what makes it safe: the code may do anything that a tool could.
    exec(compile(code, "step.py", "exec"), names)  # noqa: S102
    result = names.get("result")
    if not isinstance(result, pd.DataFrame):
        raise ToolFailed(f"python_step: the code left {type(result).__name__} in `result`, not a DataFrame")
    tests = sorted(str(column) for column in result.columns if str(column).lower() in _TESTS)
    if tests:
        raise NotApplicable((f"column `{tests[0]}` holds P values: use a tool that tests, such as test_differential",))
    result = result.set_axis(result.index.astype(str), axis=0)
    said = names.get("summary")
    return Result(
        said if isinstance(said, str) else f"The code returned {len(result)} rows.", tables={"result": result}
    )
