"""Wait for a person's verdict on a hypothesis that the judges accepted."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.discover.context import DiscoverContext
from agent.discover.records import HypothesisRecord
from agent.discover.state import HypothesisState
from agent.errors import RecordBroken
from agent.nodes.review import asked, tell
from agent.review.verdicts import Reject


async def review_hypothesis(state: HypothesisState, runtime: Runtime[DiscoverContext]) -> dict[str, int]:
    """Let the hypothesis stand, or reject it for good: later rounds do not weigh it again, and are told why."""
    review = asked("hypothesis", state["hypothesis"])
    run = runtime.context.run
    row = run.get(HypothesisRecord, state["hypothesis"])
    if row is None:
        raise RecordBroken(f"{run.folder}: the graph knows hypothesis {state['hypothesis']}, run.db does not")
    tell(review, run, row.id)
    if isinstance(review.verdict, Reject):
        row.status, row.reason = "rejected", f"rejected by {review.who}: {review.verdict.reason}"
        run.save(row)
    return {}
