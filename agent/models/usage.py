"""What calling a model costs: a record of every call of an endpoint, whether it gave an answer or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent.models.prompts import Form


class Usage(BaseModel):
    """What one call used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt_tokens: int = 0
    completion_tokens: int = 0
    """Tokens that the model wrote, separate thinking included."""
    seconds: float = 0.0
    """Wall time from the request to the whole reply, waits between tries included."""


class CallRecord(BaseModel):
    """One call of an endpoint. A question takes one, and one more for each repair of its answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    kind: str
    """The request's kind."""
    key: str
    """The request's key: several calls have the same when an answer was repaired."""
    subject: str = ""
    """What it was asked about: an idea (`r1-2`), a round (`r1`), or empty for the run as a whole."""
    attempt: int
    """0 for the first answer, then the number of the repair."""
    form: Form
    status: Literal["valid", "invalid", "no_reply"]
    usage: Usage
    text: str = ""
    """The answer as the model gave it. Untrusted."""
    thinking: str = ""
    """What a reasoning model thought aloud, kept out of the answer. Untrusted."""
    logprob: float | None = None
    """Mean log-probability of the answer's tokens, where several were sampled and the endpoint gives it."""
    others: tuple[str, ...] = ()
    """The other samples of the call. Untrusted."""
    flaw: str = ""
    """Why the answer could not be used, or why there was none."""


Listener = Callable[[CallRecord], None]
"""Told of each call once it has ended; called in the event loop's thread."""

_subject: ContextVar[str] = ContextVar("subject", default="")


@contextmanager
def asking_about(subject: str) -> Iterator[None]:
    """Ask within this block about an idea (`r1-2`) or a round (`r1`), whatever model answers: that is who pays."""
    token = _subject.set(subject)
    try:
        yield
    finally:
        _subject.reset(token)


def asked_about() -> str:
    """What is being asked about here and now."""
    return _subject.get()
