"""The one protocol of everything that answers the agent's questions."""

from __future__ import annotations

from typing import Protocol, TypeVar

from agent.models.request import Answer, Request

A = TypeVar("A", bound=Answer)


class Model(Protocol):
    """Answers typed requests."""

    @property
    def name(self) -> str:
        """What the records call it, for example `rule-based` or `openai:qwen2.5-coder`."""
        ...

    @property
    def describes_itself(self) -> str:
        """One sentence for people: what it is, and what it is not."""
        ...

    async def ask(self, request: Request[A]) -> A:
        """Answer one request.

        Raises:
            ModelFailed: no usable answer to this question.
            ModelUnavailable: nothing answers at all.
        """
        ...
