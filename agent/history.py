"""What a run knows of its own past, read from its records: the memory that one round hands to the next."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute

from agent.config import Feedback
from agent.debugging.failure import Failure
from agent.errors import RecordBroken
from agent.models.requests import IdeaDraft, PastIdea
from agent.records import AttemptRecord, IdeaRecord, MeasurementRecord, VerdictRecord
from agent.run import Run

T = TypeVar("T")
BASELINE = "baseline"
"""What all ideas are compared with: the subject of its measurements."""


def draft_of(row: IdeaRecord) -> IdeaDraft:
    """The idea itself."""
    return IdeaDraft.model_validate(row.draft)


def past_ideas(run: Run) -> tuple[PastIdea, ...]:
    """Every idea that was judged on the validation split, in the order of the rounds: what `feedback` lets through."""
    if run.config.feedback == "none":
        return ()
    verdicts = {row.idea_id: row for row in run.all(VerdictRecord, split="validation")}
    return tuple(
        _past(row, verdicts[row.id], run.config.feedback)
        for row in run.all(IdeaRecord, IdeaRecord.round, IdeaRecord.id)
        if row.id in verdicts
    )


def _past(row: IdeaRecord, verdict: VerdictRecord, feedback: Feedback) -> PastIdea:
    draft = draft_of(row)
    return PastIdea.model_validate(
        {
            "id": row.id,
            "title": draft.title,
            "summary": draft.summary,
            "components": draft.components,
            "verdict": verdict.verdict,
            "reason": verdict.reason if feedback == "reasons" else "",
            "difference": (verdict.comparison or {}).get("difference"),
        }
    )


def attempts(run: Run, idea_id: str) -> list[AttemptRecord]:
    """An idea's code versions, oldest first."""
    return list(run.all(AttemptRecord, AttemptRecord.number, idea_id=idea_id))


def attempts_by_idea(run: Run, ideas: Collection[str] | None) -> dict[str, list[AttemptRecord]]:
    """Code versions of these ideas (None: of all), oldest first."""
    found: dict[str, list[AttemptRecord]] = {}
    for row in run.query(_of(select(AttemptRecord), AttemptRecord.idea_id, ideas).order_by(AttemptRecord.number)):
        found.setdefault(row.idea_id, []).append(row)
    return found


def measurements_by_subject(run: Run, ideas: Collection[str] | None) -> dict[str, list[MeasurementRecord]]:
    """Measurements of these ideas (None: of all) and of the baseline, validation first, then by seed."""
    found: dict[str, list[MeasurementRecord]] = {}
    subjects = None if ideas is None else {*ideas, BASELINE}
    order = (MeasurementRecord.split == "test", MeasurementRecord.seed)
    for row in run.query(_of(select(MeasurementRecord), MeasurementRecord.subject, subjects).order_by(*order)):
        found.setdefault(row.subject, []).append(row)
    return found


def verdicts_by_split(run: Run, ideas: Collection[str] | None) -> dict[tuple[str, str], VerdictRecord]:
    """Verdicts of these ideas (None: of all) by idea and split."""
    rows = run.query(_of(select(VerdictRecord), VerdictRecord.idea_id, ideas))
    return {(row.idea_id, row.split): row for row in rows}


def _of(statement: Select[T], column: InstrumentedAttribute[str], keys: Collection[str] | None) -> Select[T]:
    return statement if keys is None else statement.where(column.in_(keys))


def failures(run: Run, idea_id: str, upto: int) -> list[Failure]:
    """Why an idea's attempts did not work, oldest first, up to attempt number `upto`."""
    return [_failure(run, row.failure) for row in attempts(run, idea_id) if row.failure and row.number <= upto]


def _failure(run: Run, digest: str) -> Failure:
    return Failure.model_validate_json(run.artefacts.read(digest))


def idea_row(run: Run, idea_id: str) -> IdeaRecord:
    """The record of an idea that must be there."""
    row = run.get(IdeaRecord, idea_id)
    if row is None:
        raise RecordBroken(f"{run.folder}: the graph knows idea {idea_id}, run.db does not")
    return row
