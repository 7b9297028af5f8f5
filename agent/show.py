"""A run, an idea or an attempt as text for a terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from agent.discover.records import HypothesisRecord, ObjectiveRecord
from agent.errors import UserMustAct
from agent.history import attempts, draft_of, failures
from agent.records import AttemptRecord, EventRecord, IdeaRecord, MeasurementRecord, VerdictRecord
from agent.review.queue import items
from agent.run import Run
from workspaces.workspace import Workspace


def state_of(run: Run) -> str:
    """`finished`, `running`, `waiting` (for people) or `stopped`."""
    if run.holder() is not None:
        return "running"
    if run.all(EventRecord, kind="finished"):
        return "finished"
    return "waiting" if items(run, state="waiting", most=1) else "stopped"


def run_rows(run: Run) -> tuple[str, ...]:
    """A run's line in the list of runs."""
    if run.config.discover is not None:
        asked, held = run.all(ObjectiveRecord), run.all(HypothesisRecord, status="accepted")
        return run.config.id, run.config.task, run.config.model.name, state_of(run), str(len(asked)), str(len(held))
    ideas = run.all(IdeaRecord, decision="accepted")
    improved = run.all(VerdictRecord, split="validation", verdict="improved")
    task = run.config.task.rsplit("/", 1)[-1]
    return run.config.id, task, run.config.model.name, state_of(run), str(len(ideas)), str(len(improved))


def describe(run: Run, what: str) -> RenderableType:
    """The whole run for an empty `what`, or the idea or attempt of that id.

    Raises:
        UserMustAct: the run has nothing of that id.
    """
    if run.config.discover is not None:
        from agent.discover.show import describe_discovery  # SciPy, which other runs do without

        return describe_discovery(run, what, state_of(run))
    if not what:
        return _run(run)
    if idea := run.get(IdeaRecord, what):
        return _idea(run, idea)
    if attempt := run.get(AttemptRecord, what):
        return _attempt(run, attempt)
    known = ", ".join(row.id for row in run.all(IdeaRecord, IdeaRecord.id)) or "none yet"
    raise UserMustAct(f"{run.config.id}: no idea or attempt {what}; its ideas are: {known}")


def _run(run: Run) -> RenderableType:
    verdicts = {row.idea_id: row for row in run.all(VerdictRecord, split="validation")}
    table = Table("idea", "what", "verdict", "why", title=f"{run.config.id}: {state_of(run)}", title_justify="left")
    for idea in run.all(IdeaRecord, IdeaRecord.round, IdeaRecord.id):
        verdict = verdicts.get(idea.id)
        decided = (verdict.verdict, verdict.reason) if verdict else (idea.decision, idea.decision_reason)
        table.add_row(idea.id, Text(draft_of(idea).title), *(Text(text) for text in decided))
    last = run.all(EventRecord, EventRecord.n)[-1:]
    return Group(table, *(Text(f"last: {event.at:%Y-%m-%d %H:%M:%S} {event.kind} {event.text}") for event in last))


def _idea(run: Run, idea: IdeaRecord) -> RenderableType:
    draft = draft_of(idea)
    parts: list[RenderableType] = [Text(f"{idea.id}  {draft.title}", style="bold"), Text(draft.summary)]
    parts += [Text(f"cites {cite.paper}: “{cite.passage}”", style="dim") for cite in draft.cites]
    parts.append(Text(f"{idea.decision}: {idea.decision_reason}"))
    for verdict in run.all(VerdictRecord, idea_id=idea.id):
        parts.append(Text(f"{verdict.split}: {verdict.verdict}: {verdict.reason}", style="bold"))
    for row in run.all(MeasurementRecord, MeasurementRecord.split, MeasurementRecord.seed, subject=idea.id):
        value = row.reason if row.metric is None else f"{row.metric:.6g}"
        parts.append(Text(f"  {row.split}, seed {row.seed}: {value} ({row.wall_s:.1f} s)"))
    tried = attempts(run, idea.id)
    parts += [Text(f"  {row.id}: {row.status}  {row.summary or row.note}") for row in tried]
    if tried:
        parts.append(_diff(run, tried[-1]))
    return Group(*parts)


def _attempt(run: Run, row: AttemptRecord) -> RenderableType:
    parts: list[RenderableType] = [Text(f"{row.id}  {row.status}  {row.summary or row.note}", style="bold")]
    for failure in failures(run, row.idea_id, upto=row.number)[-1:] if row.failure else []:
        parts += [Text(failure.traceback), Text(failure.structure)]
    parts.append(_diff(run, row))
    if row.log:
        parts.append(Text(run.artefacts.read_text(row.log)))
    return Group(*parts)


def _diff(run: Run, row: AttemptRecord) -> RenderableType:
    workspace = Workspace.open(run.folder / "workspace")
    return Syntax(workspace.diff(workspace.baseline, row.commit), "diff", word_wrap=True)
