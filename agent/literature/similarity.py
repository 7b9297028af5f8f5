"""Similarity of short texts without a language model: TF-IDF vectors and their cosine."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from agent.literature.starter import starter_papers
from agent.literature.words import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


class Similarity(Protocol):
    """A way to compare texts."""

    @property
    def name(self) -> str:
        """What records call it; thresholds belong to it."""
        ...

    def cosine(self, left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
        """Of every left text (rows) with every right one (columns)."""
        ...


class TextSpace:
    """Term weights learned once from a collection, then the same for every text that is compared.

    Weights that moved with the texts at hand would move similarities too, and with them the meaning of a threshold.
    A term that the collection lacks gets the weight of the rarest.
    """

    name = "tf-idf"

    def __init__(self, collection: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

        self._counts = HashingVectorizer(analyzer=terms, n_features=2**18, alternate_sign=False, norm=None)
        self._weights = TfidfTransformer(sublinear_tf=True).fit(self._counts.transform(collection))

    def cosine(self, left: Sequence[str], right: Sequence[str]) -> NDArray[np.float64]:
        """Cosine of every left text (rows) with every right one (columns), 0 to 1; 0 for a text without terms."""
        vectors = [self._weights.transform(self._counts.transform(texts)) for texts in (left, right)]
        similarity: NDArray[np.float64] = (vectors[0] @ vectors[1].T).toarray()
        return similarity


@lru_cache(maxsize=1)
def library_space() -> TextSpace:
    """Term weights of the starter library: the same on every machine and in every run, as thresholds need it."""
    return TextSpace([paper.text for paper in starter_papers()])
