"""What the pages of one idea, of one attempt and of several ideas side by side show, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from agent.evidence.ledger import Cited, Ledger
from agent.history import draft_of, failures
from agent.records import AttemptRecord, IdeaRecord, PaperRecord
from agent.review import queue
from agent.review.dossier import IdeaDetail, IdeaView, UsageView
from agent.review.pages.geometry import Scale, Strip
from agent.review.pages.overview import PROPOSED, RunHead, best_row, head_of, idea_rows, scale_of, strip_of
from agent.review.pages.queues import ItemView, item_views
from agent.review.pages.shelf import NoSuchThing
from agent.review.quoting import Quoted, quote, quote_block
from agent.review.reading import asked_about, task_of
from agent.review.reading_ideas import IdeaReader
from agent.run import Run
from workspaces.workspace import Workspace

MOST_COMPARED = 4
_LOG = 12_000
_DIFF = 20_000


@dataclass(frozen=True)
class SeedLine:
    """Candidate and baseline with one seed, on the scale of this idea's measurements. Places are percents."""

    split: str
    seed: str
    baseline: str
    candidate: str


@dataclass(frozen=True)
class IdeaPage:
    """An idea."""

    head: RunHead
    ledger: Ledger
    detail: IdeaDetail
    strip: Strip | None
    smallest: Cited | None
    seeds: tuple[SeedLine, ...]
    now: Quoted
    components: tuple[Quoted, ...]
    builds_on: tuple[str, ...]
    """Ids of ideas that it takes over, as far as the run has them."""
    time_run: Cited
    attempts: Cited
    asked: UsageView | None
    """What models were asked about it; None when nothing was."""
    rival: str
    """The run's best idea, where this is another."""
    before: str
    """The ideas beside it, in the order in which they were proposed; empty at the ends."""
    after: str
    items: tuple[ItemView, ...]

    @property
    def idea(self) -> IdeaView:
        """Its line of a table."""
        return self.detail.idea


@dataclass(frozen=True)
class AttemptPage:
    """A version of an idea's code: why it failed, what it printed, what it changed."""

    head: RunHead
    ledger: Ledger
    id: str
    idea: str
    status: str
    note: Quoted
    summary: Quoted
    wall: Cited | None
    commit: str
    traceback: Quoted
    structure: Quoted
    hints: tuple[Quoted, ...]
    log: Quoted
    diff: Quoted
    """Against the version before it."""


@dataclass(frozen=True)
class Column:
    """An idea beside others."""

    detail: IdeaDetail
    strip: Strip | None
    time_run: Cited


@dataclass(frozen=True)
class ComparePage:
    """Up to four ideas side by side."""

    head: RunHead
    ledger: Ledger
    columns: tuple[Column, ...]

    @property
    def width(self) -> str:
        """How many columns there are."""
        return str(len(self.columns))

    @property
    def room(self) -> bool:
        """Whether another idea can stand beside them."""
        return len(self.columns) < MOST_COMPARED


def idea_page(run: Run, name: str, idea: str) -> IdeaPage:
    """An idea with all that is known of it.

    Raises:
        NoSuchThing: the run has no such idea.
    """
    row, (before, after) = _row(run, idea), _beside(run, idea)
    ledger, reader, head = _opened(run, name, [row])
    (view,) = reader.ideas([row])
    smallest = ledger.smallest_difference()
    scale = scale_of(run, smallest)
    (line,) = idea_rows(run, [view], scale, smallest)
    draft = draft_of(row)
    detail = reader.detail(view)
    return IdeaPage(
        head=head,
        ledger=ledger,
        detail=detail,
        strip=line.strip,
        smallest=smallest,
        seeds=_seed_lines(detail),
        now=line.now,
        components=tuple(quote(one, "model", 80) for one in draft.components[:20]),
        builds_on=_known(run, draft.builds_on),
        time_run=ledger.seconds_run(idea),
        attempts=ledger.counted(f"attempts of {idea}", (one.id for one in detail.attempts)),
        asked=asked_about(run, ledger, idea),
        rival=best.id if (best := best_row(run)) and best.id != idea else "",
        before=before,
        after=after,
        items=item_views(run, ledger, queue.items(run, subject=idea)),
    )


