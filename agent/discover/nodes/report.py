"""Write what a person reads of the discovery."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from agent.discover.context import DiscoverContext
from agent.discover.report import write_discovery
from agent.discover.state import State


async def report(state: State, runtime: Runtime[DiscoverContext]) -> dict[str, str]:
    """Write the report, its pictures and its tables."""
    run = runtime.context.run
    run.tell("finished", "", state["stop"])
    path = await asyncio.to_thread(write_discovery, run)
    run.tell("report", "", str(path))
    return {}
