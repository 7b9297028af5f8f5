"""The program that makes one tool call inside a sandbox: `python -m tools.run`, in a job's folder.

Reads `in/call.json` and the data, calls the tool under its contract and writes what it returned below `out/`.
A tool that raises ends this program with its traceback, as any program; what it says of itself goes into `result.json`.
"""

from __future__ import annotations

import importlib
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from tools.calls import CALL, DATA, RESULT, CallFile, ResultFile
from tools.contract import try_tool
from tools.data import describe
from tools.errors import NotApplicable, ToolFailed, ToolInvalid
from tools.mcp_client import remote_tools
from tools.registry import tools_of
from tools.tool import Result, Tool

if TYPE_CHECKING:
    from anndata import AnnData

_LIBRARIES = ("anndata", "gseapy", "lifelines", "networkx", "numpy", "pandas", "pydeqms", "scikit-learn", "scipy")
MAX_SUMMARY = 4000


def main() -> None:
    """Make the call of the current folder."""
    out = Path("out")
    call = CallFile.model_validate_json((Path("in") / CALL).read_bytes())
    tool = _find(call)
    files = {name: Path("in") / below for name, below in call.files.items()}
    tables = {name: Path("in") / below for name, below in call.tables.items()}
    try:
        result = try_tool(tool, _data(), files, tables, **call.parameters)
    except NotApplicable as error:
        answer = ResultFile(refused=error.reasons)
    except (ToolFailed, ToolInvalid) as error:
        answer = ResultFile(failed=str(error))
    else:
        write(result, out)
        answer = ResultFile(
            summary=result.summary[:MAX_SUMMARY],
            facts={name: getattr(value, "item", lambda value=value: value)() for name, value in result.facts.items()},
            warnings=result.warnings,
            state=None if result.data is None else describe(result.data),
            versions=_versions(),
        )
    (out / RESULT).write_text(answer.model_dump_json(indent=1), encoding="utf-8")


def _find(call: CallFile) -> Tool:
    if call.server is not None:
        return remote_tools(call.server)[call.tool]
    return tools_of(importlib.import_module(call.module))[call.tool]


def _data() -> AnnData | None:
    path = Path("in") / DATA
    if not path.exists():
        return None
    import anndata

    data = anndata.read_h5ad(path)
    for frame in (data.obs, data.var):
        # The file keeps text as categories, which take no value that is not among them: tools see text as it was.
        for name in frame.columns[frame.dtypes == "category"]:
            frame[name] = frame[name].astype(object)
    return data


def write(result: Result, out: Path) -> None:
    """Write data, tables (CSV) and figures (SVG and PNG) into a folder."""
    if result.data is not None:
        with warnings.catch_warnings():
            # AnnData tells of text columns that it stores as categories, which is what is wanted.
            warnings.simplefilter("ignore")
            result.data.write_h5ad(out / DATA, compression="gzip")
    for name, table in result.tables.items():
        table.to_csv(out / f"{name}.csv", float_format="%.17g")
    for name, figure in result.figures.items():
        figure.savefig(out / f"{name}.svg", metadata={"Date": None})
        figure.savefig(out / f"{name}.png", dpi=150)


def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    main()
