"""From a run's records to the `Dossier` that a reviewer is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select

from agent.answers import calls_of
from agent.config import RULE_BASED
from agent.evidence.ledger import Ledger
from agent.history import BASELINE
from agent.literature.papers import Paper
from agent.models.rule_based.model import RuleBasedModel
from agent.models.totals import Total, total_about, totals
from agent.records import (
    AttemptRecord,
    EventRecord,
    IdeaRecord,
    MeasurementRecord,
    PaperRecord,
    SearchRecord,
    VerdictRecord,
)
from agent.review.agreement import agreement, review_lines
from agent.review.dossier import (
    Baseline,
    Counts,
    Dossier,
    IdeaView,
    Missing,
    Progress,
    Protection,
    Reference,
    SearchView,
    Spent,
    UsageView,
    improved,
)
from agent.review.quoting import quote
from agent.review.reading_ideas import IdeaReader, reference
from agent.run import Run
from sandboxes.sandbox import Isolation
from workspaces import task as tasks
from workspaces.errors import TaskInvalid
from workspaces.task import Task

_DETAILED = 100
"""Ideas that are shown in full: a report that nobody can open tells nothing."""


def read(run: Run) -> Dossier:
    """Everything that is shown of a run, whether it has ended or not."""
    task = task_of(run)
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
        counts=counts(run, ledger),
        spent=spent(run, ledger, task),
        usage=tuple(usage_view(ledger, total) for total in totals(calls_of(run), run.config.prices)),
        protections=_protections(run, ledger),
        smallest_difference=ledger.smallest_difference(),
        baseline=_baseline(run, reader),
        ideas=ideas,
        details=tuple(reader.detail(idea) for idea in _most_telling(ideas)),
        papers=_papers(ledger, library),
        searches=tuple(search_view(row) for row in run.all(SearchRecord, SearchRecord.round, SearchRecord.source)),
        reviews=review_lines(run),
        agreement=agreement(run, ledger),
    )


def _most_telling(ideas: Sequence[IdeaView]) -> list[IdeaView]:
    """The ideas that are shown in full, in their order: improved ones first, then those that were tried."""
    by_worth = sorted(ideas, key=lambda idea: (idea.outcome != "improved", idea.validation is None))
    chosen = {idea.id for idea in by_worth[:_DETAILED]}
    return [idea for idea in ideas if idea.id in chosen]


def task_of(run: Run) -> Task | None:
    """The task of a run; None when its folder is not there any more."""
    try:
        return tasks.find(run.config.task)
    except TaskInvalid:
        return None


def _progress(run: Run, ledger: Ledger, ideas: Sequence[IdeaView]) -> Progress:
    ends = run.all(EventRecord, EventRecord.n, kind="finished")
    if ends:
        return Progress(finished=True, ending=ledger.event(ends[-1]), missing=())
    baseline = run.all(MeasurementRecord, subject=BASELINE, split="validation")
    waiting = tuple(one.id for one in ideas if one.validation is None and one.decision in {"accepted", "proposed"})
    unconfirmed = tuple(one.id for one in improved(ideas) if one.test is None)
    missing = (
        (not baseline, Missing("The baseline has not been measured, so nothing can be compared with it.")),
        (not ideas, Missing("No idea has been proposed yet.")),
        (waiting, Missing("No verdict yet:", waiting)),
        (unconfirmed, Missing("Improved on validation, and not yet measured on the held-out test:", unconfirmed)),
    )
    return Progress(finished=False, ending=None, missing=tuple(one for lacks, one in missing if lacks))


def counts(run: Run, ledger: Ledger) -> Counts:
    """How much a run has of what."""
    paper = func.substr(PaperRecord.id, func.instr(PaperRecord.id, "/") + 1)  # r<round>/<paper>
    return Counts(
        proposed=ledger.count(IdeaRecord),
        accepted=ledger.count(IdeaRecord, decision="accepted"),
        judged=ledger.count(VerdictRecord, split="validation"),
        improved=ledger.count(VerdictRecord, split="validation", verdict="improved"),
        confirmed=ledger.count(VerdictRecord, split="test", verdict="improved"),
        attempts=ledger.count(AttemptRecord),
        papers=ledger.counted("different papers", run.query(select(paper).distinct())),
    )


def spent(run: Run, ledger: Ledger, task: Task | None) -> Spent:
    """What a run may use, and has used."""
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


def asked_about(run: Run, ledger: Ledger, subject: str) -> UsageView | None:
    """What models were asked about an idea, an objective or a hypothesis, in sum; None when nothing was."""
    calls = calls_of(run, subject=subject)
    return usage_view(ledger, total_about(subject, calls, run.config.prices)) if calls else None


def usage_view(ledger: Ledger, total: Total) -> UsageView:
    """Calls of models, as they are shown."""
    calls, usable, prompt, completion, seconds = (
        cited
        for name in ("calls", "usable", "prompt_tokens", "completion_tokens", "seconds")
        if (cited := ledger.total(total, name)) is not None
    )
    return UsageView(
        total.round, total.kind, total.model, calls, usable, prompt, completion, seconds, ledger.total(total, "dollars")
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


def search_view(row: SearchRecord) -> SearchView:
    """A source that was asked, as it is shown."""
    return SearchView(
        round=f"r{row.round}",
        source=row.source,
        status=row.status,
        coverage=quote(row.coverage, "source"),
        detail=quote(row.detail, "source"),
    )
