"""A run's memory of what was asked: answers for resume and replay, calls for the costs."""

from __future__ import annotations

from agent.models.recording import AnswerRecord
from agent.models.usage import CallRecord
from agent.records import AnswerRow, CallRow
from agent.run import Run


class RunAnswers:
    """The answers of a run, in its database (an `AnswerStore`)."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def find(self, key: str) -> AnswerRecord | None:
        """The record of this key."""
        row = self._run.get(AnswerRow, key)
        return None if row is None else AnswerRecord.model_validate(row.record)

    def save(self, record: AnswerRecord) -> None:
        """Keep a record before returning."""
        self._run.save(AnswerRow(key=record.key, kind=record.kind, record=record.model_dump(mode="json")))


def answers_of(run: Run) -> tuple[AnswerRecord, ...]:
    """Every answer of the run so far."""
    return tuple(AnswerRecord.model_validate(row.record) for row in run.all(AnswerRow, AnswerRow.key))


def calls_of(run: Run, **equal: str) -> list[CallRecord]:
    """Every call of the run so far whose columns have these values, oldest first."""
    rows = run.all(CallRow, CallRow.n, **equal)
    return [CallRecord.model_validate_json(run.artefacts.read(row.record)) for row in rows]


def keep_call(run: Run, call: CallRecord) -> None:
    """Keep what one call of an endpoint gave and cost, and tell who follows the run when it gave nothing usable."""
    run.save(
        CallRow(
            kind=call.kind,
            subject=call.subject,
            model=call.model,
            status=call.status,
            prompt_tokens=call.usage.prompt_tokens,
            completion_tokens=call.usage.completion_tokens,
            seconds=call.usage.seconds,
            record=run.artefacts.keep_text(call.model_dump_json()),
        )
    )
    if call.flaw:
        what = "no reply" if call.status == "no_reply" else "flawed answer"
        run.tell(what, "", f"{call.kind}: {call.flaw}", form=call.form)
