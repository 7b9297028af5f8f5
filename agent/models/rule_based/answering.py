"""Answers to a reviewer's question: the facts of the ledger that its words ask for, as they stand."""

from __future__ import annotations

import re

from agent.models.requests import AskAboutItem, Fact, ItemAnswer

_MOST = 5
_MEANS = {
    "why": "reason",
    "better": "difference",
    "worse": "difference",
    "improvement": "difference",
    "sure": "confidence",
    "certain": "confidence",
    "significant": "confidence",
    "interval": "low high",
    "range": "low high",
    "long": "time",
    "slow": "time",
    "fast": "time",
    "seconds": "time",
    "novel": "similarity",
    "new": "similarity",
    "like": "similarity",
    "accuracy": "metric",
    "score": "metric",
    "seeds": "metric",
    "seed": "metric",
}
"""What people say, and the word of a fact's name that they mean."""


def answer_about(request: AskAboutItem) -> ItemAnswer:
    """The facts whose names share words with the question; sentences first where none does."""
    asked = _words(request.question)
    asked |= {meant for word in asked if word in _MEANS for meant in _MEANS[word].split()}
    fitting = [fact for fact in request.facts if asked & _words(fact.name)]
    chosen = sorted(fitting, key=lambda fact: -len(asked & _words(fact.name))) or list(request.facts)
    if not chosen:
        return ItemAnswer(answer="The ledger holds nothing on this yet.")
    found = " ".join(_sentence(fact) for fact in chosen[:_MOST])
    return ItemAnswer(answer=f"From the ledger, by rule: {found}"[:4000])


def _sentence(fact: Fact) -> str:
    return f"{fact.name}: {fact.text.rstrip('.')}."


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))
