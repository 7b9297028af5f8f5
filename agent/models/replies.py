"""From an endpoint's completion to an answer: the likeliest usable sample, or what was wrong with the likeliest one."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Generic, NamedTuple, TypeVar

from agent.models.completion import Completion
from agent.models.endpoint import Message
from agent.models.parsing import AnswerUnusable, parse, split_thinking
from agent.models.prompts import Form, render_repair
from agent.models.request import Answer, Request
from agent.models.usage import Usage

A = TypeVar("A", bound=Answer)

_SHOWN_BACK = 8000
"""Characters of a broken answer that are shown back."""
_SHOWN_OF_CUT = 1000
"""Of one that was cut off: it may be endless repetition, which invites more of the same."""


class Reply(NamedTuple):
    """What of one sample matters here."""

    form: Form
    text: str = ""
    thinking: str = ""
    cut: bool = False
    refusal: str = ""
    logprob: float | None = None
    """Mean over its tokens; None where the endpoint gives none."""


class Read(NamedTuple, Generic[A]):
    """What became of the samples of one call."""

    reply: Reply
    """The one that was used, or that says best what was wrong."""
    answer: A | None
    flaw: str
    """Why there is no answer."""
    others: tuple[str, ...]
    """Texts of the other samples."""


def read(request: Request[A], form: Form, completion: Completion, question: str) -> Read[A]:
    """The answer of the likeliest usable sample; as they came, where the endpoint gives no probabilities.

    Args:
        request: what was asked.
        form: how the answer was asked for.
        completion: the samples.
        question: the prompt, whose example an answer must not merely repeat.
    """
    example = _example(question)
    replies = sorted((_reply(choice, form) for choice in completion.choices), key=_likelihood, reverse=True)
    texts = [reply.text for reply in replies]
    flaws: list[str] = []
    for number, reply in enumerate(replies):
        try:
            answer = _answer(request, reply, example)
        except AnswerUnusable as unusable:
            flaws.append(str(unusable))
        else:
            return Read(reply, answer, "", tuple(texts[:number] + texts[number + 1 :]))
    return Read(replies[0], None, flaws[0], tuple(texts[1:]))


def usage_of(completion: Completion, messages: list[Message], seconds: float) -> Usage:
    """What a call used, by the endpoint's own count where it has one."""
    if completion.usage is not None:
        counted = completion.usage
        return Usage(prompt_tokens=counted.prompt_tokens, completion_tokens=counted.completion_tokens, seconds=seconds)
    written = [choice.message for choice in completion.choices]
    return Usage(
        prompt_tokens=_estimated_tokens(*(turn["content"] for turn in messages)),
        completion_tokens=_estimated_tokens(*(text for one in written for text in (one.text, one.thinking))),
        seconds=seconds,
    )


def shown_back(reply: Reply, flaw: str) -> list[Message]:
    """The turns that ask for a repair. An empty answer is not shown: endpoints refuse empty messages."""
    text = reply.text[: _SHOWN_OF_CUT if reply.cut else _SHOWN_BACK]
    answer: list[Message] = [{"role": "assistant", "content": text}] if text.strip() else []
    correction: Message = {"role": "user", "content": render_repair(flaw)}
    return [*answer, correction]


def _reply(choice: Completion.Choice, form: Form) -> Reply:
    message = choice.message
    thought, text = split_thinking(message.text)
    return Reply(
        form=form,
        text=text,
        thinking=message.thinking or thought,
        cut=choice.finish_reason == "length",
        refusal=message.refusal or ("by its content filter" if choice.finish_reason == "content_filter" else ""),
        logprob=choice.logprobs.mean if choice.logprobs else None,
    )


def _likelihood(reply: Reply) -> float:
    return float("-inf") if reply.logprob is None else reply.logprob


def _answer(request: Request[A], reply: Reply, example: set[str]) -> A:
    if reply.refusal:
        raise AnswerUnusable(f"the answer was refused: {reply.refusal}")
    try:
        answer = parse(request, reply.form, reply.text)
        if (said := _phrases(answer.model_dump(mode="json"))) and said <= example:
            raise AnswerUnusable("it only repeats the words of the example; write an answer of your own")
        return answer
    except AnswerUnusable as unusable:
        if reply.cut:
            raise AnswerUnusable(
                f"the answer was too long and cut off ({unusable}): be brief, repeat nothing"
            ) from None
        raise


def _example(question: str) -> set[str]:
    """Phrases of the JSON object that a question shows as an example; none when it shows no such object."""
    phrases: set[str] = set()
    for line in question.splitlines():
        if line.startswith("{"):
            with suppress(ValueError, RecursionError):
                phrases |= _phrases(json.loads(line))
    return phrases


def _phrases(value: Any) -> set[str]:  # noqa: ANN401  a JSON value
    """Every text of more than one word in it. Single words may well be the same: names, choices."""
    if isinstance(value, str):
        return {value.strip()} if " " in value.strip() else set()
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {phrase for item in items for phrase in _phrases(item)}


def _estimated_tokens(*texts: str) -> int:
    """Tokens of texts where the endpoint does not count: rather too many, so that a budget holds."""
    return sum(map(len, texts)) // 3
