"""What people said is a lesson to the rule-based model, and what it answers them."""

from __future__ import annotations

from typing import Literal

from agent.models.requests import AskAboutItem, Fact, PastIdea, PastReview
from agent.models.rule_based.answering import answer_about
from agent.models.rule_based.lessons import learn


def idea(name: str, verdict: Literal["improved", "same"] = "improved") -> PastIdea:
    return PastIdea(
        id=f"r1-{name}", title=name, summary=name, components=(name,), verdict=verdict, reason="", difference=0.1
    )


def review(name: str, action: Literal["accept", "reject"], about: str) -> PastReview:
    return PastReview(
        idea=f"r1-{name}", title=name, summary=name, components=(name,), about=about, action=action, reason="why"
    )


def test_an_idea_that_was_rejected_is_neither_tried_again_nor_combined() -> None:
    lessons = learn([], [review("boosting", "reject", "idea")])
    assert frozenset({"boosting"}) in lessons.tried
    assert "boosting" in lessons.left_out


def test_a_result_that_was_rejected_is_not_built_on() -> None:
    history = [idea("boosting"), idea("bagging")]
    assert len(learn(history).improved) == 2
    lessons = learn(history, [review("boosting", "reject", "result")])
    assert lessons.improved == (frozenset({"bagging"}),)


def test_a_remark_on_what_was_accepted_changes_nothing() -> None:
    history = [idea("boosting"), idea("bagging", "same")]
    assert learn(history, [review("boosting", "accept", "result")]) == learn(history)


def question(text: str, *facts: Fact) -> AskAboutItem:
    return AskAboutItem(
        task="?", about="result", title="t", summary="s", motivation="", diff="", facts=facts, question=text
    )


def test_an_answer_never_holds_a_number_that_is_not_among_the_facts() -> None:
    facts = (Fact(name="difference (verdict r1-1/validation)", text="+0.035"), Fact(name="score", text="7.1"))
    for text in ("Is it 0.99 better?", "Why 42?", "difference score", ""):
        asked = question(text, *facts)
        assert asked.flaw_of(answer_about(asked)) == ""


def test_without_facts_it_says_so() -> None:
    assert "nothing on this yet" in answer_about(question("Why?")).answer
