"""When an idea may cite a paper: only where its component's name stands in the paper's own text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.literature.words import sentences, stems

if TYPE_CHECKING:
    from collections.abc import Iterable


def find_support(text: str, keywords: Iterable[str]) -> str | None:
    """Return the first sentence of `text` that names one of `keywords`, or None.

    A keyword is found when its words stand next to each other in their order, whatever their endings: "random forest"
    in "random forests", "k-nearest neighbours" in "k nearest neighbor", but not "forest" in "deforestation".
    """
    phrases = [phrase for keyword in keywords if (phrase := _spaced(keyword))]
    for sentence in sentences(text):
        spaced = _spaced(sentence)
        if any(phrase in spaced for phrase in phrases):
            return sentence
    return None


def _spaced(text: str) -> str:
    found = stems(text)
    return f" {' '.join(found)} " if found else ""
