"""What a run may ask of its models and what that may come to, before it starts."""

from __future__ import annotations

from typing import NamedTuple

from agent.config import RunConfig
from agent.models.budget import Spent
from agent.models.choose import RULE_BASED
from agent.models.forms import ladder
from agent.models.openai_model import MAX_REPAIRS
from agent.models.prices import Price
from agent.models.prompts import render
from agent.models.requests import (
    CodeChange,
    IdeaDraft,
    Ideas,
    ProposeIdeas,
    RepairCode,
    Request,
    SourceFile,
    TaskBrief,
    WriteCode,
)
from agent.models.usage import Usage
from agent.nodes.propose import MAX_PROPOSALS

_CHARACTERS_A_TOKEN = 3.5
"""Of our prompts (docs/models.md)."""
_TOKENS_AN_IDEA = 110
"""As language models propose them (docs/models.md)."""
_IDEA = IdeaDraft(title="A short name", summary="What is changed and how, in two or three sentences.")


class Estimate(NamedTuple):
    """Between what a run needs when every answer is right at once, and what it asks for when none is."""

    least: Spent
    most: Spent
    priced: bool
    """Whether the price of every model is known."""

    def __str__(self) -> str:
        money = f", ${self.least.dollars:.2f} to ${self.most.dollars:.2f}" if self.priced else ""
        return (
            f"{self.least.calls:,} to {self.most.calls:,} calls, {self.least.tokens:,} to {self.most.tokens:,} tokens"
            f"{money}: from every answer right at once, to every repair and the longest answers"
        )


class _Questions(NamedTuple):
    """One kind of question."""

    request: Request[Ideas] | Request[CodeChange]
    fewest: int
    most: int
    answer: int
    """Tokens of an answer."""


def estimate(config: RunConfig, brief: TaskBrief, files: tuple[SourceFile, ...]) -> Estimate | None:
    """Reckon with the run's rounds, ideas and repairs and with the task's own prompts, without papers and feedback.

    None when no model is asked that could cost anything; a replay asks none.
    """
    if config.replays:
        return None
    least, most, priced = Spent(), Spent(), True
    for request, fewest, largest, answer in _questions(config, brief, files):
        choice = config.models.get(request.kind, config.model)
        if choice.name == RULE_BASED:
            continue
        price = config.prices.get(choice.name)
        priced = priced and price is not None
        prompt = round(sum(map(len, render(request, ladder(request.answer_type)[0]))) / _CHARACTERS_A_TOKEN)
        least = least.plus(_cost(prompt, answer, price), fewest)
        # A repair is asked for by showing the broken answer again.
        repaired = _cost(prompt + choice.max_tokens, choice.max_tokens, price)
        most = most.plus(repaired, largest * (1 + MAX_REPAIRS))
    return Estimate(least, most, priced) if least.calls else None


def _questions(config: RunConfig, brief: TaskBrief, files: tuple[SourceFile, ...]) -> list[_Questions]:
    budget, ideas = config.budget, config.planned_ideas
    code = round(max(len(file.content) for file in files) / _CHARACTERS_A_TOKEN)
    propose = ProposeIdeas(task=brief, round=1, count=budget.ideas, papers=(), history=(), files=files)
    write = WriteCode(task=brief, idea=_IDEA, files=files)
    repair = RepairCode(**dict(write), summary="an error", traceback="", structure="", notes=(), attempt=1)
    return [
        _Questions(propose, budget.rounds, budget.rounds * MAX_PROPOSALS, budget.ideas * _TOKENS_AN_IDEA),
        _Questions(write, ideas, ideas, code),
        _Questions(repair, 0, ideas * budget.max_repairs, code),
    ]


def _cost(prompt: int, answer: int, price: Price | None) -> Spent:
    dollars = 0.0 if price is None else price.dollars(Usage(prompt_tokens=prompt, completion_tokens=answer))
    return Spent(1, prompt + answer, dollars)
