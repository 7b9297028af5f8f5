"""Tool calls as a program that any sandbox can run: what goes in, and what may be believed of what comes out.

A program makes one call, or a chain of calls of which each works on what those before it left: starting Python and
importing the libraries takes longer than most calls do.

The caller's side opens nothing that a tool wrote but `result.json` and, later, CSV files: data goes from call to call
as an opaque file, for a tool's output is as untrusted as any program's.
"""

from __future__ import annotations

import csv
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tools.data import DataState
from tools.errors import NotApplicable, ToolFailed
from tools.servers import McpServer
from tools.sources import source_of
from tools.tool import Tool, ToolSpec

RESULT, DATA, CALL = "result.json", "data.h5ad", "call.json"
MAX_RESULT = 4 << 20
"""Bytes of `result.json`: a small answer. Bulk belongs into tables."""


class Call(NamedTuple):
    """One call of a chain."""

    label: str
    """By which later calls name its tables: `label.table`."""
    tool: Tool
    parameters: Mapping[str, Any]
    """As checked by `Tool.check` or, where the data is not there yet, by `Tool.typed`."""


class Prepared(NamedTuple):
    """Calls, ready to run: the fields of a sandbox's job."""

    code: Path
    inputs: dict[str, Path]
    """Name below `in/` → file; the data is the caller's to add, as `data.h5ad`."""
    outputs: tuple[str, ...]
    command: tuple[str, ...]
    env: dict[str, str]
    hash: str
    """SHA-256, in hex, of code, parameters and files: all that decides the result but the data."""


class CallFile(BaseModel):
    """What the program in the sandbox is told of a call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    module: str
    tool: str
    parameters: dict[str, Any]
    server: McpServer | None = None
    """Where the tool lives, if it is not Python."""


class ChainFile(BaseModel):
    """`call.json`: what the program in the sandbox is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: tuple[CallFile, ...] = Field(min_length=1)
    files: dict[str, str]
    """Name of a file → its path in the job's folder."""
    tables: dict[str, str]
    """`label.table` → likewise; those that earlier calls of the chain make are among them."""


class ResultFile(BaseModel):
    """`result.json`: what the program in the sandbox says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    summary: str = Field(default="", max_length=4000)
    facts: dict[str, bool | int | float | str] = Field(default_factory=dict, max_length=200)
    warnings: tuple[str, ...] = Field(default=(), max_length=100)
    state: DataState | None = None
    """Of the data that was returned."""
    refused: tuple[str, ...] = ()
    """Why the tool does not fit, where only the numbers could tell."""
    failed: str = ""
    """How the tool broke its word."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Of the libraries that computed."""


class Returned(NamedTuple):
    """A call's result. Every text in it is untrusted."""

    summary: str
    facts: dict[str, bool | int | float | str]
    warnings: tuple[str, ...]
    versions: dict[str, str]
    state: DataState | None
    data: Path | None
    tables: dict[str, Path]
    """Name → CSV file whose first column names the row."""
    figures: dict[str, Path]
    """File name, such as `volcano.svg` → picture."""


def prepare(
    tool: Tool,
    parameters: Mapping[str, Any],
    folder: Path,
    files: Mapping[str, Path] | None = None,
    tables: Mapping[str, Path] | None = None,
) -> Prepared:
    """Lay a single call out as a program; see `prepare_chain`."""
    return prepare_chain([Call("", tool, parameters)], folder, files, tables)


def prepare_chain(
    calls: Sequence[Call],
    folder: Path,
    files: Mapping[str, Path] | None = None,
    tables: Mapping[str, Path] | None = None,
) -> Prepared:
    """Lay calls out as a program that makes one after the other, up to the first that gives nothing.

    Args:
        calls: of tools that have the same source.
        folder: where code and call files are laid out, shared by all calls of a run.
        files: name → the user's file; all that parameters may name.
        tables: `label.table` → CSV file of a step before the chain, likewise.
    """
    # By the names that people gave: what a tool says of a file that it cannot read is for them.
    named_files = {name: f"file-{name}{path.suffix}" for name, path in sorted((files or {}).items())}
    named_tables = {name: f"table-{n}.csv" for n, name in enumerate(sorted(tables or {}))}
    inputs = {named_files[name]: path for name, path in (files or {}).items()}
    inputs |= {named_tables[name]: path for name, path in (tables or {}).items()}
    source = source_of(calls[0].tool)
    chain = _chain_file(calls, named_files, named_tables).model_dump_json(indent=1)
    digest = hashlib.sha256(json.dumps([source.hash, chain, *_contents(inputs)]).encode()).hexdigest()
    outputs = (name for place, call in enumerate(calls) for name in _outputs(call.tool.spec, place))
    return Prepared(
        code=source.lay_out(folder),
        inputs=inputs | {CALL: _kept(chain, folder / "calls" / f"{digest}.json")},
        outputs=tuple(dict.fromkeys(outputs)),
        command=("python", "-m", "tools.run"),
        env={"PYTHONPATH": "code", "MPLCONFIGDIR": "/tmp"},
        hash=digest,
    )


