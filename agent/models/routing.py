"""Several models as one: another one for a kind of question, another one when the first is gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from agent.errors import BadConfiguration, ModelUnavailable
from agent.models.discover_requests import DISCOVER_REQUESTS
from agent.models.literature_requests import LITERATURE_REQUESTS
from agent.models.model import Model
from agent.models.request import Answer, Request
from agent.models.requests import REQUESTS

A = TypeVar("A", bound=Answer)


class RoutedModel:
    """Asks the model that is meant for a request's kind, and the default for all other kinds."""

    def __init__(self, default: Model, by_kind: Mapping[str, Model]) -> None:
        """Raises `BadConfiguration` for a kind that no request has."""
        kinds = [request.kind for request in (*REQUESTS, *LITERATURE_REQUESTS, *DISCOVER_REQUESTS)]
        for kind in by_kind:
            if kind not in kinds:
                raise BadConfiguration(f"[models]: {kind}: no such question; should be one of {', '.join(kinds)}")
        self._default = default
        self._by_kind = dict(by_kind)

    @property
    def name(self) -> str:
        """The default's name, then each kind with its model's."""
        return "; ".join([self._default.name, *(f"{kind}: {model.name}" for kind, model in self._by_kind.items())])

    @property
    def describes_itself(self) -> str:
        """What each model says of itself."""
        others = [f"For {kind}: {model.describes_itself}" for kind, model in self._by_kind.items()]
        return " ".join([self._default.describes_itself, *others])

    async def ask(self, request: Request[A]) -> A:
        """Answer one request; raises what the model that is asked raises."""
        return await self._by_kind.get(request.kind, self._default).ask(request)


class FallbackModel:
    """Asks a second model from the moment the first one is unavailable."""

    def __init__(self, first: Model, second: Model, notice: Callable[[str], None] = lambda _: None) -> None:
        """`notice` is told once, in a sentence, that the second model has taken over."""
        self._first = first
        self._second = second
        self._notice = notice
        self._gone = False

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self._first.name}, else {self._second.name}"

    @property
    def describes_itself(self) -> str:
        """What both say of themselves."""
        return f"{self._first.describes_itself} When it is gone: {self._second.describes_itself}"

    async def ask(self, request: Request[A]) -> A:
        """Answer one request.

        Raises:
            ModelFailed: no usable answer from the model that is in use.
            ModelUnavailable: neither answers.
        """
        if not self._gone:
            try:
                return await self._first.ask(request)
            except ModelUnavailable as error:
                if not self._gone:  # questions that were asked side by side fail side by side
                    self._gone = True
                    self._notice(f"{self._second.name} takes over: {error}")
        return await self._second.ask(request)
