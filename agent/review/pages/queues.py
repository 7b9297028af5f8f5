"""What the pages of the review queue show, as values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from agent.evidence.ledger import Cited, Ledger, Stated
from agent.records import IdeaRecord, QuestionRecord, ReviewItemRecord, VerdictRecord
from agent.review import queue
from agent.review.asking import read_answer
from agent.review.kinds import KINDS
from agent.review.pages.overview import RunHead, head_of
from agent.review.pages.paging import Pager
from agent.review.queue import Review, ReviewItem
from agent.review.quoting import Quoted, quote, quote_block
from agent.review.reading import task_of
from agent.review.verdicts import Edit, Rerun
from agent.run import Run

ITEMS_A_PAGE = 40
STATES = ("waiting", "decided", "passed")
_TEXT = 2_000
_SAID = {"accept": "accepted", "reject": "rejected", "edit": "edited", "rerun": "asked for a rerun"}


@dataclass(frozen=True)
class Said:
    """A verdict that somebody gave."""

    who: Quoted
    at: datetime
    what: str
    reason: Quoted
    details: Quoted
    """What was changed, or is to be run."""
    counts: bool


@dataclass(frozen=True)
class Asked:
    """A question about an item, with its answer."""

    who: Quoted
    question: Quoted
    answer: Quoted
    cited: tuple[Cited, ...]
    """The numbers of the ledger that it holds."""


@dataclass(frozen=True)
class ItemView:
    """An item of the queue."""

    id: str
    subject: str
    kind: str
    title: Quoted
    about: Quoted
    """What the idea changes."""
    found: Stated | Quoted | None
    """Of a result, what may be said of it."""
    state: str
    version: str
    """For the form: the verdict is on what was shown here."""
    opened: datetime
    verdict: str
    """In the past tense; empty while there is none."""
    judge: str
    actions: frozenset[str]
    said: tuple[Said, ...]
    shown_in: str
    """The kind of page that tells all of its subject: `ideas` or `hypotheses`."""
    asked: tuple[Asked, ...] = ()
    why_no_rerun: str = ""
    """Why a result cannot be measured again; empty where it can, and of all else."""
    fields: Mapping[str, str] | None = None
    """The texts that can be edited. Raw: they go into the form's fields and nowhere else."""


@dataclass(frozen=True)
class QueuePage:
    """A page of the queue."""

    head: RunHead
    ledger: Ledger
    items: tuple[ItemView, ...]
    pager: Pager
    kinds: tuple[str, ...]
    states: tuple[str, ...]
    total: Cited


@dataclass(frozen=True)
class ItemPage:
    """One item with everything that can be said of it."""

    head: RunHead
    ledger: Ledger
    item: ItemView


def item_views(run: Run, ledger: Ledger, items: Sequence[ReviewItem]) -> tuple[ItemView, ...]:
    """Items with what was said of them."""
    about = _about(run, {one.subject for one in items})
    said = queue.reviews_by_item(run, [one.id for one in items])
    found = _found(run, ledger, {one.subject for one in items if one.kind == "result"})
    views = (_item_view(one, about.get(one.subject, ""), said.get(one.id, ())) for one in items)
    return tuple(replace(one, found=found.get(one.subject)) if one.kind == "result" else one for one in views)


def _item_view(item: ReviewItem, about: str, said: Iterable[Review]) -> ItemView:
    return ItemView(
        id=item.id,
        subject=item.subject,
        kind=item.kind,
        title=quote(item.title, "model", 160),
        about=quote(about, "model", _TEXT),
        found=None,
        state=item.state,
        version=str(item.version),
        opened=item.opened,
        verdict=_SAID.get(item.verdict, ""),
        judge=item.is_of.judge,
        # What the run has left behind can still be judged, for the next rounds to know, and no longer changed.
        actions=frozenset(one for one in item.is_of.actions if item.state != "passed" or one in {"accept", "reject"}),
        said=tuple(_said(one) for one in said),
        shown_in="hypotheses" if item.kind == "hypothesis" else "ideas",
    )


def queue_page(run: Run, name: str, *, kind: str, state: str, page: int) -> QueuePage:
    """A page of the queue.

    Args:
        run: the run.
        name: of its folder.
        kind: that items must be of; empty for all.
        state: that items must have; empty for all.
        page: from 1.
    """
    task = task_of(run)
    ledger = Ledger(run, task.metric if task else None, [])
    equal = {key: value for key, value in (("kind", kind), ("state", state)) if value}
    total = ledger.count(ReviewItemRecord, **equal)
    pager = Pager.over(int(total.value), page, ITEMS_A_PAGE)
    found = queue.items(run, start=pager.start, most=ITEMS_A_PAGE, **equal)
    return QueuePage(
        head=head_of(run, name, ledger, task),
        ledger=ledger,
        items=item_views(run, ledger, found),
        pager=pager,
        kinds=tuple(KINDS),
        states=STATES,
        total=total,
    )


def item_page(run: Run, name: str, id_: str) -> ItemPage:
    """An item.

    Raises:
        UserMustAct: the run has no such item.
    """
    task = task_of(run)
    ledger = Ledger(run, task.metric if task else None, [])
    item = queue.item(run, id_)
    (view,) = item_views(run, ledger, [item])
    asked = tuple(_asked(one) for one in queue.questions(run, id_))
    fields = item.is_of.fields(run, item.subject) if "edit" in view.actions else None
    view = replace(view, asked=asked, fields=fields, why_no_rerun=_why_no_rerun(run, item))
    return ItemPage(head_of(run, name, ledger, task), ledger, view)


def _why_no_rerun(run: Run, item: ReviewItem) -> str:
    """A second look is another chance to be right by luck: it needs a share of the error rate that was kept for it."""
    if "rerun" not in item.is_of.actions or item.state != "passed":
        return ""
    if item.is_of.gate not in run.config.review.gates:
        return f"The run was not started with --review {item.is_of.gate}, so none of its error rate is kept for reruns."
    return "The run has gone on: later ideas and verdicts rest on this result as it is. A new run can name other seeds."


def _about(run: Run, subjects: Collection[str]) -> dict[str, str]:
    """What ideas change, by id."""
    found = select(IdeaRecord.id, IdeaRecord.draft["summary"].as_string()).where(IdeaRecord.id.in_(subjects))
    with run.session() as session:
        return dict(session.execute(found).all())


def _found(run: Run, ledger: Ledger, ideas: Collection[str]) -> dict[str, Stated | Quoted]:
    rows = run.query(select(VerdictRecord).where(VerdictRecord.idea_id.in_(ideas), VerdictRecord.split == "validation"))
    return {row.idea_id: ledger.reason(row) or quote(row.reason, "program") for row in rows}


def _said(review: Review) -> Said:
    verdict, details = review.verdict, ""
    if isinstance(verdict, Edit):
        details = "\n\n".join(f"{name}:\n{text}" for name, text in verdict.changes.items())
    if isinstance(verdict, Rerun):
        details = f"seeds {', '.join(map(str, verdict.seeds))}"
    return Said(
        who=quote(review.who, "person", 80),
        at=review.at,
        what=_SAID[verdict.action],
        reason=quote(verdict.reason, "person", _TEXT),
        details=quote_block(details, "person", _TEXT),
        counts=review.counts,
    )


def _asked(row: QuestionRecord) -> Asked:
    answered = read_answer(row)
    return Asked(
        who=quote(row.who, "person", 80),
        question=quote(row.question, "person", _TEXT),
        answer=quote_block(answered.answer, "model"),
        cited=answered.cited,
    )
