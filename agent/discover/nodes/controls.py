"""Run the controls of an objective that found something."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from agent.discover.context import DiscoverContext
from agent.discover.controls import Main, run_variant, variants_of
from agent.discover.plans import plan_of
from agent.discover.rows import draft_of, objective_row, steps_of, workflow_id, workflow_row
from agent.discover.state import ObjectiveState
from agent.discover.steps import label_of
from agent.discover.tables import table_of


async def controls(state: ObjectiveState, runtime: Runtime[DiscoverContext]) -> ObjectiveState:
    """Shuffled labels, other choices, held-back samples; nothing where nothing was found that could be checked."""
    context, row = runtime.context, objective_row(runtime.context.run, state["objective"])
    id_ = workflow_id(row.id, state["workflow"])
    planned = {one.label: one for one in plan_of(workflow_row(context.run, id_))}
    rows = [one for one in steps_of(context.run, id_) if one.status == "ok"]
    ran = [Main(planned[label_of(one)], one) for one in rows]
    if any(table_of(context.run, one.tables[name]).called_rows for one in rows for name in one.tests):
        context.run.tell("controls", row.id, "shuffled labels, other choices, one sample less")
        variants = variants_of(context, draft_of(row), ran)
        await asyncio.gather(*(run_variant(context, id_, variant) for variant in variants))
    return ObjectiveState(objective=row.id, workflow=state["workflow"], steps=state["steps"], place="closed")
