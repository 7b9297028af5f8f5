"""Measure an idea again, as a reviewer asked, and judge it anew."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from langgraph.runtime import Runtime

from agent.context import Context
from agent.experiment import baseline_version, measure, version_of
from agent.history import BASELINE, attempts
from agent.judgement import conclude
from agent.records import MeasurementRecord
from agent.review.queue import item_id, reopen, review
from agent.review.verdicts import Rerun
from agent.state import ResultState


async def rerun(state: ResultState, runtime: Runtime[Context]) -> ResultState:
    """Measure the idea with the seeds asked for, judge it on these alone, and let the run wait for the new result.

    The baseline is measured with those seeds that it lacks; what it has, other verdicts rest on.
    """
    idea, reruns = state["idea"], state["reruns"] + 1
    asked = review(runtime.context.run, state["asked_by"]).verdict
    tried = attempts(runtime.context.run, idea)
    if isinstance(asked, Rerun) and tried:
        context = replace(runtime.context, own_seeds=asked.seeds, wall_s=asked.wall_s)
        beside = replace(runtime.context, own_seeds=_lacking(context))
        await asyncio.gather(measure(beside, baseline_version(context)), measure(context, version_of(tried[-1])))
        conclude(context, idea, reruns)
    reopen(runtime.context.run, item_id("result", idea), state["asked_by"])
    return ResultState(idea=idea, reruns=reruns, asked_by=0)


def _lacking(context: Context) -> tuple[int, ...]:
    measured = context.run.all(MeasurementRecord, subject=BASELINE, split="validation", status="ok")
    return tuple(set(context.seeds) - {row.seed for row in measured})
