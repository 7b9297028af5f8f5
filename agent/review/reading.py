"""From a run's records to the `Dossier` that a reviewer is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from agent.evidence.ledger import Ledger
from agent.experiment import BASELINE
from agent.literature.papers import Paper
from agent.models.choose import RULE_BASED
from agent.models.rule_based.model import RuleBasedModel
from agent.records import (
    AttemptRecord,
    EventRecord,
    IdeaRecord,
    MeasurementRecord,
    PaperRecord,
    SearchRecord,
    VerdictRecord,
)
from agent.review.dossier import (
    Baseline,
    Counts,
    Dossier,
    IdeaView,
    Progress,
    Protection,
    Reference,
    SearchView,
    Spent,
    improved,
)
from agent.review.quoting import quote
from agent.review.reading_ideas import IdeaReader, reference
from agent.run import Run
from sandboxes.sandbox import Isolation
from workspaces import task as tasks
from workspaces.errors import TaskInvalid
from workspaces.task import Task


def read(run: Run) -> Dossier:
    """Everything that is shown of a run, whether it has ended or not."""
    task = _task(run)
    ledger = Ledger(run, task.metric if task else None)
    library = list(run.all(PaperRecord, PaperRecord.round, PaperRecord.rank))
    reader = IdeaReader(run, ledger, library)
    ideas = reader.all_ideas()
    return Dossier(
        config=run.config,
        task=task,
        ledger=ledger,
        written=datetime.now(UTC),
        describes_model=RuleBasedModel.describes_itself if run.config.model.name == RULE_BASED else "",
        progress=_progress(run, ledger, ideas),
        counts=_counts(ledger, library),
        spent=_spent(run, ledger, task),
        protections=_protections(run, ledger),
        baseline=_baseline(run, reader),
        ideas=ideas,
        papers=_papers(ledger, library),
        searches=tuple(_search(row) for row in run.all(SearchRecord, SearchRecord.round, SearchRecord.source)),
    )


def _task(run: Run) -> Task | None:
    try:
        return tasks.find(run.config.task)
    except TaskInvalid:
        return None


def _progress(run: Run, ledger: Ledger, ideas: Sequence[IdeaView]) -> Progress:
    ends = run.all(EventRecord, EventRecord.n, kind="finished")
    if ends:
        return Progress(finished=True, ending=ledger.event(ends[-1]), missing=())
    missing = []
    if not run.all(MeasurementRecord, subject=BASELINE, split="validation"):
        missing.append("The baseline has not been measured, so nothing can be compared with it.")
    if open_ideas := [
        idea.id for idea in ideas if idea.validation is None and idea.decision in {"accepted", "proposed"}
    ]:
        missing.append(f"Ideas without a verdict yet: {', '.join(open_ideas)}.")
    if unconfirmed := [idea.id for idea in improved(ideas) if idea.test is None]:
        missing.append(f"Improved on validation, not yet measured on the held-out test: {', '.join(unconfirmed)}.")
    if not ideas:
        missing.append("No idea has been proposed yet.")
    return Progress(finished=False, ending=None, missing=tuple(missing))


def _counts(ledger: Ledger, library: Sequence[PaperRecord]) -> Counts:
    return Counts(
        proposed=ledger.count(IdeaRecord),
        accepted=ledger.count(IdeaRecord, decision="accepted"),
        judged=ledger.count(VerdictRecord, split="validation"),
        improved=ledger.count(VerdictRecord, split="validation", verdict="improved"),
        confirmed=ledger.count(VerdictRecord, split="test", verdict="improved"),
        attempts=ledger.count(AttemptRecord),
        papers=ledger.counted("different papers", (str(row.paper["id"]) for row in library)),
    )


def _spent(run: Run, ledger: Ledger, task: Task | None) -> Spent:
    seeds = run.config.seeds or (task.run.seeds if task else ())
    return Spent(
        rounds=ledger.setting("budget.rounds"),
        ideas=ledger.setting("budget.ideas"),
        repairs=ledger.setting("budget.max_repairs"),
        minutes=ledger.setting("budget.wall_minutes") if run.config.budget.wall_minutes else None,
        worked=ledger.seconds_worked(),
        seeds=ledger.counted("seeds", map(str, seeds)),
        error_rate=ledger.setting("error_rate"),
        replicates=ledger.setting("replicates"),
    )


def _protections(run: Run, ledger: Ledger) -> tuple[Protection, ...]:
    jobs: dict[Isolation, list[str]] = {}
    rows: list[AttemptRecord | MeasurementRecord] = [*run.all(AttemptRecord), *run.all(MeasurementRecord)]
    for row in rows:
        if row.isolation is not None:
            jobs.setdefault(Isolation.model_validate(row.isolation), []).append(row.id)
    return tuple(Protection(one, ledger.counted(f"jobs in {one.backend}", ids)) for one, ids in jobs.items())


def _baseline(run: Run, reader: IdeaReader) -> Baseline | None:
    measured = run.all(MeasurementRecord, MeasurementRecord.split, MeasurementRecord.seed, subject=BASELINE)
    if not measured:
        return None
    return Baseline(measured[0].commit, measured[0].data_hash, reader.seeds(BASELINE))


def _papers(ledger: Ledger, library: Sequence[PaperRecord]) -> tuple[Reference, ...]:
    first = {str(row.paper["id"]): row for row in reversed(library)}
    rows = sorted(first.values(), key=lambda row: (row.round, row.rank))
    return tuple(reference(Paper.model_validate(row.paper), nearness=ledger.score(row)) for row in rows)


def _search(row: SearchRecord) -> SearchView:
    return SearchView(
        round=f"r{row.round}",
        source=row.source,
        status=row.status,
        coverage=quote(row.coverage, "source"),
        detail=quote(row.detail, "source"),
    )
