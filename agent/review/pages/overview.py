"""What the pages of all runs and of one run show, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, defer

from agent.config import RunConfig
from agent.discover.records import HypothesisRecord, ObjectiveRecord
from agent.display import doing
from agent.evidence.ledger import Cited, Ledger
from agent.records import CallRow, EventRecord, IdeaRecord, Record, ReviewItemRecord, VerdictRecord
from agent.review.dossier import Counts, IdeaView, Progress, Spent
from agent.review.pages.geometry import Chart, Interval, Judgement, Scale, Strip, chart, strip
from agent.review.pages.journal import EventLine, events
from agent.review.pages.paging import Pager
from agent.review.quoting import Quoted, quote
from agent.review.reading import counts, spent, task_of
from agent.review.reading_ideas import IdeaReader
from agent.run import Run
from agent.show import state_of
from workspaces.task import Task

IDEAS_A_PAGE = 40
_NEWEST_EVENTS = 12


@dataclass(frozen=True)
class RunHead:
    """What every page of a run says at its top."""

    name: str
    config: RunConfig
    task: Task | None
    state: str
    waiting: Cited
    """Items that the run waits for a verdict on."""
    decided: Cited
    """Items with a verdict that the run has not taken up yet."""

    @property
    def discovers(self) -> bool:
        """Whether it looks for hypotheses in data, and not for a better metric."""
        return self.config.discover is not None

    @property
    def question(self) -> str:
        """What it was started for."""
        if self.config.discover is not None:
            return self.config.discover.hints.question or f"Discovery in {self.config.task}"
        return self.task.question if self.task else f"The task {self.config.task} is not where it was."

    @property
    def metric(self) -> str:
        """The metric's name."""
        return self.task.metric.name if self.task else "the metric"

    @property
    def unit(self) -> str:
        """The metric's unit with a space before it; empty when it has none."""
        return f" {self.task.metric.unit}" if self.task and self.task.metric.unit else ""


@dataclass(frozen=True)
class RunLine:
    """A run in the list of runs."""

    head: RunHead
    round: Cited
    rounds: Cited
    judged: Cited
    """Ideas; of a discovery, hypotheses."""
    improved: Cited
    """Of them those that improved, or are accepted."""
    best: IdeaView | None


@dataclass(frozen=True)
class IdeaRow:
    """An idea in a list: with its interval, or with what it is doing now."""

    idea: IdeaView
    strip: Strip | None
    now: Quoted
    """Empty once it is judged."""


@dataclass(frozen=True)
class RunPage:
    """A run as it stands."""

    head: RunHead
    ledger: Ledger
    counts: Counts
    spent: Spent
    round: Cited
    calls: Cited
    progress: Progress
    best: IdeaView | None
    chart: Chart | None
    smallest: Cited | None
    ideas: tuple[IdeaRow, ...]
    pager: Pager
    outcomes: tuple[str, ...]
    """What ideas can be filtered by."""
    events: tuple[EventLine, ...]

    @property
    def metric(self) -> str:
        """As the head has it: the sentences of the report are of a run."""
        return self.head.metric

    @property
    def unit(self) -> str:
        """As the head has it."""
        return self.head.unit

    @property
    def rounds(self) -> tuple[tuple[str, tuple[IdeaRow, ...]], ...]:
        """The shown ideas by round, as they are ordered."""
        names = dict.fromkeys(row.idea.round for row in self.ideas)
        return tuple((name, tuple(row for row in self.ideas if row.idea.round == name)) for name in names)


OUTCOMES = ("improved", "inconclusive", "same", "worse", "failed", "dropped", "rejected", "not tried")


def head_of(run: Run, name: str, ledger: Ledger, task: Task | None) -> RunHead:
    """The top of a run's pages."""
    waiting = ledger.count(ReviewItemRecord, state="waiting")
    state = state_of(run)
    state = "waiting" if waiting.value and state == "stopped" else state
    return RunHead(name, run.config, task, state, waiting, ledger.count(ReviewItemRecord, state="decided"))


def run_line(run: Run, name: str) -> RunLine:
    """A run's line in the list of runs."""
    task = task_of(run)
    best = best_row(run)
    ledger = Ledger(run, task.metric if task else None, [best.id] if best else [])
    reader = IdeaReader(run, ledger, (), [best.id] if best else [])
    head = head_of(run, name, ledger, task)
    found: tuple[type[Record], dict[str, str]] = (VerdictRecord, {"split": "validation"})
    good = {"verdict": "improved"}
    if head.discovers:
        found, good = (HypothesisRecord, {}), {"status": "accepted"}
    return RunLine(
        head=head,
        round=_round(run, ledger, ObjectiveRecord.round if head.discovers else IdeaRecord.round),
        rounds=ledger.setting("budget.rounds"),
        judged=ledger.count(found[0], **found[1]),
        improved=ledger.count(found[0], **found[1], **good),
        best=reader.ideas([best])[0] if best else None,
    )


