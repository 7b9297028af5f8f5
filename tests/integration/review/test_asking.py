"""Questions about an item: answered from the ledger, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.errors import Unanswered, UserMustAct
from agent.models.requests import AskAboutItem, ItemAnswer
from agent.models.rule_based.model import RuleBasedModel
from agent.review.asking import ask, read_answer
from agent.review.item_text import describe
from agent.review.queue import item, offer, questions, submit
from agent.review.verdicts import Reject
from agent.run import Run
from agent.testing import ScriptedModel

HOSTILE = "\x1b[2J\x1b]0;owned\x07<script>\u202egnp"


@pytest.fixture
def run(new_run: Callable[..., Any]) -> Run:
    """A run with one idea that improved by about 0.03."""
    filler = new_run()
    filler.baseline()
    filler.idea("r1-1", f"Support vectors {HOSTILE}", "Replace logistic regression by a support vector classifier.")
    commit = filler.attempt("r1-1", 1)
    filler.verdict("r1-1", "validation", 0.031, commit)
    offer(filler.run, "result", "r1-1", 1, f"Support vectors {HOSTILE}")
    made: Run = filler.run
    return made


def saying(text: str) -> ScriptedModel:
    return ScriptedModel({"ask_about_item": lambda _: ItemAnswer(answer=text)})


async def test_a_number_of_the_ledger_is_cited_with_its_source(run: Run) -> None:
    model = saying("It gains 77.7.")
    with pytest.raises(Unanswered):
        await ask(run, "r1-1/result", "How much?", "ada", model)
    (request,) = model.asked
    assert isinstance(request, AskAboutItem)
    difference = next(fact.text for fact in request.facts if fact.name == "difference (verdict r1-1/validation)")
    answered = await ask(run, "r1-1/result", "How much?", "ada", saying(f"It gains {difference}."))
    assert "verdict:r1-1/validation" in {one.source.id for one in answered.cited}
    (kept,) = questions(run, "r1-1/result")
    assert (read_answer(kept), kept.who, kept.question) == (answered, "ada", "How much?")


@pytest.mark.parametrize("text", ["It reaches 0.999.", "It gains 3 %.", "About 12 of 100 digits more.", "p < .001"])
async def test_a_number_that_the_ledger_lacks_is_refused_and_not_kept(run: Run, text: str) -> None:
    with pytest.raises(Unanswered, match="no such number among the facts"):
        await ask(run, "r1-1/result", "How much?", "ada", saying(text))
    assert questions(run, "r1-1/result") == []


async def test_a_model_without_an_answer_is_told_in_a_line(run: Run) -> None:
    with pytest.raises(Unanswered, match="the script has no answer"):
        await ask(run, "r1-1/result", "How much?", "ada", ScriptedModel({}))


async def test_a_question_about_nothing_is_refused(run: Run) -> None:
    with pytest.raises(UserMustAct, match="no item r9-9/idea"):
        await ask(run, "r9-9/idea", "How much?", "ada", RuleBasedModel())


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How sure is that?", "confidence (verdict r1-1/validation): 99.38 %"),
        ("How much better is it?", "difference (verdict r1-1/validation): +0.03"),
        ("Why?", "reason (verdict r1-1/validation): Better by"),
        ("How long does it take?", "time (attempt r1-1-a1)"),
        ("Is it novel?", "similarity to"),
        ("Xyzzy?", "verdict r1-1/validation"),
    ],
)
async def test_the_rule_based_model_answers_with_the_facts_that_the_words_ask_for(
    run: Run, question: str, says: str
) -> None:
    answered = await ask(run, "r1-1/result", question, "ada", RuleBasedModel())
    assert says in answered.answer


async def test_no_text_of_others_moves_the_cursor(run: Run) -> None:
    await ask(run, "r1-1/result", f"Why? {HOSTILE}", HOSTILE, saying(f"Because. {HOSTILE}"))
    submit(run, "r1-1/result", 1, Reject(reason=HOSTILE), HOSTILE)
    text = describe(run, item(run, "r1-1/result"))
    assert "<script>" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
