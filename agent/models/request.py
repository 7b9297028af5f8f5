"""A question to a model, and what its answer must be: the protocol that every request follows.

A request holds its whole context as fields and names the type of its answer. Its prompt is the Markdown template of the
same kind in `prompts/`; a model that needs no prompt (the rule-based one) reads the fields themselves.
A request is a pure value: the same question has the same `key()`, which is what record, replay and resume work by.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict

A = TypeVar("A", bound="Answer")


class Leeway(NamedTuple):
    """What a question leaves open of its answer, by the names of the answer's fields, wherever they stand in it.

    Endpoints that force answers are held to it: a small model that cannot write a name which the question lacks finds
    one that it has.
    """

    choices: Mapping[str, Iterable[str] | Iterable[int]] = {}
    """What a text or a number can be."""
    lengths: Mapping[str, tuple[int, int]] = {}
    """Fewest and most entries of a list."""
    alternatives: Mapping[str, Sequence[Leeway]] = {}
    """What an entry of a list can be: one of these, each with what itself leaves open."""
    keys: Mapping[str, tuple[str, Iterable[str] | Iterable[int]]] = {}
    """Lists with exactly one entry for each of these values of a field; see `keyed_by`."""


class Answer(BaseModel):
    """What a model must give back. Answers are checked, never trusted."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def keyed_by(field: str) -> BeforeValidator:
    """Let a list of answers be given as an object too, whose keys are this field of its entries: a schema can ask for
    each key of an object once, and not for each value in a list."""

    def entries(value: object) -> object:
        if not isinstance(value, dict) or not all(isinstance(entry, dict) for entry in value.values()):
            return value
        return [{field: key, **entry} for key, entry in value.items()]

    return BeforeValidator(entries)


class Context(BaseModel):
    """A piece of a request's context."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Request(BaseModel, Generic[A]):
    """A question. Subclasses add their context as fields and set `kind` and `answer_type`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    answer_type: ClassVar[type[Answer]]

    def key(self) -> str:
        """Content hash of the question: equal questions, equal keys."""
        return question_key(self.kind, self.model_dump(mode="json"))

    def flaw_of(self, answer: A) -> str:  # noqa: ARG002  subclasses look at it
        """What makes a well-formed answer useless for this question, in words for a model; empty when nothing does."""
        return ""

    def leeway(self) -> Leeway:
        """What an answer can be, where the question decides it and not the answer's type alone."""
        return Leeway()


def question_key(kind: str, fields: dict[str, Any]) -> str:
    """Content hash of a question, from its kind and its fields as JSON values."""
    text = json.dumps({"kind": kind, **fields}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
