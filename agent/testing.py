"""Doubles for tests of the agent, and of what is plugged into it: never part of a run that anybody believes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar, cast

from agent.errors import ModelFailed
from agent.models.request import Answer, Request

A = TypeVar("A", bound=Answer)


class ScriptedModel:
    """Answers each kind of request by a function of the request, and keeps the requests that it saw."""

    name = "scripted"
    describes_itself = "Answers from a test's script."

    def __init__(self, script: Mapping[str, Callable[..., Answer]]) -> None:
        self._script = script
        self.asked: list[Request[Answer]] = []

    async def ask(self, request: Request[A]) -> A:
        """Answer from the script.

        Raises:
            ModelFailed: the script has no answer to this kind of request.
        """
        self.asked.append(cast("Request[Answer]", request))
        if request.kind not in self._script:
            raise ModelFailed(f"the script has no answer to {request.kind}")
        return cast("A", self._script[request.kind](request))
