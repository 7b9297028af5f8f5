"""Answers kept by content: a question that was answered is not asked again, by a resumed run for example."""

from __future__ import annotations

import hashlib
import json
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from agent.errors import ModelFailed
from agent.models.model import Model
from agent.models.request import Answer, Request

A = TypeVar("A", bound=Answer)


class AnswerRecord(BaseModel):
    """A question and what came of it. Holds no key and no address of an endpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    """SHA-256 over model, sampling and question."""
    kind: str
    model: str
    request: str
    """The question, as JSON."""
    answer: str | None
    """The answer, as JSON; None when there was no usable one."""
    failure: str = ""
    """Why there was none."""


class AnswerStore(Protocol):
    """Where a run keeps its answers. Both methods are called in the event loop's thread."""

    def find(self, key: str) -> AnswerRecord | None:
        """The record of this key."""
        ...

    def save(self, record: AnswerRecord) -> None:
        """Keep a record before returning."""
        ...


class RecordedModel:
    """Asks another model, once for each question: asked again, the kept answer is given, or the kept failure raised."""

    def __init__(self, inner: Model, store: AnswerStore, *, sampling: str = "") -> None:
        """Sampling is whatever decides an answer beside model and question (`RunConfig.sampling`)."""
        self._inner = inner
        self._store = store
        self._sampling = sampling

    @property
    def name(self) -> str:
        """The name of the model that is asked."""
        return self._inner.name

    @property
    def describes_itself(self) -> str:
        """What the model that is asked says of itself."""
        return self._inner.describes_itself

    async def ask(self, request: Request[A]) -> A:
        """Answer one request, from the store where it has been answered before.

        Raises:
            ModelFailed: now, or when the question was first asked.
            ModelUnavailable: nothing answers; this is not kept, so that a resumed run asks again.
        """
        key = _digest(self.name, self._sampling, request.key())
        known = self._store.find(key)
        if known is not None:
            return answer_of(known, request)
        try:
            answer = await self._inner.ask(request)
        except ModelFailed as failed:
            self._store.save(self._record(key, request, None, str(failed)))
            raise
        self._store.save(self._record(key, request, answer.model_dump_json(), ""))
        return answer

    def _record(self, key: str, request: Request[A], answer: str | None, failure: str) -> AnswerRecord:
        return AnswerRecord(
            key=key,
            kind=request.kind,
            model=self.name,
            request=request.model_dump_json(),
            answer=answer,
            failure=failure,
        )


def answer_of(record: AnswerRecord, request: Request[A]) -> A:
    """The answer of a record, or its failure raised as `ModelFailed`."""
    if record.answer is None:
        raise ModelFailed(record.failure)
    answer: A = request.answer_type.model_validate_json(record.answer)  # type: ignore[assignment]
    return answer


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
