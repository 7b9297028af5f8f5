"""What a reviewer is shown of a discovery, as values: read once from the records, printed by two templates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from agent.config import RULE_BASED, RunConfig
from agent.discover.design import confounding
from agent.discover.evidence import Evidence, Row
from agent.discover.findings import asked_for
from agent.discover.records import HypothesisRecord, ObjectiveRecord, RefinementRecord, StepRecord
from agent.discover.rows import DISCOVERY, PROFILE, draft_of, steps_of, workflows
from agent.discover.settings import REFINEMENTS, DiscoverSettings
from agent.discover.tables import ALPHA, table_of
from agent.discover.view import HypothesisView, hypothesis_views
from agent.evidence.findings import FindingsLedger
from agent.evidence.ledger import Cited, Stated
from agent.models.rule_based.model import RuleBasedModel
from agent.records import EventRecord
from agent.review.dossier import Protection
from agent.review.quoting import Quoted, quote
from agent.run import Run
from sandboxes.sandbox import Isolation

_NEAR = 0.25
"""q up to which a statistic that passes no cut is still named among what was not shown."""
_MOST_NEAR = 6
_UNCHANGED = ("keep", "answered")
"""What a look at a plan can come to without a change of it."""


@dataclass(frozen=True)
class StepView:
    """A step of the analysis itself."""

    id: str
    tool: str
    parameters: Quoted
    purpose: Quoted
    status: str
    summary: Quoted
    warnings: tuple[Quoted, ...]
    wall: Cited


@dataclass(frozen=True)
class NotShown:
    """A statistic that was looked at and does not hold."""

    entity: Quoted
    table: str
    direction: str
    q: Cited


@dataclass(frozen=True)
class ObjectiveView:
    """An objective with its workflows."""

    id: str
    round: str
    title: Quoted
    question: Quoted
    status: str
    reason: Quoted
    why: Quoted
    builds_on: tuple[str, ...]
    workflows: tuple[tuple[str, Quoted, tuple[StepView, ...]], ...]
    """Id, how it ended, steps."""
    called: Cited
    """Rows that its last workflow's tests call."""
    not_shown: tuple[NotShown, ...]

    @property
    def without_result(self) -> tuple[StepView, ...]:
        """Steps that did not fit the data, or failed."""
        return tuple(step for _, _, steps in self.workflows for step in steps if step.status != "ok")


@dataclass(frozen=True)
class RefinementView:
    """A change of plan."""

    level: str
    subject: str
    action: str
    reason: Quoted


@dataclass(frozen=True)
class Discovery:
    """Everything that is shown of a discovery."""

    config: RunConfig
    ledger: FindingsLedger
    written: datetime
    describes_model: str
    question: Quoted
    files: tuple[Quoted, ...]
    """What was handed in, with what it was called where it came from."""
    ended: Stated | None
    """Why; None while the run has not."""
    hypotheses: tuple[HypothesisView, ...]
    objectives: tuple[ObjectiveView, ...]
    profile: tuple[StepView, ...]
    design: tuple[Quoted, ...]
    """What is to be known of the data before anything is believed: of the sample sheet, the samples, the groups."""
    held_back: bool
    refinements: tuple[RefinementView, ...]
    """Those that changed something."""
    kept: Cited
    """Times that a plan was looked at and kept."""
    refined: dict[str, Cited]
    """Level → how often a plan was looked at."""
    protections: tuple[Protection, ...]
    accepted: Cited
    confirmed: Cited
    """Accepted hypotheses that held-back samples confirm in every claim."""
    written_down: Cited
    """Hypotheses, refused ones among them."""
    tests: Cited
    steps: Cited
    jobs: Cited
    worked: Cited

    def of(self, status: str) -> tuple[HypothesisView, ...]:
        """Hypotheses with a status."""
        return tuple(one for one in self.hypotheses if one.status == status)


def read_discovery(run: Run) -> Discovery:
    """Everything that is shown of a discovery, ended or not."""
    ledger = FindingsLedger(run)
    rows = run.all(StepRecord, StepRecord.id)
    ends = run.all(EventRecord, EventRecord.n, kind="finished")
    settings = run.config.discover
    looks = run.all(RefinementRecord, RefinementRecord.id)
    objectives = run.all(ObjectiveRecord, ObjectiveRecord.round, ObjectiveRecord.id)
    evidence = [Evidence.model_validate(row.evidence) for row in run.all(HypothesisRecord)]
    warnings = dict.fromkeys(text for row in rows for text in _warned(row))
    hypotheses = hypothesis_views(run, ledger)
    return Discovery(
        config=run.config,
        ledger=ledger,
        written=datetime.now(UTC),
        describes_model=RuleBasedModel.describes_itself if run.config.model.name == RULE_BASED else "",
        question=quote(settings.hints.question if settings else "", "harness"),
        files=tuple(quote(text, "program") for text in _files(settings)) if settings else (),
        ended=ledger.event(ends[-1]) if ends else None,
        hypotheses=hypotheses,
        objectives=tuple(_objective(run, ledger, row) for row in objectives),
        profile=tuple(_step(ledger, row) for row in steps_of(run, PROFILE)),
        design=tuple(quote(text, "program") for text in warnings),
        held_back=bool(run.all(StepRecord, workflow_id=PROFILE, variant=DISCOVERY, status="ok")),
        refinements=tuple(_refinement(row) for row in looks if row.action not in _UNCHANGED),
        kept=ledger.counted("plans kept", (row.id for row in looks if row.action in _UNCHANGED)),
        refined={
            level: ledger.counted(f"looks at {level}", (row.id for row in looks if row.level == level))
            for level in REFINEMENTS
        },
        protections=_protections(ledger, rows),
        accepted=ledger.count(HypothesisRecord, status="accepted"),
        confirmed=ledger.counted(
            "accepted hypotheses that held-back samples confirm", (one.id for one in hypotheses if _confirmed(one))
        ),
        written_down=ledger.count(HypothesisRecord),
        tests=ledger.tests(evidence),
        steps=ledger.counted("steps of the analysis", (row.id for row in rows if not row.variant)),
        jobs=ledger.counted("jobs", (row.job for row in rows if row.job)),
        worked=ledger.seconds_worked(),
    )


