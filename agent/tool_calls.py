"""One tool call outside of a run: what `echolocate tools try` and `tools serve` make."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandboxes.process import ProcessSandbox
from sandboxes.sandbox import Job, Limits, Sandbox
from tools.calls import DATA, Returned, collect, prepare
from tools.data import DataState, describe
from tools.errors import DataUnreadable, ToolFailed
from tools.tool import Tool, ToolSpec, references

_LIMITS = Limits(wall_s=3600, memory_mb=8192, output_mb=1024)


def call_tool(
    sandbox: Sandbox, folder: Path, tool: Tool, parameters: Mapping[str, Any], data: Path | None = None
) -> Returned:
    """Call a tool in a sandbox.

    Args:
        sandbox: where it runs.
        folder: for everything that is kept. The same call on the same data is collected, not repeated.
        tool: what to call.
        parameters: by name; one that names a file or a table holds its path.
        data: `.h5ad` file, as a call returned it.

    Raises:
        NotApplicable: the data or the parameters do not fit.
        ToolFailed: it crashed, hung, or did not return what it declared.
        DataUnreadable: a file is not there.
        SandboxUnavailable, JobRejected: see `sandboxes.sandbox.Sandbox.run`.
    """
    named, paths = _with_names(tool, parameters)
    typed = tool.check(named, _state(data), frozenset(paths["file"]), frozenset(paths["table"]))
    prepared = prepare(tool, typed.model_dump(mode="json"), folder, paths["file"], paths["table"])
    digest = prepared.hash if data is None else _hash(prepared.hash, data)
    job = Job(
        id=f"el-{digest[:32]}",
        command=prepared.command,
        code=prepared.code,
        inputs=prepared.inputs | ({DATA: data} if data and tool.spec.reads_data else {}),
        outputs=prepared.outputs,
        env=prepared.env,
        limits=_LIMITS,
        image=tool.spec.image,
    )
    outcome = sandbox.run(job, folder / "jobs")
    if outcome.status != "ok":
        last = outcome.log.strip().splitlines()[-1:] or ["it said nothing"]
        raise ToolFailed(f"{tool.spec.name}: ended with {outcome.status}: {outcome.detail or last[0]}")
    returned = collect(tool.spec, outcome.outputs)
    if returned.data is not None and returned.state is not None:
        _state_file(returned.data).write_text(returned.state.model_dump_json(), encoding="utf-8")
    return returned


def place_of(spec: ToolSpec, sandbox: Callable[[], Sandbox]) -> Sandbox:
    """Where a tool runs: in this sandbox, unless it lives in an MCP server, which is a program of the user's own and
    may well ask a database of the laboratory."""
    return sandbox() if spec.server is None else ProcessSandbox(network=True)


def _with_names(tool: Tool, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Path]]]:
    """The parameters with names in place of paths, and the paths by what they are of and by name."""
    named = dict(parameters)
    paths: dict[str, dict[str, Path]] = {"file": {}, "table": {}}
    for name, to in references(tool.spec.parameters).items():
        if to in paths and named.get(name) is not None:
            path = Path(str(named[name]))
            if not path.is_file():
                raise DataUnreadable(f"{name}: there is no file {path}")
            paths[to][name] = path
            named[name] = name
    return named, paths


def _state(data: Path | None) -> DataState | None:
    """What data is like: as the call that made it said, else from the file."""
    if data is None:
        return None
    said = _state_file(data)
    if said.is_file():
        return DataState.model_validate_json(said.read_bytes())
    import anndata

    try:
        return describe(anndata.read_h5ad(data))
    except (OSError, ValueError) as error:
        raise DataUnreadable(f"{data}: is no .h5ad file ({error})") from error


def _state_file(data: Path) -> Path:
    return data.with_suffix(".state.json")


def _hash(call: str, data: Path) -> str:
    with data.open("rb") as opened:
        content = hashlib.file_digest(opened, "sha256").hexdigest()
    return hashlib.sha256(json.dumps([call, content]).encode()).hexdigest()
