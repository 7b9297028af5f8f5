"""The review queue: what a person may judge, what was said of it, and what the run has taken up.

People and the run's process meet in `run.db` only. People add verdicts (`submit`); only the run's own process opens
items (`offer`, `reopen`) and takes verdicts up (`take`), and only it changes what is judged. A verdict says which
version of the item its author looked at. When the item has changed since, because somebody else was faster or the run
has gone on, the words are kept, they do not count, and the author is told (`StaleItem`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict
from sqlalchemy import CursorResult, Update, case, func, select, update
from sqlalchemy.orm import Session

from agent.errors import StaleItem, UserMustAct, VerdictRefused
from agent.records import QuestionRecord, ReviewItemRecord, ReviewRecord
from agent.review.kinds import KINDS, Kind
from agent.review.verdicts import Action, Edit, Verdict
from agent.run import Run

THE_RUN = "echolocate"
"""Who gives the verdicts that nobody gave in time. They are no person's."""

ItemState = Literal["waiting", "decided", "passed"]


class ReviewItem(BaseModel):
    """Something that a person may judge."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    id: str
    """`<subject>/<kind>`, such as `r1-2/idea`."""
    kind: str
    subject: str
    round: int
    title: str
    """Untrusted text."""
    state: ItemState
    """`waiting`: the run waits for a verdict; `decided`: it has one and has not gone on yet; `passed`: it has."""
    version: int
    opened: datetime
    verdict: Literal["", Action]
    """The newest that counts."""
    taken: int | None
    """Number of the review that the run went on with."""

    @property
    def is_of(self) -> Kind:
        """Its line in the table of kinds."""
        return KINDS[self.kind]


class Review(BaseModel):
    """A verdict with who gave it and when."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    n: int
    item_id: str
    version: int
    counts: bool
    """False: it came too late, and is kept for what it says."""
    verdict: Verdict
    who: str
    at: datetime

    @property
    def by_person(self) -> bool:
        """Whether somebody gave it."""
        return self.who != THE_RUN


def is_due(run: Run, kind: str, subject: str) -> bool:
    """Whether the run must not go on with a subject before it took up a verdict on it."""
    row = run.get(ReviewItemRecord, item_id(kind, subject))
    return row is not None and row.state != "passed"


def item_id(kind: str, subject: str) -> str:
    """The id of the item of a kind about a subject."""
    return f"{subject}/{kind}"


# -- for everybody -------------------------------------------------------------------------------------------------


def items(run: Run, *, start: int = 0, most: int | None = None, **equal: str | int) -> tuple[ReviewItem, ...]:
    """Items in the order in which they were opened.

    Args:
        run: whose items.
        start: how many to leave out at the beginning.
        most: how many to give at most; None for all.
        equal: columns and the values that they must have, such as `kind="idea"`, `state="waiting"`, `round=1`,
            `verdict=""`.
    """
    order = (ReviewItemRecord.opened, ReviewItemRecord.id)
    found = select(ReviewItemRecord).filter_by(**equal).order_by(*order).offset(start).limit(most)
    with run.session() as session:
        return tuple(_item(row) for row in session.scalars(found))


def pending(run: Run) -> tuple[ReviewItem, ...]:
    """What the run waits for, in the order in which it was opened."""
    return items(run, state="waiting")


def item(run: Run, id_: str) -> ReviewItem:
    """One item.

    Raises:
        UserMustAct: the run has no such item.
    """
    row = run.get(ReviewItemRecord, id_)
    if row is None:
        raise UserMustAct(f"{run.config.id}: no item {id_} to review; `echolocate review list` names them")
    return _item(row)


def reviews(run: Run, id_: str | None = None) -> tuple[Review, ...]:
    """What was said of an item, or of all, oldest first; words that came too late are among it."""
    found = select(ReviewRecord).order_by(ReviewRecord.n)
    if id_ is not None:
        found = found.where(ReviewRecord.item_id == id_)
    with run.session() as session:
        return tuple(_review(row) for row in session.scalars(found))


def reviews_by_item(run: Run, ids: Collection[str]) -> dict[str, list[Review]]:
    """What was said of each of these items, oldest first; an item that nobody spoke of is not there."""
    found: dict[str, list[Review]] = {}
    for row in run.query(select(ReviewRecord).where(ReviewRecord.item_id.in_(ids)).order_by(ReviewRecord.n)):
        found.setdefault(row.item_id, []).append(_review(row))
    return found


def review(run: Run, n: int) -> Review:
    """The review of this number, which must be there."""
    with run.session() as session:
        return _review(session.get_one(ReviewRecord, n))


def questions(run: Run, id_: str) -> Sequence[QuestionRecord]:
    """What was asked about an item, oldest first, with the answers."""
    return run.all(QuestionRecord, QuestionRecord.n, item_id=id_)


