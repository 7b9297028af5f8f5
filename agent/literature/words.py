"""What a word, a term and a sentence are. Index, ranking, novelty and citation all ask here, so that they agree.

A term is the English Snowball stem of a word, in American spelling: authors write "normalization" and
"normalisation", and a search that tells them apart misses half of the papers.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import snowballstemmer  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-Z0-9])|\n+")
_BRITISH = (
    (re.compile(r"(?<=[a-z]{3})is(?=e[dr]?s?$|ing$|ations?$)"), "iz"),
    (re.compile(r"(?<=[a-z]{3})ys(?=e[dr]?s?$|ing$)"), "yz"),
    (re.compile(r"(?<=[a-z]{3})our"), "or"),
)
_stemmer = snowballstemmer.stemmer("english")


def words(text: str) -> list[str]:
    """Words in order of appearance: lower case, accents removed, nothing left out."""
    text = text.lower()
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _WORD.findall(text)


@lru_cache(maxsize=1)
def function_words() -> frozenset[str]:
    """Words without a meaning of their own, scikit-learn's list: a second to import, so not all commands do."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Stem of a lower-case word, British spelling folded into American."""
    for pattern, american in _BRITISH:
        word = pattern.sub(american, word)
    return str(_stemmer.stemWord(word))


def stems(text: str) -> list[str]:
    """Stems of all words in order, function words included: for matching phrases."""
    return [stem(word) for word in words(text)]


def terms(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order, repetitions kept: for counting and searching."""
    return [stem(word) for word in words(text) if word not in function_words()]


def matched_words(query: str, found: Iterable[str]) -> tuple[str, ...]:
    """The query's words whose stem is among `found`, each once, in the query's order and spelling."""
    kept = set(found)
    matches = (word for word in words(query) if word not in function_words() and stem(word) in kept)
    return tuple(dict.fromkeys(matches))


def sentences(text: str) -> list[str]:
    """Sentences of running text. A line break ends one, so that a title stays apart from the abstract below it."""
    return [sentence for part in _SENTENCE_END.split(text) if (sentence := part.strip())]
