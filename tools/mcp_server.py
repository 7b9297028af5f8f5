"""Echolocate's tools as an MCP server, so that other agents can use them.

A tool that works on data takes the path of an `.h5ad` file as `data`, as an earlier call returned it; parameters that
name a file or a table take its path. Every call returns its summary, its facts and the paths of what it wrote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mcp.types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server

from tools.calls import Returned
from tools.errors import ToolError
from tools.registry import Toolbox
from tools.tool import Tool

Call = Callable[[Tool, dict[str, Any], Path | None], Returned]
"""Runs a tool on the data of a file: where, is the caller's to say."""
_DATA = {"type": "string", "description": "path of the data, an .h5ad file that an earlier call returned"}


def serve(toolbox: Toolbox, call: Call) -> None:
    """Offer tools over standard input and output until the other side closes them."""

    async def list_tools(_: ServerRequestContext[Any], __: object) -> mcp.types.ListToolsResult:
        return mcp.types.ListToolsResult(tools=[_described(tool) for tool in toolbox.tools.values()])

    async def call_tool(
        _: ServerRequestContext[Any], asked: mcp.types.CallToolRequestParams
    ) -> mcp.types.CallToolResult:
        arguments = dict(asked.arguments or {})
        try:
            tool = toolbox.get(asked.name)
            data = Path(str(arguments.pop("data"))) if tool.spec.reads_data and "data" in arguments else None
            answer = _answer(await asyncio.to_thread(call, tool, arguments, data))
        except ToolError as error:
            text = mcp.types.TextContent(type="text", text=str(error))
            return mcp.types.CallToolResult(content=[text], is_error=True)
        text = mcp.types.TextContent(type="text", text=answer["summary"])
        return mcp.types.CallToolResult(content=[text], structured_content=answer)

    async def run() -> None:
        server = Server("echolocate", on_list_tools=list_tools, on_call_tool=call_tool)
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    asyncio.run(run())


def _described(tool: Tool) -> mcp.types.Tool:
    spec = tool.spec
    schema = dict(spec.parameters)
    if spec.reads_data:
        schema["properties"] = {"data": _DATA, **schema.get("properties", {})}
        schema["required"] = ["data", *schema.get("required", ())]
    return mcp.types.Tool(name=spec.name, description=f"{spec.summary}\n\n{spec.description}", input_schema=schema)


def _answer(returned: Returned) -> dict[str, Any]:
    return {
        "summary": returned.summary,
        "facts": returned.facts,
        "warnings": list(returned.warnings),
        "data": None if returned.data is None else str(returned.data),
        "tables": {name: str(path) for name, path in returned.tables.items()},
        "figures": {name: str(path) for name, path in returned.figures.items()},
    }