def submit(run: Run, id_: str, version: int, verdict: Verdict, who: str) -> ReviewItem:
    """Give a verdict on an item as it was at a version; returns the item as it is now.

    While the run waits for the item, the verdict decides what the run does with it, and a later one may still replace
    it. Once the item has passed, a verdict is what the next rounds are told.

    Raises:
        UserMustAct: no such item.
        VerdictRefused: this verdict cannot be given on this item. Nothing is kept.
        StaleItem: the item changed since that version. The verdict is kept, and does not count.
    """
    _check(run, item(run, id_), verdict)
    counts = (
        update(ReviewItemRecord)
        .where(ReviewItemRecord.id == id_, ReviewItemRecord.version == version)
        .values(
            version=version + 1,
            verdict=verdict.action,
            state=case((ReviewItemRecord.state == "waiting", "decided"), else_=ReviewItemRecord.state),
        )
    )
    if verdict.action in _CHANGING:
        counts = counts.where(ReviewItemRecord.state != "passed")
    with run.session() as session:
        # The update comes first: it takes SQLite's one write lock, so that of two reviewers exactly one is first.
        current = _changed(session, counts)
        row = _row(id_, version, verdict, who, counts=current)
        if not current and session.get_one(ReviewItemRecord, id_).version == version:
            raise VerdictRefused(f"{id_}: the run has gone on; it can be accepted or rejected, for the rounds to come")
        session.add(row)
    if not current:
        raise StaleItem(_what_happened(run, id_, version))
    return item(run, id_)


# -- for the run's own process -------------------------------------------------------------------------------------


def offer(run: Run, kind: str, subject: str, round_: int, title: str) -> ReviewItem:
    """Open an item, unless it is there: waiting where the run waits for its kind, else passed."""
    id_ = item_id(kind, subject)
    if run.get(ReviewItemRecord, id_) is None:
        row = ReviewItemRecord(id=id_, kind=kind, subject=subject, round=round_, title=title, opened=_now())
        row.state = "waiting" if KINDS[kind].gate in run.config.review.gates else "passed"
        run.save(row)
    return item(run, id_)


def take(run: Run, id_: str) -> Review | None:
    """The verdict that the run goes on with; None while there is none. Once taken it stands, however often asked."""
    newest = select(func.max(ReviewRecord.n)).where(ReviewRecord.item_id == id_, ReviewRecord.counts).scalar_subquery()
    with run.session() as session:
        session.execute(
            update(ReviewItemRecord)
            .where(ReviewItemRecord.id == id_, ReviewItemRecord.state == "decided")
            .values(version=ReviewItemRecord.version + 1, state="passed", taken=newest)
        )
        taken = session.get_one(ReviewItemRecord, id_).taken
        return None if taken is None else _review(session.get_one(ReviewRecord, taken))


def reopen(run: Run, id_: str, taken: int) -> None:
    """Let the run wait for an item again, after it did what the review `taken` asked for."""
    with run.session() as session:
        session.execute(
            update(ReviewItemRecord)
            .where(ReviewItemRecord.id == id_, ReviewItemRecord.taken == taken)
            .values(version=ReviewItemRecord.version + 1, state="waiting", verdict="", taken=None, opened=_now())
        )


# -- rows and values -----------------------------------------------------------------------------------------------

_CHANGING = ("edit", "rerun")
"""Verdicts that only a run which has not gone on can follow."""


def _check(run: Run, on: ReviewItem, verdict: Verdict) -> None:
    if verdict.action not in on.is_of.actions:
        can = ", ".join(sorted(on.is_of.actions))
        raise VerdictRefused(f"{on.id}: {verdict.action} is not possible here; {can} are")
    if isinstance(verdict, Edit):
        on.is_of.check(run, on.subject, verdict.changes)


def _changed(session: Session, statement: Update) -> bool:
    return cast("CursorResult[object]", session.execute(statement)).rowcount == 1


def _what_happened(run: Run, id_: str, version: int) -> str:
    later = [one for one in reviews(run, id_) if one.counts and one.version >= version]
    what = f"{later[-1].who} said {later[-1].verdict.action} meanwhile" if later else "the run has changed it meanwhile"
    return f"{id_}: {what}; your verdict is kept but does not count: look at it again"


def _now() -> datetime:
    return datetime.now(UTC)


def _utc(at: datetime) -> datetime:
    """SQLite gives times back without their zone."""
    return at.replace(tzinfo=UTC)


def _item(row: ReviewItemRecord) -> ReviewItem:
    columns = {name: getattr(row, name) for name in ReviewItem.model_fields}
    return ReviewItem.model_validate(columns | {"opened": _utc(row.opened)})


def _review(row: ReviewRecord) -> Review:
    columns = {name: getattr(row, name) for name in Review.model_fields}
    return Review.model_validate(columns | {"at": _utc(row.at)})


def _row(id_: str, version: int, verdict: Verdict, who: str, *, counts: bool) -> ReviewRecord:
    said = verdict.model_dump(mode="json")
    return ReviewRecord(item_id=id_, version=version, counts=counts, verdict=said, who=who, at=_now())