def run_page(run: Run, name: str, *, show: str, by: str, page: int) -> RunPage:
    """A run with one page of its ideas.

    Args:
        run: the run.
        name: of its folder.
        show: an outcome that ideas must have; empty for all.
        by: `difference` puts the best first; anything else the newest round.
        page: from 1.
    """
    task = task_of(run)
    chosen = _ideas(show)
    pager = Pager.over(run.query(chosen.with_only_columns(func.count()))[0], page, IDEAS_A_PAGE)
    rows = run.query(_ordered(chosen, by).options(_AS_LINES).offset(pager.start).limit(IDEAS_A_PAGE))
    best = best_row(run)
    wanted = {row.id for row in [*rows, *([best] if best else [])]}
    ledger = Ledger(run, task.metric if task else None, wanted)
    reader = IdeaReader(run, ledger, (), wanted)
    judged = judgements(run)
    smallest = ledger.smallest_difference()
    scale = scale_of(run, smallest)
    return RunPage(
        head=head_of(run, name, ledger, task),
        ledger=ledger,
        counts=counts(run, ledger),
        spent=spent(run, ledger, task),
        round=_round(run, ledger, IdeaRecord.round),
        calls=ledger.count(CallRow),
        progress=_progress(run, ledger),
        best=reader.ideas([best])[0] if best else None,
        chart=chart(judged, scale, _value(smallest)) if any(one.found for one in judged) else None,
        smallest=smallest,
        ideas=idea_rows(run, reader.ideas(rows), scale, smallest),
        pager=pager,
        outcomes=OUTCOMES,
        events=events(run, _NEWEST_EVENTS)[0],
    )


def judgements(run: Run) -> list[Judgement]:
    """What was found of each idea on validation, in the order in which the ideas were proposed."""
    judged = select(IdeaRecord.id, IdeaRecord.round, VerdictRecord.verdict, _LOW, _DIFFERENCE, _HIGH)
    judged = judged.join(VerdictRecord, _JUDGED).order_by(*PROPOSED)
    with run.session() as session:  # columns, not rows: a run has thousands
        return [
            Judgement(idea, round_, verdict, None if low is None else Interval(low, middle, high))
            for idea, round_, verdict, low, middle, high in session.execute(judged)
        ]


def scale_of(run: Run, smallest: Cited | None) -> Scale:
    """The one scale that all intervals of a run are drawn on."""
    ends = select(func.min(_LOW), func.max(_HIGH)).where(VerdictRecord.split == "validation")
    with run.session() as session:
        worst, best = session.execute(ends).one()
    found = [] if best is None else [Interval(worst, 0.0, best)]
    return Scale.over(found, _value(smallest) or 1e-6)


def idea_rows(run: Run, ideas: Sequence[IdeaView], scale: Scale, smallest: Cited | None) -> tuple[IdeaRow, ...]:
    """Ideas as lines of a table."""
    now = _now(run, [idea.id for idea in ideas if idea.validation is None and idea.decision in _GOING_ON])
    return tuple(IdeaRow(idea, strip_of(idea, scale, smallest), now.get(idea.id, _NOTHING)) for idea in ideas)


def strip_of(idea: IdeaView, scale: Scale, smallest: Cited | None) -> Strip | None:
    """An idea's interval on validation."""
    numbers = idea.validation.numbers if idea.validation else None
    if numbers is None:
        return None
    found = Interval(numbers.low.value, numbers.difference.value, numbers.high.value)
    return strip(scale, found, _value(smallest))


def version_of(run: Run) -> str:
    """Changes whenever a page of this run would look different."""
    newest = run.query(select(func.max(EventRecord.n)))[0]
    reviewed = run.query(select(func.sum(ReviewItemRecord.version)))[0]
    return f"{newest or 0}-{reviewed or 0}-{state_of(run)}"


PROPOSED = (IdeaRecord.round, func.length(IdeaRecord.id), IdeaRecord.id)
"""The order in which ideas were proposed."""
_AS_LINES = defer(IdeaRecord.nearest, raiseload=True)
"""Without the papers that are near an idea: whole records, which no list shows."""
_JUDGED = and_(VerdictRecord.idea_id == IdeaRecord.id, VerdictRecord.split == "validation")
_LOW, _DIFFERENCE, _HIGH = (VerdictRecord.comparison[name].as_float() for name in ("low", "difference", "high"))
_NOTHING = quote("", "harness")
_LEFT = ("dropped", "rejected", "not tried")
_GOING_ON = ("proposed", "accepted")


def _ideas(show: str) -> Select[IdeaRecord]:
    found = select(IdeaRecord).outerjoin(VerdictRecord, _JUDGED)
    if show in _LEFT:
        return found.where(IdeaRecord.decision == show)
    return found.where(VerdictRecord.verdict == show) if show else found


def _ordered(found: Select[IdeaRecord], by: str) -> Select[IdeaRecord]:
    if by == "difference":
        return found.order_by(_DIFFERENCE.desc().nulls_last(), *PROPOSED)
    return found.order_by(IdeaRecord.round.desc(), *PROPOSED[1:])


def best_row(run: Run) -> IdeaRecord | None:
    """The improved idea with the largest difference on validation."""
    best = _ideas("improved").order_by(_DIFFERENCE.desc(), IdeaRecord.id).limit(1)
    return next(iter(run.query(best.options(_AS_LINES))), None)


def _round(run: Run, ledger: Ledger, of: InstrumentedAttribute[int]) -> Cited:
    return ledger.counted("rounds begun", map(str, run.query(select(of).distinct())))


def _progress(run: Run, ledger: Ledger) -> Progress:
    ends = run.all(EventRecord, EventRecord.n, kind="finished")
    return Progress(finished=bool(ends), ending=ledger.event(ends[-1]) if ends else None, missing=())


def _now(run: Run, ideas: Sequence[str]) -> dict[str, Quoted]:
    """What ideas are doing, by their last events."""
    last = select(func.max(EventRecord.n)).where(EventRecord.subject.in_(ideas)).group_by(EventRecord.subject)
    rows = run.query(select(EventRecord).where(EventRecord.n.in_(last)))
    return {row.subject: quote(doing(row), "program") for row in rows}


def _value(number: Cited | None) -> float:
    return float(number.value) if number else 0.0
