"""Ideas whose novelty is known, made from a corpus of abstracts when they are needed.

A *known* idea is what an abstract says it does, in other words and without the names that the authors gave it. A *new*
one puts the method of one abstract to the problem of another from a different field: both halves are known and their
combination, as far as the corpus goes, is not. Nothing of the corpus' text is kept.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from agent.literature.papers import Paper
from agent.literature.prior_work import Idea
from agent.literature.words import sentences

_METHOD = re.compile(
    r"\b(we|this (paper|work|article|study)|here,? we)\b[^.]*\b"
    r"(propos|present|introduc|develop|design|describ|formulat|devis)\w*",
    re.IGNORECASE,
)
_CLAIM = re.compile(r"\b(outperform|improv|achiev|demonstrat|show|results|effective|superior|accura)\w*", re.IGNORECASE)
_NAME = re.compile(r"\b\w*(?:[A-Z]\w*[A-Z]|\d)[\w-]*|\([^()]*\)|https?://\S+")
# Written by us. Both directions are used, so that a wording does not drift to one side.
_SYNONYMS = [
    ("propose", "introduce"), ("present", "describe"), ("novel", "new"), ("method", "approach"), ("model", "network"),
    ("framework", "scheme"), ("improve", "increase"), ("show", "demonstrate"), ("use", "employ"), ("task", "problem"),
    ("existing", "previous"), ("outperform", "surpass"), ("achieve", "reach"), ("performance", "quality"),
    ("accuracy", "precision"), ("efficient", "fast"), ("effective", "successful"), ("large", "big"),
    ("data", "samples"),
    ("learn", "acquire"), ("train", "fit"), ("image", "picture"), ("text", "documents"), ("predict", "forecast"),
    ("detect", "find"), ("generate", "produce"), ("estimate", "determine"), ("robust", "stable"),
    ("complex", "intricate"),
    ("several", "multiple"), ("various", "diverse"), ("important", "crucial"), ("challenge", "difficulty"),
    ("significant", "considerable"), ("reduce", "lower"), ("combine", "join"), ("information", "knowledge"),
    ("feature", "descriptor"), ("structure", "organisation"), ("local", "nearby"), ("global", "overall"),
    ("state-of-the-art", "best known"), ("experiments", "trials"), ("based on", "built on"), ("address", "tackle"),
    ("evaluate", "assess"), ("analysis", "study"), ("however", "yet"), ("recent", "current"), ("require", "need"),
]  # fmt: skip
_OTHER = {one: other for pair in _SYNONYMS for one, other in (pair, pair[::-1])}


DROPPED = 0.5
"""Share of the words that a rewording leaves out, beside names."""


class Case(NamedTuple):
    """An idea in two wordings, and the paper that did it already; None for a new one."""

    wordings: tuple[Idea, Idea]
    paper: str | None


def make_cases(papers: Iterable[Paper], count: int, seed: int) -> list[Case]:
    """`count` known and `count` new ideas."""
    chance = random.Random(seed)
    told = [(paper, idea) for paper in papers if (idea := _told(paper))]
    chosen = chance.sample(told, 3 * count)
    known = [_case(idea, paper.id, chance) for paper, idea in chosen[:count]]
    pairs = zip(chosen[count : 2 * count], _far_apart(chosen[2 * count :]), strict=True)
    mixed = [_case(Idea(one.problem, other.method, one.claim), None, chance) for (_, one), (_, other) in pairs]
    return known + mixed


def _far_apart(told: list[tuple[Paper, Idea]]) -> Iterator[tuple[Paper, Idea]]:
    """In another order: the sample is at random already, so neighbours have nothing in common but chance."""
    return reversed(told)


def _told(paper: Paper) -> Idea | None:
    """What an abstract says of its problem, method and claim; None when it does not say all three plainly."""
    told = sentences(paper.abstract)
    at = next((i for i, sentence in enumerate(told) if _METHOD.search(sentence)), 0)
    claims = [sentence for sentence in told[at + 1 :] if _CLAIM.search(sentence)]
    if at == 0 or not claims or len(told[at].split()) < 15:
        return None
    method = told[at]
    return Idea(told[at - 1], method, claims[-1])


def _case(idea: Idea, paper: str | None, chance: random.Random) -> Case:
    first, second = (Idea(*(reworded(text, chance) for text in idea)) for _ in range(2))
    return Case((first, second), paper)


def reworded(text: str, chance: random.Random) -> str:
    """The text without names, with other words where we know some, without half of the rest, clauses reordered."""
    clauses = [clause.strip() for clause in re.split(r"[,;:.]\s", _NAME.sub("", text)) if clause.strip()]
    chance.shuffle(clauses)
    return ". ".join(" ".join(_words(clause, chance)) for clause in clauses)


def _words(clause: str, chance: random.Random) -> Iterator[str]:
    for word in clause.split():
        bare = word.lower().strip(".,;:()")
        stem = next((known for known in _OTHER if bare.startswith(known)), None)
        if bare in ENGLISH_STOP_WORDS:
            yield word
        elif stem:
            yield _OTHER[stem] if chance.random() < 0.7 else word
        elif chance.random() > DROPPED:
            yield word
