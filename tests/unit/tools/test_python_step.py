"""Code of a planner's own gives a table, and no tests that nobody counts."""

from __future__ import annotations

import traceback

import numpy as np
import pytest
from example_tools import small_data

from tools.contract import try_tool
from tools.errors import NotApplicable, ToolFailed
from tools.python_step import python_step


def test_code_gives_a_table() -> None:
    code = "result = pd.DataFrame({'mean': np.nanmean(data.X, axis=0)}, index=data.var_names)\nsummary = 'Means.'"
    result = try_tool(python_step, small_data(), code=code)
    assert result.summary == "Means."
    assert result.tables["result"].loc["f0", "mean"] == 22.0


def test_code_cannot_change_what_later_steps_see() -> None:
    data = small_data()
    before = np.array(data.X)
    try_tool(python_step, data, code="data.X[:] = 0\nresult = data.to_df()")
    np.testing.assert_array_equal(data.X, before)


def test_tests_that_nobody_would_count_are_refused() -> None:
    with pytest.raises(NotApplicable, match="column `P_value` holds P values"):
        try_tool(python_step, small_data(), code="result = pd.DataFrame({'P_value': [0.01]}, index=['f0'])")


@pytest.mark.parametrize("code", ["", "result = 3"])
def test_code_without_a_result_fails(code: str) -> None:
    with pytest.raises(ToolFailed, match="not a DataFrame"):
        try_tool(python_step, small_data(), code=code)


def test_codes_own_errors_pass_with_their_line() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        try_tool(python_step, small_data(), code="x = 1\ny = x / 0")
    last = traceback.extract_tb(caught.tb)[-1]
    assert (last.filename, last.lineno) == ("step.py", 2)
