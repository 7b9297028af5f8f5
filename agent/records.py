"""The tables of a run's database: what happened, one row a fact.

Rows have ids that follow from what they describe (`r1-2` is the second idea of the first round, `r1-2.3` its third
attempt), so that writing the same fact twice, as a resumed node may do, changes nothing.
Bulk text (logs, prompts, predictions) lies in the run's artefacts; a row holds its SHA-256.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

JsonDict = dict[str, Any]
"""A pydantic value as JSON. `Any` stands only here: the reader validates it back into its class."""


class Record(DeclarativeBase):
    """Base of all tables."""

    type_annotation_map = {JsonDict: JSON, list[str]: JSON}  # noqa: RUF012  (SQLAlchemy's own name)


class PaperRecord(Record):
    """A paper of the run's library, with the scores it was ranked by."""

    __tablename__ = "papers"
    id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int]
    rank: Mapped[int]
    paper: Mapped[JsonDict]
    ranking: Mapped[JsonDict]


class SearchRecord(Record):
    """One source asked in one round: what it covered and whether it answered."""

    __tablename__ = "searches"
    id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int]
    source: Mapped[str]
    status: Mapped[str]
    coverage: Mapped[str]
    detail: Mapped[str]


class IdeaRecord(Record):
    """An idea, as proposed and screened."""

    __tablename__ = "ideas"
    id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(index=True)
    draft: Mapped[JsonDict]
    decision: Mapped[str] = mapped_column(default="proposed")
    """`proposed`, `accepted`, `dropped` (by screening), `rejected` (by a person) or `not tried` (no budget left)."""
    decision_reason: Mapped[str] = mapped_column(default="")
    nearest: Mapped[JsonDict] = mapped_column(default=dict)
    """The nearest earlier ideas and papers, with similarity: shown beside the decision."""


class AttemptRecord(Record):
    """One version of an idea's code, and how its first run went."""

    __tablename__ = "attempts"
    id: Mapped[str] = mapped_column(primary_key=True)
    idea_id: Mapped[str] = mapped_column(ForeignKey("ideas.id"), index=True)
    number: Mapped[int]
    commit: Mapped[str]
    code_hash: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default="written")
    """`written` (not run yet), `not written` (no usable answer), `refused` (the change could not be applied), `lint`
    (never run: it could not have worked), the sandbox's status, or `no output` (ended well, left no predictions)."""
    seed: Mapped[int | None]
    summary: Mapped[str] = mapped_column(default="")
    signature: Mapped[str | None]
    log: Mapped[str | None] = mapped_column(String(64))
    failure: Mapped[str | None] = mapped_column(String(64))
    wall_s: Mapped[float | None]
    isolation: Mapped[JsonDict | None]


class MeasurementRecord(Record):
    """The metric of one code version on one split with one seed, as the harness computed it."""

    __tablename__ = "measurements"
    __table_args__ = (UniqueConstraint("subject", "split", "seed"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    """An idea's id, or `baseline`."""
    split: Mapped[str]
    seed: Mapped[int]
    commit: Mapped[str]
    code_hash: Mapped[str]
    data_hash: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    metric: Mapped[float | None]
    rows: Mapped[int | None]
    predictions: Mapped[str | None] = mapped_column(String(64))
    score: Mapped[str | None] = mapped_column(String(64))
    wall_s: Mapped[float]
    isolation: Mapped[JsonDict]


class VerdictRecord(Record):
    """What may be said of an idea on one split."""

    __tablename__ = "verdicts"
    id: Mapped[str] = mapped_column(primary_key=True)
    idea_id: Mapped[str] = mapped_column(ForeignKey("ideas.id"), index=True)
    split: Mapped[str]
    verdict: Mapped[str]
    reason: Mapped[str]
    comparison: Mapped[JsonDict | None]


class ReviewItemRecord(Record):
    """Something that a person may judge. Its version grows with every change, so that nobody judges what is gone."""

    __tablename__ = "review_items"
    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    """Id of the record that it is about."""
    round: Mapped[int]
    title: Mapped[str]
    state: Mapped[str]
    """`waiting` (the run waits for a verdict), `decided` (it has one, and the run has not gone on yet) or `passed` (the
    run has gone on: with the verdict, or without asking)."""
    version: Mapped[int] = mapped_column(default=1)
    opened: Mapped[datetime]
    verdict: Mapped[str] = mapped_column(default="")
    """The newest verdict that counts: `accept`, `reject`, `edit` or `rerun`; empty while there is none."""
    taken: Mapped[int | None]
    """The review that the run went on with."""


class ReviewRecord(Record):
    """A verdict of a person on an item. Rows are only ever added."""

    __tablename__ = "reviews"
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id"), index=True)
    version: Mapped[int]
    """The item's version that the person looked at."""
    counts: Mapped[bool]
    """False: the item had changed meanwhile. The person was told, and the words are kept."""
    verdict: Mapped[JsonDict]
    who: Mapped[str]
    at: Mapped[datetime]


class QuestionRecord(Record):
    """A question about an item, and what the model answered from the ledger."""

    __tablename__ = "questions"
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("review_items.id"), index=True)
    question: Mapped[str]
    answer: Mapped[JsonDict]
    model: Mapped[str]
    who: Mapped[str]
    at: Mapped[datetime]


class AnswerRow(Record):
    """A model's answer to a question; the same question within a run is answered from here."""

    __tablename__ = "answers"
    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    record: Mapped[JsonDict]


class CallRow(Record):
    """One call of a model's endpoint, and what it cost. A question takes several when its answer is repaired."""

    __tablename__ = "calls"
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(default="", index=True)
    """What it was asked about: an idea, a round, an objective, a hypothesis; empty for the run as a whole."""
    model: Mapped[str]
    status: Mapped[str]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    seconds: Mapped[float]
    record: Mapped[str] = mapped_column(String(64))
    """Artefact with the whole record: answer, thinking, flaw. Untrusted text."""


class EventRecord(Record):
    """The run's journal."""

    __tablename__ = "events"
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str] = mapped_column(index=True)
    text: Mapped[str]
    data: Mapped[JsonDict]