def _files(settings: DiscoverSettings) -> Iterator[str]:
    for name, kept in settings.files.items():
        given = settings.given.get(name)
        yield f"{name}: {given.name}, SHA-256 {given.sha256}" if given else kept


def _confirmed(one: HypothesisView) -> bool:
    if one.status != "accepted" or one.confirmed is None:
        return False
    return one.confirmed.value == len(one.claims)


def _warned(row: StepRecord) -> list[str]:
    told_of_all = row.tool == "check_design" or (row.workflow_id == PROFILE and not row.variant)
    found = [str(text) for text in row.warnings] if told_of_all else []
    if row.tool == "check_design" and row.status == "ok":
        found += confounding(str(row.parameters["group"]), row.facts).notes
    return found


def _objective(run: Run, ledger: FindingsLedger, row: ObjectiveRecord) -> ObjectiveView:
    draft = draft_of(row)
    ran = workflows(run, row.id)
    last = steps_of(run, ran[-1].id) if ran else []
    called = [f"{one.id}/{name}/{entity}" for one, name, entity in _called(run, last)]
    return ObjectiveView(
        id=row.id,
        round=f"r{row.round}",
        title=quote(draft.title, "model"),
        question=quote(draft.question, "model"),
        status=row.status,
        reason=quote(row.reason, "program"),
        why=quote(draft.why, "model"),
        builds_on=draft.builds_on,
        workflows=tuple(
            (one.id, quote(one.reason, "program"), tuple(_step(ledger, step) for step in steps_of(run, one.id)))
            for one in ran
        ),
        called=ledger.counted(f"rows that tests of {row.id} call", called),
        not_shown=tuple(_not_shown(run, ledger, last, asked_for(run, draft))),
    )


def _called(run: Run, steps: Sequence[StepRecord]) -> Iterator[tuple[StepRecord, str, str]]:
    for step in steps:
        for name in step.tests if step.status == "ok" else ():
            table = table_of(run, step.tables[name])
            yield from ((step, name, row) for row in table.rows if table.called(row))


def _not_shown(run: Run, ledger: FindingsLedger, steps: Sequence[StepRecord], asked: str) -> Iterator[NotShown]:
    """What was asked for by name or came near, and passes no cut."""
    for step in steps:
        for name in step.tests if step.status == "ok" else ():
            table = table_of(run, step.tables[name])
            near = (row for row in table.best() if ALPHA <= (table.number(row, "q") or 0.0) <= _NEAR)
            for row in dict.fromkeys((*table.named_in(asked), *islice(near, _MOST_NEAR))):
                q = None if table.called(row) else ledger.statistic(Row(step=step.id, table=name, row=row), "q")
                if q is not None:
                    entity = quote(next(iter(table.names(row)), row), "program")
                    yield NotShown(entity, name, table.direction(row), q)


def _step(ledger: FindingsLedger, row: StepRecord) -> StepView:
    given = ", ".join(f"{name}={value}" for name, value in row.parameters.items() if value not in (None, "", []))
    return StepView(
        id=row.id,
        tool=row.tool,
        parameters=quote(given, "model"),
        purpose=quote(row.purpose, "model"),
        status=row.status,
        summary=quote(row.summary or row.reason, "program"),
        warnings=tuple(quote(str(text), "program") for text in row.warnings),
        wall=ledger.seconds(row),
    )


def _refinement(row: RefinementRecord) -> RefinementView:
    return RefinementView(row.level, row.subject, row.action, quote(row.reason, "model"))


def _protections(ledger: FindingsLedger, rows: Sequence[StepRecord]) -> tuple[Protection, ...]:
    jobs: dict[Isolation, list[str]] = {}
    for row in rows:
        if row.isolation is not None:
            jobs.setdefault(Isolation.model_validate(row.isolation), []).append(row.job)
    # Servers run beside the sandbox: two protections may be of one backend.
    return tuple(
        Protection(one, ledger.counted(f"jobs in {one.backend}, protection {number}", ids))
        for number, (one, ids) in enumerate(jobs.items(), start=1)
    )
