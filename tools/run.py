"""The program that makes tool calls inside a sandbox: `python -m tools.run`, in a job's folder.

Reads `in/call.json` and the data, makes each call under its tool's contract and writes what it returned below `out/`.
The first call that gives nothing is the last. A tool that raises ends this program with its traceback, as any program;
what it says of itself, or of a file that it cannot read, goes into the call's `result.json`.
"""

from __future__ import annotations

import importlib
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from tools.calls import CALL, DATA, RESULT, CallFile, ChainFile, ResultFile, output_name
from tools.contract import try_tool
from tools.data import describe
from tools.errors import DataUnreadable, NotApplicable, ToolFailed, ToolInvalid
from tools.mcp_client import remote_tools
from tools.registry import tools_of
from tools.tool import Result, Tool

if TYPE_CHECKING:
    from anndata import AnnData

_LIBRARIES = ("anndata", "gseapy", "lifelines", "networkx", "numpy", "pandas", "pydeqms", "scikit-learn", "scipy")
MAX_SUMMARY = 4000


def main() -> None:
    """Make the calls of the current folder."""
    chain = ChainFile.model_validate_json((Path("in") / CALL).read_bytes())
    files = {name: Path(path) for name, path in chain.files.items()}
    out = Path("out")
    for place, call in enumerate(chain.calls):
        tables = {name: Path(path) for name, path in chain.tables.items() if Path(path).exists()}
        answer = _make(call, files, tables, out, place)
        (out / output_name(place, RESULT)).write_text(answer.model_dump_json(indent=1), encoding="utf-8")
        if answer.refused or answer.failed:
            return


def _make(call: CallFile, files: dict[str, Path], tables: dict[str, Path], out: Path, place: int) -> ResultFile:
    tool = _find(call)
    try:
        result = try_tool(tool, _data(), files, tables, **call.parameters)
    except NotApplicable as error:
        return ResultFile(refused=error.reasons)
    except (ToolFailed, ToolInvalid, DataUnreadable) as error:
        return ResultFile(failed=str(error))
    answer = ResultFile(
        summary=result.summary[:MAX_SUMMARY],
        facts={name: getattr(value, "item", lambda value=value: value)() for name, value in result.facts.items()},
        warnings=result.warnings,
        state=None if result.data is None else describe(result.data),
        versions=_versions(),
    )
    write(result, out, place)
    return answer


def _find(call: CallFile) -> Tool:
    if call.server is not None:
        return remote_tools(call.server)[call.tool]
    return tools_of(importlib.import_module(call.module))[call.tool]


def _data() -> AnnData | None:
    """The data as an earlier call left it, or else as it was handed in."""
    path = next((path for path in (Path("out") / DATA, Path("in") / DATA) if path.exists()), None)
    if path is None:
        return None
    import anndata

    data = anndata.read_h5ad(path)
    for frame in (data.obs, data.var):
        # The file keeps text as categories, which take no value that is not among them: tools see text as it was.
        for name in frame.columns[frame.dtypes == "category"]:
            frame[name] = frame[name].astype(object)
    return data


def write(result: Result, out: Path, place: int = 0) -> None:
    """Write tables (CSV), figures (SVG and PNG) and data into a folder.

    Data comes last and whole: where a call fails before, the calls after it go on with what the one before it left.
    """
    for name, table in result.tables.items():
        table.to_csv(out / output_name(place, f"{name}.csv"), float_format="%.17g")
    for name, figure in result.figures.items():
        figure.savefig(out / output_name(place, f"{name}.svg"), metadata={"Date": None})
        figure.savefig(out / output_name(place, f"{name}.png"), dpi=150)
    if result.data is not None:
        draft = out / f".{DATA}"
        with warnings.catch_warnings():
            # AnnData tells of text columns that it stores as categories, which is what is wanted.
            warnings.simplefilter("ignore")
            result.data.write_h5ad(draft, compression="gzip")
        draft.replace(out / DATA)


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
