"""Write what a person reads of the run."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from agent.citations import check_cited
from agent.context import Context
from agent.review.report import write_report
from agent.state import State


async def report(state: State, runtime: Runtime[Context]) -> dict[str, str]:
    """Check what the ideas cite, then write the report, its pictures and its tables."""
    run = runtime.context.run
    await asyncio.to_thread(check_cited, run, runtime.context.sources)
    run.tell("finished", "", state["stop"])
    path = await asyncio.to_thread(write_report, run)
    run.tell("report", "", str(path))
    return {}