def _chain_file(calls: Sequence[Call], files: Mapping[str, str], tables: Mapping[str, str]) -> ChainFile:
    made = {
        f"{call.label}.{table.name}": f"out/{output_name(place, f'{table.name}.csv')}"
        for place, call in enumerate(calls[:-1])
        for table in call.tool.spec.tables
    }
    return ChainFile(
        calls=tuple(
            CallFile(
                module=source_of(one.tool).module,
                tool=one.tool.spec.name,
                parameters=dict(one.parameters),
                server=one.tool.spec.server,
            )
            for one in calls
        ),
        files={name: f"in/{below}" for name, below in files.items()},
        tables={name: f"in/{below}" for name, below in tables.items()} | made,
    )


def _kept(text: str, file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Calls that are alike are laid out side by side: each sees the whole file or none.
    draft = file.with_name(f".{file.stem}.{uuid.uuid4().hex}")
    draft.write_text(text, encoding="utf-8")
    return draft.replace(file)


def _contents(inputs: dict[str, Path]) -> list[str]:
    """Name and SHA-256 of each file."""
    found = []
    for name, path in sorted(inputs.items()):
        with path.open("rb") as opened:
            found.append(f"{name}={hashlib.file_digest(opened, 'sha256').hexdigest()}")
    return found


def output_name(place: int, name: str) -> str:
    """What a call's output is called below `out/`: calls after the first of a chain have their place before it."""
    return f"{place}-{name}" if place else name


def _outputs(spec: ToolSpec, place: int) -> tuple[str, ...]:
    own = (RESULT, *(f"{table.name}.csv" for table in spec.tables), *_pictures(spec))
    # The data has one name for all calls: what is kept of it is what the chain left.
    return (*(output_name(place, name) for name in own), *([DATA] if spec.changes_data else []))


def _pictures(spec: ToolSpec) -> list[str]:
    return [f"{name}.{kind}" for name in spec.figures for kind in ("svg", "png")]


def collect(spec: ToolSpec, outputs: Mapping[str, Path], place: int = 0) -> Returned:
    """What a call returned, when it is what the tool declared.

    Args:
        spec: of the tool.
        outputs: name → file, as a sandbox collected them.
        place: of the call in its chain.

    Raises:
        NotApplicable: the tool saw in the numbers that it does not fit.
        ToolFailed: it returned nothing, garbage, or not what it declared.
    """
    result = _read_result(spec, outputs.get(output_name(place, RESULT)))
    if result.refused:
        raise NotApplicable(result.refused)
    if result.failed:
        raise ToolFailed(result.failed)
    absent = [name for name in _outputs(spec, place) if name not in outputs]
    if absent:
        raise ToolFailed(f"{spec.name}: did not return {', '.join(absent)}")
    if spec.changes_data and result.state is None:
        raise ToolFailed(f"{spec.name}: returned data and does not say what it is like")
    tables = {table.name: outputs[output_name(place, f"{table.name}.csv")] for table in spec.tables}
    for table in spec.tables:
        _check_header(spec, tables[table.name], table.columns)
    return Returned(
        summary=result.summary,
        facts=result.facts,
        warnings=result.warnings,
        versions=result.versions,
        state=result.state,
        data=outputs[DATA] if spec.changes_data else None,
        tables=tables,
        figures={name: outputs[output_name(place, name)] for name in _pictures(spec)},
    )


def _read_result(spec: ToolSpec, path: Path | None) -> ResultFile:
    if path is None:
        raise ToolFailed(f"{spec.name}: ended without a result")
    if path.stat().st_size > MAX_RESULT:
        raise ToolFailed(f"{spec.name}: {RESULT} has {path.stat().st_size} bytes; at most {MAX_RESULT} are read")
    try:
        return ResultFile.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        raise ToolFailed(f"{spec.name}: {RESULT} is no result: {first['loc']}: {first['msg']}") from error


def _check_header(spec: ToolSpec, path: Path, columns: Mapping[str, str]) -> None:
    try:
        with path.open(newline="", encoding="utf-8") as opened:
            header = next(csv.reader(opened), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise ToolFailed(f"{spec.name}: {path.name} is no CSV file: {error}") from error
    absent = sorted(set(columns) - set(header[1:]))
    if absent:
        raise ToolFailed(f"{spec.name}: {path.name} lacks the columns {', '.join(absent)}")
