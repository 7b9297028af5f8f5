"""The run's journal as lines of a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from agent.records import EventRecord
from agent.review.quoting import SHORT, Quoted, quote
from agent.run import Run

EVENTS_A_PAGE = 100


@dataclass(frozen=True)
class EventLine:
    """An event of the journal."""

    at: datetime
    subject: str
    kind: str
    text: Quoted


def events(run: Run, most: int, before: int | None = None) -> tuple[tuple[EventLine, ...], int | None]:
    """The newest events, newest first, and the number before which the next page begins; None at the end."""
    found = select(EventRecord).order_by(EventRecord.n.desc()).limit(most + 1)
    rows = run.query(found if before is None else found.where(EventRecord.n < before))
    lines = tuple(
        EventLine(row.at, row.subject, str(row.data.get("verdict", row.kind)), quote(_words(row), "program"))
        for row in rows[:most]
    )
    return lines, rows[most - 1].n if len(rows) > most else None


def _words(row: EventRecord) -> str:
    if row.kind != "measured":
        return row.text[: 2 * SHORT]
    return f"{row.data.get('split')}, seed {row.data.get('seed')}. {row.text[:SHORT]}"
