"""Measure what improved on the held-out test split: once, at the end, for what is reported."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from agent.context import Context
from agent.experiment import baseline_version, measure, version_of
from agent.history import attempts
from agent.judgement import judge
from agent.records import VerdictRecord
from agent.review.queue import items
from agent.state import State


async def confirm(state: State, runtime: Runtime[Context]) -> dict[str, str]:  # noqa: ARG001  (LangGraph passes it)
    """Run the baseline and each improved idea on inputs that the search never predicted, and judge again."""
    context = runtime.context
    judged = context.run.all(VerdictRecord, split="validation", verdict="improved")
    rejected = {one.subject for one in items(context.run, kind="result", verdict="reject")}
    improved = [row.idea_id for row in judged if row.idea_id not in rejected]
    if not improved:
        return {}
    context.run.tell("confirming", "", f"{len(improved)} improved on validation; now the held-out test split")
    versions = [version_of(attempts(context.run, idea)[-1]) for idea in improved]
    versions.append(baseline_version(context))
    await asyncio.gather(*(measure(context, version, "test") for version in versions))
    for idea in improved:
        verdict = judge(context, idea, "test", len(improved))
        context.run.tell("verdict", idea, verdict.reason, verdict=verdict.verdict, split="test")
    return {}
