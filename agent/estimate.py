"""What a run may ask of its models and what that may come to, before it starts."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Any, NamedTuple

from agent.config import RULE_BASED, RunConfig
from agent.literature.asking import ASKED
from agent.literature.prior_work import COMPARED
from agent.literature.scoring import TOGETHER
from agent.models.budget import Spent
from agent.models.forms import ladder
from agent.models.literature_requests import ComparePapers, ScorePapers
from agent.models.openai_model import MAX_REPAIRS
from agent.models.prices import Price
from agent.models.prompts import render
from agent.models.request import Request
from agent.models.requests import IdeaDraft, PaperExcerpt, ProposeIdeas, RepairCode, SourceFile, TaskBrief, WriteCode
from agent.models.usage import Usage
from agent.nodes.propose import MAX_PROPOSALS

_CHARACTERS_A_TOKEN = 3.5
"""Of our prompts (docs/models.md)."""
_TOKENS_AN_IDEA = 110
"""As language models propose them (docs/models.md)."""
_TOKENS_A_PAPER = 60
"""Of what is said of one paper: its entry in the form that is asked for, with a sentence."""
_IDEA = IdeaDraft(title="A short name", summary="What is changed and how, in two or three sentences.")
_PAPER = PaperExcerpt(
    id="a paper", title="A title of the common length, with what it is about", year=2024, text="a" * 1200
)


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


class Questions(NamedTuple):
    """One kind of question, as often as a run may ask it."""

    request: Request[Any]
    """One of the common size."""
    fewest: int
    """When every answer is right at once."""
    most: int
    """When none is; without the repairs of an answer."""
    answer: int
    """Tokens of an answer."""


def estimate(config: RunConfig, brief: TaskBrief, files: tuple[SourceFile, ...]) -> Estimate | None:
    """Reckon with the run's rounds, ideas and repairs and with the task's own prompts, without feedback.

    None when no model is asked that could cost anything; a replay asks none.
    """
    return reckon(config, [*_about_code(config, brief, files), *_about_papers(config, brief)])


def reckon(config: RunConfig, questions: Iterable[Questions]) -> Estimate | None:
    """What these questions may come to, each asked of the model that the run has for its kind.

    None when no model is asked that could cost anything; a replay asks none.
    """
    if config.replays:
        return None
    least, most, priced = Spent(), Spent(), True
    for request, fewest, largest, answer in questions:
        choice = config.model_for(request.kind)
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


def _about_code(config: RunConfig, brief: TaskBrief, files: tuple[SourceFile, ...]) -> list[Questions]:
    budget, ideas = config.budget, config.planned_ideas
    code = round(max(len(file.content) for file in files) / _CHARACTERS_A_TOKEN)
    propose = ProposeIdeas(task=brief, round=1, count=budget.ideas, papers=(), history=(), files=files)
    write = WriteCode(task=brief, idea=_IDEA, files=files)
    repair = RepairCode(**dict(write), summary="an error", traceback="", structure="", notes=(), attempt=1)
    return [
        Questions(propose, budget.rounds, budget.rounds * MAX_PROPOSALS, budget.ideas * _TOKENS_AN_IDEA),
        Questions(write, ideas, ideas, code),
        Questions(repair, 0, ideas * budget.max_repairs, code),
    ]


def _about_papers(config: RunConfig, brief: TaskBrief) -> list[Questions]:
    """Of the papers of a round and of those nearest to an idea; the rule-based model is not asked (see `reckon`)."""
    compared = ASKED * config.planned_ideas
    compare = ComparePapers(problem=brief.topic, method=_IDEA.summary, claim="", papers=(_PAPER,) * COMPARED)
    score = ScorePapers(topic=brief.topic, input=brief.input, output=brief.output, papers=(_PAPER,) * TOGETHER)
    batches = ceil(config.bank / TOGETHER) if config.retrieval == "ranked" else 0
    return [
        Questions(compare, compared, compared, COMPARED * _TOKENS_A_PAPER),
        Questions(
            score, config.budget.rounds * min(1, batches), config.budget.rounds * batches, TOGETHER * _TOKENS_A_PAPER
        ),
    ]


def _cost(prompt: int, answer: int, price: Price | None) -> Spent:
    dollars = 0.0 if price is None else price.dollars(Usage(prompt_tokens=prompt, completion_tokens=answer))
    return Spent(1, prompt + answer, dollars)
