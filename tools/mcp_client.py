"""Tools of MCP servers: each tool of a server as a `Tool`, called over the server's standard streams.

A server is a program of the user's choice and runs with the user's rights, outside of any sandbox; what it returns is
as untrusted as any tool's. A string parameter called `data` receives the path of the data as CSV (one row a sample),
one called `samples` the path of the sample sheet, and neither is a parameter for whoever plans. Of a structured answer
every list of objects with a text field becomes a table, its rows named by the first text field; numbers, texts and
truth values become facts.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, create_model

from tools.errors import ToolFailed, ToolInvalid
from tools.servers import NAME, McpServer
from tools.tool import Result, Table, Tool, ToolSpec

if TYPE_CHECKING:
    import mcp.types
    from anndata import AnnData
    from mcp import ClientSession

T = TypeVar("T")
_HANDED = ("data", "samples")
_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "array": tuple[Any, ...],
    "object": dict[str, Any],
}
START_S = 30.0
"""Seconds in which a server must have started and listed its tools."""


def remote_tools(server: McpServer) -> dict[str, Tool]:
    """The tools of a server, named `server_tool`.

    Raises:
        ToolInvalid: the server does not start, does not answer in time, or does not speak MCP.
    """

    async def ask(session: ClientSession) -> list[mcp.types.Tool]:
        return (await session.list_tools()).tools

    try:
        listed = _talk(server, ask, START_S)
    except ToolFailed as error:
        raise ToolInvalid(str(error)) from error
    return {made.spec.name: made for made in (_tool(server, remote) for remote in listed)}


def _talk(server: McpServer, use: Callable[[ClientSession], Awaitable[T]], timeout_s: float | None) -> T:
    """Start a server, use it, and stop it."""
    try:
        from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client
    except ModuleNotFoundError as error:
        raise ToolFailed("MCP servers need the extra `mcp`: pip install 'echolocate[mcp]'") from error

    async def talk() -> T:
        parameters = StdioServerParameters(command=server.command[0], args=list(server.command[1:]), cwd=server.folder)
        async with (
            asyncio.timeout(timeout_s),
            stdio_client(parameters) as (read, write),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await use(session)

    try:
        return asyncio.run(talk())
    except TimeoutError:
        raise ToolFailed(f"MCP server `{server.name}`: no answer within {timeout_s:g} s") from None
    except (MCPError, OSError, BaseExceptionGroup) as error:
        raise ToolFailed(f"MCP server `{server.name}`: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__


def _tool(server: McpServer, remote: mcp.types.Tool) -> Tool:
    schema = dict(remote.input_schema)
    properties = dict(schema.get("properties", {}))
    handed = tuple(name for name in _HANDED if properties.get(name, {}).get("type") == "string")
    schema["properties"] = {name: part for name, part in properties.items() if name not in handed}
    schema["required"] = [name for name in schema.get("required", ()) if name not in handed]
    summary, _, rest = (remote.description or remote.title or remote.name).strip().partition("\n")
    tables = _tables(remote.output_schema or {})
    spec = ToolSpec(
        name=f"{server.name}_{re.sub('[^a-z0-9_]', '_', remote.name.lower())}"[:48],
        summary=summary,
        description=rest.strip(),
        parameters=schema,
        tables=tables,
        reads_data=bool(handed),
        origin=f"MCP server {server.name}",
        server=server,
    )

    def call(data: AnnData | None = None, **arguments: object) -> Result:
        with tempfile.TemporaryDirectory() as folder:
            paths = {} if data is None else _hand_over(data, handed, Path(folder))
            answer = _talk(server, lambda session: session.call_tool(remote.name, arguments | paths), None)
        return _result(spec, answer)

    return Tool(spec, call, _model(spec.name, schema))


def _model(name: str, schema: dict[str, Any]) -> type[BaseModel]:
    """The parameters as far as their types go; the server checks the rest."""
    fields: dict[str, Any] = {}
    for parameter, part in schema["properties"].items():
        kind = _TYPES.get(part.get("type", ""), Any)
        required = parameter in schema["required"]
        fields[parameter] = (kind, ...) if required else (kind | None, part.get("default"))
    return create_model(f"{name}_parameters", __config__=ConfigDict(frozen=True, extra="forbid"), **fields)


def _hand_over(data: AnnData, handed: tuple[str, ...], folder: Path) -> dict[str, str]:
    """Write the data and the sample sheet where the server can read them."""
    frames = {"data": data.to_df(), "samples": data.obs}
    paths = {}
    for name in handed:
        paths[name] = str(folder / f"{name}.csv")
        frames[name].to_csv(paths[name])
    return paths


def _tables(schema: dict[str, Any]) -> tuple[Table, ...]:
    """The tables that an output schema promises."""
    found = []
    for name, part in schema.get("properties", {}).items():
        row = _resolve(part.get("items", {}), schema).get("properties", {})
        texts = [field for field, inner in row.items() if inner.get("type") == "string"]
        if part.get("type") == "array" and texts and re.match(NAME, name):
            columns = {field: inner.get("description", field) for field, inner in row.items() if field != texts[0]}
            found.append(Table(name, part.get("description", f"one {texts[0]}"), columns))
    return tuple(found)


def _resolve(part: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = str(part.get("$ref", ""))
    return dict(schema.get("$defs", {}).get(reference.rpartition("/")[2], {})) if reference else part


def _result(spec: ToolSpec, answer: mcp.types.CallToolResult) -> Result:
    import pandas as pd

    text = "\n".join(part.text for part in answer.content if part.type == "text")
    if answer.is_error:
        raise ToolFailed(f"{spec.name}: {text[:500] or 'the server says that the call failed'}")
    structured = answer.structured_content if isinstance(answer.structured_content, Mapping) else {}
    tables = {}
    for table in spec.tables:
        frame = pd.DataFrame(structured.get(table.name, ()))
        names = [column for column in frame.columns if column not in table.columns]
        if not names:
            raise ToolFailed(f"{spec.name}: the table `{table.name}` has no column that names its rows")
        tables[table.name] = frame.set_index(frame[names[0]].astype(str)).drop(columns=names[0])
    facts = {name: value for name, value in structured.items() if isinstance(value, bool | int | float | str)}
    return Result(text[:1000] or f"{spec.name} answered.", tables=tables, facts=facts)
