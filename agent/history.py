"""What a run knows of its own past, read from its records: the memory that one round hands to the next."""

from __future__ import annotations

from agent.debugging.failure import Failure
from agent.errors import RecordBroken
from agent.models.requests import IdeaDraft, PastIdea
from agent.records import AttemptRecord, IdeaRecord, VerdictRecord
from agent.run import Run


def draft_of(row: IdeaRecord) -> IdeaDraft:
    """The idea itself."""
    return IdeaDraft.model_validate(row.draft)


def past_ideas(run: Run) -> tuple[PastIdea, ...]:
    """Every idea that was judged on the validation split, in the order of the rounds."""
    verdicts = {row.idea_id: row for row in run.all(VerdictRecord, split="validation")}
    return tuple(
        _past(row, verdicts[row.id])
        for row in run.all(IdeaRecord, IdeaRecord.round, IdeaRecord.id)
        if row.id in verdicts
    )


def _past(row: IdeaRecord, verdict: VerdictRecord) -> PastIdea:
    draft = draft_of(row)
    return PastIdea.model_validate(
        {
            "id": row.id,
            "title": draft.title,
            "summary": draft.summary,
            "components": draft.components,
            "verdict": verdict.verdict,
            "reason": verdict.reason,
            "difference": (verdict.comparison or {}).get("difference"),
        }
    )


def attempts(run: Run, idea_id: str) -> list[AttemptRecord]:
    """An idea's code versions, oldest first."""
    return list(run.all(AttemptRecord, AttemptRecord.number, idea_id=idea_id))


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
