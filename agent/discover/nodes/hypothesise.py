"""Ask for hypotheses about what each objective found, and refuse those that its numbers do not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from langgraph.runtime import Runtime

from agent.discover.checking import refusal
from agent.discover.context import DiscoverContext
from agent.discover.evidence import Evidence
from agent.discover.findings import findings_of
from agent.discover.nodes.profile import profiled
from agent.discover.records import HypothesisRecord, ObjectiveRecord
from agent.discover.rows import draft_of, workflows
from agent.discover.state import State
from agent.errors import BudgetSpent, ModelFailed
from agent.models.discover_answers import Finding, HypothesisDraft
from agent.models.discover_requests import ProposeHypotheses
from agent.models.usage import asking_about

EACH = 4
"""Hypotheses that an objective gets at most."""
ASKED = 2
"""Times that they are asked for: once more when some were refused, with the reasons."""


async def hypothesise(state: State, runtime: Runtime[DiscoverContext]) -> dict[str, int]:
    """Write hypotheses for each answered objective of the round that found anything."""
    context = runtime.context
    for row in context.run.all(ObjectiveRecord, ObjectiveRecord.id, round=state["round"], status="answered"):
        findings = findings_of(context.run, workflows(context.run, row.id)[-1].id, draft_of(row))
        if any(one.called for one in findings):
            await _write(context, row, {one.id: one for one in findings})
        else:
            context.run.tell("nothing found", row.id, "no test of it passes its cut")
    return {"round": state["round"]}


async def _write(context: DiscoverContext, row: ObjectiveRecord, findings: Mapping[str, Finding]) -> None:
    known = {name for column in profiled(context).columns for name in (column.name, *column.levels)}
    kept: list[HypothesisRecord] = []
    refused: tuple[str, ...] = ()
    for _ in range(ASKED):
        count = EACH - sum(one.status == "proposed" for one in kept)
        for draft in await _ask(context, row, findings.values(), count, refused):
            kept.append(_keep(context, row, draft, refusal(draft, findings, known), len(kept) + 1))
        refused = tuple(f"{one.draft['statement']}: {one.reason}" for one in kept if one.status == "refused")
        if not refused or count <= 0:
            return


async def _ask(
    context: DiscoverContext,
    row: ObjectiveRecord,
    findings: Iterable[Finding],
    count: int,
    refused: tuple[str, ...],
) -> tuple[HypothesisDraft, ...]:
    request = ProposeHypotheses(objective=draft_of(row), findings=tuple(findings), count=count, refused=refused)
    try:
        with asking_about(row.id):
            return (await context.model.ask(request)).hypotheses[:count]
    except (ModelFailed, BudgetSpent) as error:
        context.run.tell("model failed", row.id, f"no hypotheses: {error}")
        return ()


def _keep(
    context: DiscoverContext, row: ObjectiveRecord, draft: HypothesisDraft, why_not: str, number: int
) -> HypothesisRecord:
    made = HypothesisRecord(
        id=f"h{row.id[1:]}-{number}",
        round=row.round,
        objective_id=row.id,
        draft=draft.model_dump(mode="json"),
        evidence=Evidence().model_dump(mode="json"),
        status="refused" if why_not else "proposed",
        reason=why_not,
    )
    known = context.run.get(HypothesisRecord, made.id)
    if known is not None and known.draft == made.draft:
        return known  # a resumed run comes here again, perhaps after it was judged
    context.run.save(made)
    context.run.tell("hypothesis", made.id, draft.statement)
    if why_not:
        context.run.tell("refused", made.id, why_not)
    return made
