"""A real MCP server over standard streams, as a third party would write one."""

from __future__ import annotations

import csv
import os
import time
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel

server = MCPServer("stations")


class Row(BaseModel):
    """A sample and how much of it was measured."""

    sample: str
    measured: int


class Counts(BaseModel):
    """Measured values of each sample."""

    samples: int
    rows: list[Row]


@server.tool()
def count_measured(data: str, least: int = 0) -> Counts:
    """Count the measured values of each sample.

    Leaves out samples with fewer than `least`.
    """
    with Path(data).open(newline="") as opened:
        lines = list(csv.reader(opened))[1:]
    rows = [Row(sample=line[0], measured=sum(cell != "" for cell in line[1:])) for line in lines]
    rows = [row for row in rows if row.measured >= least]
    return Counts(samples=len(rows), rows=rows)


@server.tool()
def fail(reason: str) -> str:
    """Fail with a reason."""
    raise ToolError(reason)


@server.tool()
def die() -> str:
    """End the server."""
    os._exit(1)


@server.tool()
def hang() -> str:
    """Never answer."""
    time.sleep(3600)
    return ""


if __name__ == "__main__":
    server.run()
