"""Answers kept by content: a resumed run asks nothing twice, and a recorded run can be repeated without an endpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from itertools import takewhile
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from agent.errors import ModelFailed, ReplayDeparted
from agent.models.model import Model
from agent.models.requests import Answer, Request

A = TypeVar("A", bound=Answer)

_DIFFERENCES_SHOWN = 3


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
        """Sampling is whatever decides an answer beside model and question (`OpenAISettings.sampling`)."""
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
            return _answer_of(known, request)
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


class ReplayModel:
    """Answers from a recorded run only, and says exactly where a question departs from those that were recorded."""

    def __init__(self, records: Iterable[AnswerRecord]) -> None:
        self._records = {_question_digest(record.kind, record.request): record for record in records}
        self._models = sorted({record.model for record in self._records.values()})

    @property
    def name(self) -> str:
        """What the records call it."""
        return f"replay:{','.join(self._models)}"

    @property
    def describes_itself(self) -> str:
        """One sentence for people."""
        return f"The recorded answers of {', '.join(self._models) or 'no model'}; nothing is asked anew."

    async def ask(self, request: Request[A]) -> A:
        """Answer one request from the record.

        Raises:
            ModelFailed: it failed in the recorded run too.
            ReplayDeparted: the recorded run did not ask this.
        """
        asked = request.model_dump_json()
        record = self._records.get(_question_digest(request.kind, asked))
        if record is None:
            raise ReplayDeparted(self._departure(request.kind, asked))
        return _answer_of(record, request)

    def _departure(self, kind: str, asked: str) -> str:
        """Where the question differs from the recorded one that is most like it."""
        values = _leaves(json.loads(asked))
        recorded = [_leaves(json.loads(record.request)) for record in self._records.values() if record.kind == kind]
        if not recorded:
            return f"the recorded run asked no {kind}"
        different = min((_differences(values, one) for one in recorded), key=len)
        shown = "; ".join(different[:_DIFFERENCES_SHOWN])
        more = f"; and {len(different) - _DIFFERENCES_SHOWN} more" if len(different) > _DIFFERENCES_SHOWN else ""
        return f"the recorded run did not ask this {kind}; nearest recorded question differs in {shown}{more}"


def _answer_of(record: AnswerRecord, request: Request[A]) -> A:
    if record.answer is None:
        raise ModelFailed(record.failure)
    answer: A = request.answer_type.model_validate_json(record.answer)  # type: ignore[assignment]
    return answer


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _question_digest(kind: str, request: str) -> str:
    return _digest(kind, json.dumps(json.loads(request), sort_keys=True))


def _leaves(value: Any, path: str = "") -> dict[str, Any]:  # noqa: ANN401  a JSON value
    """Every value that is no list or object, by its dotted path."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return {path: value}
    below = [_leaves(item, f"{path}.{name}" if path else str(name)) for name, item in items]
    return {name: leaf for leaves in below for name, leaf in leaves.items()}


def _differences(asked: dict[str, Any], recorded: dict[str, Any]) -> list[str]:
    names = [*asked, *(name for name in recorded if name not in asked)]
    return [
        f"{name} ({_apart(recorded.get(name, 'nothing'), asked.get(name, 'nothing'))})"
        for name in names
        if asked.get(name, ...) != recorded.get(name, ...)
    ]


def _apart(recorded: object, asked: object) -> str:
    """Both values from shortly before the place where they part."""
    before, now = str(recorded), str(asked)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, now, strict=False)))
    start = max(0, same - 10)
    return f"recorded {before[start : start + 60]!r}, now {now[start : start + 60]!r}"
