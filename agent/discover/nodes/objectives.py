"""Ask what to find out, from the profile and from what earlier rounds found."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.discover.briefs import tool_briefs
from agent.discover.context import DiscoverContext
from agent.discover.estimate import estimate
from agent.discover.nodes.profile import profiled
from agent.discover.plans import refined
from agent.discover.records import HypothesisRecord, ObjectiveRecord
from agent.discover.rows import draft_of
from agent.discover.state import State
from agent.errors import BudgetSpent, ModelFailed
from agent.models.discover_answers import DataBrief, ObjectiveDraft, PastObjective
from agent.models.discover_flaws import flaw_of_objective
from agent.models.discover_requests import ProposeObjectives
from agent.models.usage import asking_about


async def objectives(state: State, runtime: Runtime[DiscoverContext]) -> dict[str, list[str]]:
    """Ask for one round's objectives, and keep those that can be pursued. A design that cannot tell stops one.

    Before the first question it says what the discovery may come to.
    """
    context, round_ = runtime.context, state["round"]
    data = profiled(context)
    if round_ == 1 and (expected := estimate(context.run.config, context.settings, data, tool_briefs(context))):
        context.run.tell("estimate", "", str(expected))
    request = ProposeObjectives(
        question=context.settings.hints.question,
        data=data,
        round=round_,
        count=context.run.config.budget.ideas,
        history=past_objectives(context) if context.refines("objectives") else (),
        files=tuple(name for name in context.files if name not in {"table", "samples"}),
    )
    try:
        with asking_about(f"r{round_}"):
            drafts = tuple(_named(one, data) for one in (await context.model.ask(request)).objectives[: request.count])
    except (ModelFailed, BudgetSpent) as error:
        context.run.tell("model failed", f"r{round_}", f"no objectives: {error}")
        drafts = ()
    rows = [
        _row(context, data, draft, f"o{round_}-{n}", round_) for n, draft in enumerate(_new(context, drafts, round_), 1)
    ]
    return {"objectives": [row.id for row in rows if row.status == "open"]}


def _named(draft: ObjectiveDraft, data: DataBrief) -> ObjectiveDraft:
    """The objective, with the name of the reference that a group is held against."""
    return draft.model_copy(update={"denominator": data.reference}) if draft.aim == "against_reference" else draft


def past_objectives(context: DiscoverContext) -> tuple[PastObjective, ...]:
    """Every objective so far, with what came of it."""
    hypotheses = context.run.all(HypothesisRecord, HypothesisRecord.id)
    return tuple(
        PastObjective(
            id=row.id,
            objective=draft_of(row),
            status=row.status,
            reason=row.reason,
            found=tuple(_found(one) for one in hypotheses if one.objective_id == row.id),
        )
        for row in context.run.all(ObjectiveRecord, ObjectiveRecord.round, ObjectiveRecord.id)
    )


def _found(row: HypothesisRecord) -> str:
    """A hypothesis and what came of it; of one that a person rejected, the reason too."""
    return f"{row.draft['statement']} ({row.reason if row.status == 'rejected' else row.status})"


def _new(context: DiscoverContext, drafts: tuple[ObjectiveDraft, ...], round_: int) -> list[ObjectiveDraft]:
    """Those that are no repetition."""
    earlier = [draft_of(row) for row in context.run.all(ObjectiveRecord) if row.round < round_]
    seen = {_analysis(one) for one in earlier}
    kept = []
    for draft in drafts:
        if _analysis(draft) not in seen:
            seen.add(_analysis(draft))
            kept.append(draft)
    return kept


def _analysis(draft: ObjectiveDraft) -> str:
    """What an objective does, whatever it is called."""
    return draft.model_dump_json(exclude={"title", "question", "why", "builds_on"})


def _row(context: DiscoverContext, data: DataBrief, draft: ObjectiveDraft, id_: str, round_: int) -> ObjectiveRecord:
    row = ObjectiveRecord(id=id_, round=round_, draft=draft.model_dump(mode="json"), status="open", reason="")
    if flaw := flaw_of_objective(draft, data):
        row.status, row.reason = "dead", flaw
    context.run.save(row)
    context.run.tell("proposed", id_, draft.title)
    if row.reason:
        context.run.tell(row.status, id_, row.reason)
    known = {one.id for one in context.run.all(ObjectiveRecord)}
    if builds_on := [one for one in draft.builds_on if one in known]:
        refined(context.run, "objectives", id_, "builds on", f"{', '.join(builds_on)}. {draft.why}".strip())
    return row
