"""Whether a tool kept its word: what it returned, held against what it declared."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tools.data import describe
from tools.errors import ToolFailed
from tools.tool import Result, Table, Tool, ToolSpec

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

_SCALARS = (bool, int, float, str, np.generic)


def check_result(spec: ToolSpec, result: object) -> Result:
    """The result, when it is what the tool declared.

    Raises:
        ToolFailed: with every broken promise.
    """
    if not isinstance(result, Result):
        raise ToolFailed(f"{spec.name}: returned {type(result).__name__}, not a Result")
    broken = [*_data_promises(spec, result), *_table_promises(spec, result)]
    if set(result.figures) != set(spec.figures):
        broken.append(f"returned the figures {sorted(result.figures)}, declared {sorted(spec.figures)}")
    broken += [
        f"fact `{name}` is {type(value).__name__}, not a number, a text or a truth value"
        for name, value in result.facts.items()
        if not isinstance(value, _SCALARS)
    ]
    if broken:
        raise ToolFailed(f"{spec.name}: " + "; ".join(broken))
    return result


def _data_promises(spec: ToolSpec, result: Result) -> list[str]:
    data = result.data
    if (data is not None) != spec.changes_data:
        return [f"{'returned no' if data is None else 'returned'} data, and declared changes_data={spec.changes_data}"]
    if data is None:
        return []
    broken = []
    if data.n_obs == 0 or data.n_vars == 0:
        broken.append(f"returned data of {data.n_obs} samples and {data.n_vars} features")
    if not data.obs_names.is_unique or not data.var_names.is_unique:
        broken.append("returned data whose samples or features have names that occur twice")
    if absent := [name for name in spec.adds if name not in data.obs.columns]:
        broken.append(f"returned data without the sample columns {absent}")
    return broken


def _table_promises(spec: ToolSpec, result: Result) -> list[str]:
    declared = {table.name: table for table in spec.tables}
    if set(result.tables) != set(declared):
        return [f"returned the tables {sorted(result.tables)}, declared {sorted(declared)}"]
    return [problem for name, frame in result.tables.items() for problem in _table_problems(declared[name], frame)]


def _table_problems(table: Table, frame: pd.DataFrame) -> list[str]:
    problems = []
    if not frame.index.is_unique:
        problems.append(f"table `{table.name}` has rows with the same name")
    absent = [column for column in table.columns if column not in frame.columns]
    if absent:
        problems.append(f"table `{table.name}` lacks the columns {absent}")
    for column in ("p", "q"):
        if column in table.columns and column in frame.columns:
            values = frame[column].dropna()
            if ((values < 0) | (values > 1)).any():
                problems.append(f"column `{column}` of table `{table.name}` is no probability")
    return problems


def try_tool(
    tool: Tool,
    data: AnnData | None = None,
    files: Mapping[str, Path] | None = None,
    tables: Mapping[str, Path] | None = None,
    **parameters: object,
) -> Result:
    """Call a tool here and now, under its contract, in this process.

    Args:
        tool: what to call.
        data: what it works on.
        files: name → file, for parameters that name one; such a parameter's value is the name.
        tables: `step.table` → CSV file, likewise.
        parameters: by name.

    Raises:
        NotApplicable: the data or the parameters do not fit.
        ToolFailed: the tool broke its promises. What it raises itself passes through.
    """
    files, tables = files or {}, tables or {}
    state = None if data is None else describe(data)
    typed = tool.check(parameters, state, frozenset(files), frozenset(tables))
    arguments = tool.arguments(typed, files, tables)
    returned = tool.function(data, **arguments) if tool.spec.reads_data else tool.function(**arguments)
    return check_result(tool.spec, returned)