def attempt_page(run: Run, name: str, attempt: str) -> AttemptPage:
    """An attempt.

    Raises:
        NoSuchThing: the run has no such attempt.
    """
    row = run.get(AttemptRecord, attempt)
    if row is None:
        raise NoSuchThing(f"The run {name} has no attempt {attempt}.")
    ledger, _, head = _opened(run, name, [_row(run, row.idea_id)])
    failure = failures(run, row.idea_id, upto=row.number)[-1] if row.failure else None
    return AttemptPage(
        head=head,
        ledger=ledger,
        id=row.id,
        idea=row.idea_id,
        status=row.status,
        note=quote(row.note, "model"),
        summary=quote(row.summary, "program"),
        wall=ledger.wall(row),
        commit=row.commit,
        traceback=quote_block(failure.traceback if failure else "", "program"),
        structure=quote_block(failure.structure if failure else "", "program"),
        hints=tuple(quote(note, "harness") for note in failure.notes) if failure else (),
        log=quote_block(run.artefacts.read_text(row.log) if row.log else "", "program", _LOG),
        diff=_step(run, row),
    )


def compare_page(run: Run, name: str, ideas: Sequence[str]) -> ComparePage:
    """Ideas side by side, in the order asked for; what is more than four is left out.

    Raises:
        NoSuchThing: the run lacks one of them.
    """
    rows = [_row(run, idea) for idea in dict.fromkeys(ideas)][:MOST_COMPARED]
    ledger, reader, head = _opened(run, name, rows)
    smallest = ledger.smallest_difference()
    scale = scale_of(run, smallest)
    columns = tuple(
        Column(reader.detail(view), strip_of(view, scale, smallest), ledger.seconds_run(view.id))
        for view in reader.ideas(rows)
    )
    return ComparePage(head, ledger, columns)


def _opened(run: Run, name: str, rows: Sequence[IdeaRecord]) -> tuple[Ledger, IdeaReader, RunHead]:
    task, ids = task_of(run), [row.id for row in rows]
    ledger = Ledger(run, task.metric if task else None, ids)
    return ledger, IdeaReader(run, ledger, _cited(run, rows), ids), head_of(run, name, ledger, task)


def _row(run: Run, idea: str) -> IdeaRecord:
    row = run.get(IdeaRecord, idea)
    if row is None:
        raise NoSuchThing(f"The run has no idea {idea}.")
    return row


def _cited(run: Run, rows: Sequence[IdeaRecord]) -> Sequence[PaperRecord]:
    """The papers that ideas cite: rows of the idea's round or an earlier one, named by round and paper."""
    cited = {(row.round, cite.paper) for row in rows for cite in draft_of(row).cites}
    ids = {f"r{round_}/{paper}" for last, paper in cited for round_ in range(1, last + 1)}
    return run.query(select(PaperRecord).where(PaperRecord.id.in_(ids)))


def _known(run: Run, ideas: Sequence[str]) -> tuple[str, ...]:
    return tuple(run.query(select(IdeaRecord.id).where(IdeaRecord.id.in_(ideas)))) if ideas else ()


def _beside(run: Run, idea: str) -> tuple[str, str]:
    earlier, later = (beside(IdeaRecord.id, 1, "").over(order_by=PROPOSED) for beside in (func.lag, func.lead))
    ideas = select(IdeaRecord.id, earlier.label("before"), later.label("after")).subquery()
    with run.session() as session:
        before, after = session.execute(select(ideas.c.before, ideas.c.after).where(ideas.c.id == idea)).one()
    return before, after


def _seed_lines(detail: IdeaDetail) -> tuple[SeedLine, ...]:
    pairs = [
        (one, one.candidate, one.baseline)
        for one in detail.seeds
        if isinstance(one.candidate, Cited) and one.baseline is not None
    ]
    values = [float(number.value) for _, *both in pairs for number in both]
    if not values:
        return ()
    margin = 0.08 * (max(values) - min(values)) or 1e-6
    scale = Scale(min(values) - margin, max(values) + margin)
    return tuple(
        SeedLine(one.split, one.seed, f"{scale.at(baseline.value, 100):.1f}", f"{scale.at(candidate.value, 100):.1f}")
        for one, candidate, baseline in pairs
    )


def _step(run: Run, row: AttemptRecord) -> Quoted:
    if row.status == "not written":
        return quote_block("", "model")
    workspace = Workspace.open(run.folder / "workspace")
    earlier = run.all(AttemptRecord, idea_id=row.idea_id, number=row.number - 1)
    before = earlier[0].commit if earlier else workspace.baseline
    return quote_block(workspace.diff(before, row.commit), "model", _DIFF)
