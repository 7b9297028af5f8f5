"""A discovery, an objective, a step or a hypothesis as text for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from agent.discover.evidence import Evidence
from agent.discover.judging import sentences
from agent.discover.records import HypothesisRecord, ObjectiveRecord, StepRecord
from agent.discover.rows import draft_of, steps_of, workflows
from agent.errors import UserMustAct
from agent.records import EventRecord
from agent.run import Run


def describe_discovery(run: Run, what: str, state: str) -> RenderableType:
    """The whole discovery for an empty `what`, or what has that id.

    Raises:
        UserMustAct: the run has nothing of that id.
    """
    if not what:
        return _run(run, state)
    if objective := run.get(ObjectiveRecord, what):
        return _objective(run, objective)
    if hypothesis := run.get(HypothesisRecord, what):
        return _hypothesis(hypothesis)
    if step := run.get(StepRecord, what):
        return _step(run, step)
    known = ", ".join(row.id for row in run.all(ObjectiveRecord, ObjectiveRecord.id)) or "none yet"
    raise UserMustAct(f"{run.config.id}: no objective, hypothesis or step {what}; its objectives are: {known}")


def _run(run: Run, state: str) -> RenderableType:
    table = Table("", "what", "", "why", title=f"{run.config.id}: {state}", title_justify="left")
    for objective in run.all(ObjectiveRecord, ObjectiveRecord.round, ObjectiveRecord.id):
        told = (draft_of(objective).title, objective.status, objective.reason)
        table.add_row(objective.id, *map(Text, told))
        for row in run.all(HypothesisRecord, HypothesisRecord.id, objective_id=objective.id):
            table.add_row(row.id, *map(Text, (str(row.draft["statement"]), row.status, row.reason)))
    last = run.all(EventRecord, EventRecord.n)[-1:]
    return Group(table, *(Text(f"last: {event.at:%Y-%m-%d %H:%M:%S} {event.kind} {event.text}") for event in last))


def _objective(run: Run, row: ObjectiveRecord) -> RenderableType:
    draft = draft_of(row)
    parts: list[RenderableType] = [Text(f"{row.id}  {draft.title}", style="bold"), Text(draft.question)]
    parts.append(Text(f"{row.status}: {row.reason}"))
    for workflow in workflows(run, row.id):
        parts.append(Text(f"{workflow.id}: {workflow.status} {workflow.reason}"))
        steps = steps_of(run, workflow.id)
        parts += [Text(f"  {one.id} {one.tool}: {one.status}: {one.summary or one.reason}") for one in steps]
    return Group(*parts)


def _hypothesis(row: HypothesisRecord) -> RenderableType:
    told = [Text(f"{row.id}  {row.draft['statement']}", style="bold"), Text(f"{row.status}: {row.reason}")]
    evidence = Evidence.model_validate(row.evidence)
    return Group(*told, *(Text(sentence) for sentence in (sentences(evidence) if evidence.claims else ())))


def _step(run: Run, row: StepRecord) -> RenderableType:
    given = ", ".join(f"{name}={value}" for name, value in row.parameters.items())
    parts = [Text(f"{row.id}  {row.tool}({given})", style="bold"), Text(f"{row.status}: {row.summary or row.reason}")]
    parts += [Text(f"{name} = {value}") for name, value in row.facts.items()]
    parts += [Text(f"warning: {text}") for text in row.warnings]
    if row.log:
        parts.append(Text(run.artefacts.read_text(row.log)))
    return Group(*parts)
