"""A recorded run's answers given again, and exactly where a question departs from those that were recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import takewhile
from typing import Any, TypeVar

from agent.errors import ReplayDeparted
from agent.models.recording import AnswerRecord, answer_of
from agent.models.request import Answer, Request, question_key
from agent.models.usage import CallRecord, Listener

A = TypeVar("A", bound=Answer)

_DIFFERENCES_SHOWN = 3


class ReplayModel:
    """Answers from a recorded run only. What each answer cost is told again, so that budgets end where they ended."""

    def __init__(
        self,
        answers: Iterable[AnswerRecord],
        calls: Iterable[CallRecord] = (),
        *,
        on_call: Listener = lambda _: None,
        before_call: Callable[[], None] = lambda: None,
    ) -> None:
        """Without any traffic, ever.

        Args:
            answers: of the recorded run.
            calls: of the recorded run.
            on_call: told of the recorded calls of each question.
            before_call: raises `BudgetSpent` where the recorded run would have stopped in the middle of a question.
        """
        self._records = {question_key(one.kind, json.loads(one.request)): one for one in answers}
        self._models = sorted({record.model for record in self._records.values()})
        self._calls: dict[str, list[CallRecord]] = {}
        for call in calls:
            self._calls.setdefault(call.key, []).append(call)
        self._on_call = on_call
        self._before_call = before_call

    @property
    def name(self) -> str:
        """The name of the model that was recorded: it stands in verdicts and reports, which a replay gives the same."""
        return ", ".join(self._models)

    @property
    def describes_itself(self) -> str:
        """One sentence for people."""
        return f"The recorded answers of {', '.join(self._models) or 'no model'}; nothing is asked anew."

    async def ask(self, request: Request[A]) -> A:
        """Answer one request from the record.

        Raises:
            ModelFailed: it failed in the recorded run too.
            BudgetSpent: the budget ended within this question.
            ReplayDeparted: the recorded run did not ask this.
        """
        key = request.key()
        for call in self._calls.pop(key, []):
            self._on_call(call)
        record = self._records.get(key)
        if record is None:
            self._before_call()
            raise ReplayDeparted(self._departure(request.kind, request.model_dump(mode="json")))
        return answer_of(record, request)

    def _departure(self, kind: str, asked: dict[str, Any]) -> str:
        """Where the question differs from the recorded one that is most like it."""
        values = _leaves(asked)
        recorded = [_leaves(json.loads(record.request)) for record in self._records.values() if record.kind == kind]
        if not recorded:
            return f"the recorded run asked no {kind}"
        different = min((_differences(values, one) for one in recorded), key=len)
        shown = "; ".join(different[:_DIFFERENCES_SHOWN])
        more = f"; and {len(different) - _DIFFERENCES_SHOWN} more" if len(different) > _DIFFERENCES_SHOWN else ""
        return f"the recorded run did not ask this {kind}; nearest recorded question differs in {shown}{more}"


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
