"""Search over the runs: ideas, attempts, verdicts, hypotheses, objectives, steps, papers, people and the journal.

The database looks for the words as they stand; a run's tables are small enough that no index has to be kept in step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from agent.discover.records import HypothesisRecord, ObjectiveRecord, StepRecord
from agent.records import (
    AttemptRecord,
    EventRecord,
    IdeaRecord,
    PaperRecord,
    Record,
    ReviewRecord,
    VerdictRecord,
)
from agent.review.quoting import Quoted, Speaker, quote
from agent.run import Run

MOST = 10
"""Results of one kind in one run."""
SHORTEST, LONGEST = 2, 200
"""Characters of a search."""
_AROUND = 90


@dataclass(frozen=True)
class Hit:
    """Something that holds the words."""

    where: str
    """Address of the page that shows it."""
    name: str
    words: Quoted


@dataclass(frozen=True)
class Found:
    """The results of one kind in one run."""

    run: str
    kind: str
    hits: tuple[Hit, ...]
    more: bool
    """There are more than are shown."""


@dataclass(frozen=True)
class _Field:
    """Where one kind of record keeps words."""

    kind: str
    table: type[Record]
    order: Any
    texts: tuple[ColumnElement[str], ...]
    by: Speaker
    page: Callable[[Any], tuple[str, str]]
    """Row → its page within the run, and its name."""


def _idea(row: Any) -> tuple[str, str]:  # noqa: ANN401  (a row of whichever table)
    key = getattr(row, "idea_id", row.id)
    return f"ideas/{key}", row.id


def _event(row: EventRecord) -> tuple[str, str]:
    return f"events?before={row.n + 1}", f"{row.at:%Y-%m-%d %H:%M}"


_FIELDS = (
    _Field(
        "ideas",
        IdeaRecord,
        IdeaRecord.id,
        tuple(IdeaRecord.draft[name].as_string() for name in ("title", "summary", "motivation")),
        "model",
        _idea,
    ),
    _Field("verdicts", VerdictRecord, VerdictRecord.id, (VerdictRecord.reason.expression,), "program", _idea),
    _Field(
        "attempts",
        AttemptRecord,
        AttemptRecord.id,
        (AttemptRecord.summary.expression, AttemptRecord.note.expression),
        "program",
        lambda row: (f"attempts/{row.id}", row.id),
    ),
    _Field(
        "hypotheses",
        HypothesisRecord,
        HypothesisRecord.id,
        (HypothesisRecord.draft["statement"].as_string(), HypothesisRecord.reason.expression),
        "model",
        lambda row: (f"hypotheses/{row.id}", row.id),
    ),
    _Field(
        "objectives",
        ObjectiveRecord,
        ObjectiveRecord.id,
        tuple(ObjectiveRecord.draft[name].as_string() for name in ("title", "question")),
        "model",
        lambda row: ("", row.id),
    ),
    _Field(
        "steps",
        StepRecord,
        StepRecord.id,
        (StepRecord.tool.expression, StepRecord.summary.expression, StepRecord.reason.expression),
        "program",
        lambda row: (f"steps/{row.id}", row.id),
    ),
    _Field(
        "people",
        ReviewRecord,
        ReviewRecord.n,
        (ReviewRecord.verdict["reason"].as_string(),),
        "person",
        lambda row: (f"review/{row.item_id}", row.item_id),
    ),
    _Field(
        "papers",
        PaperRecord,
        PaperRecord.id,
        tuple(PaperRecord.paper[name].as_string() for name in ("title", "abstract")),
        "paper",
        lambda row: (f"papers?page={row.round}", f"r{row.round}"),
    ),
    _Field("journal", EventRecord, EventRecord.n.desc(), (EventRecord.text.expression,), "program", _event),
)


def search(runs: Iterable[tuple[str, Run]], words: str) -> tuple[Found, ...]:
    """What holds the words, run by run, kind by kind; nothing for words that are too short."""
    words = words.strip()[:LONGEST]
    if len(words) < SHORTEST:
        return ()
    found = (_in(run, name, field, words) for name, run in runs for field in _FIELDS)
    return tuple(one for one in found if one.hits)


def _in(run: Run, name: str, field: _Field, words: str) -> Found:
    holds = or_(*(text.icontains(words, autoescape=True) for text in field.texts))
    found = select(field.table, *field.texts).where(holds).order_by(field.order).limit(MOST + 1)
    with run.session() as session:
        rows = session.execute(found).all()
    hits = tuple(_hit(name, field, row, words) for row in rows[:MOST])
    return Found(name, field.kind, hits, more=len(rows) > MOST)


def _hit(run: str, field: _Field, row: Sequence[Any], words: str) -> Hit:
    page, name = field.page(row[0])
    text = next((one for one in row[1:] if one and words.lower() in one.lower()), "")
    place = text.lower().find(words.lower())
    start = max(0, place - _AROUND)
    piece = text[start : place + len(words) + _AROUND]
    return Hit(f"/runs/{run}/{page}".rstrip("/"), name, quote(f"{'… ' if start else ''}{piece}", field.by))
