from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest

from agent.literature.embedding import DIMENSIONS, quantised, unit
from agent.literature.index import add_papers, index_stats, search_index
from agent.literature.papers import Paper
from agent.literature.storage import open_to_write
from agent.literature.vectors import embed_lacking, nearest


class Subjects:
    """An embedding model in small: texts that name the same subject have the same direction."""

    name = "subjects"
    subjects = (("forest", "tree"), ("slant", "deskew"), ("noise", "denoising"))

    def __init__(self):
        self.embedded = []

    def embed(self, texts):
        self.embedded += texts
        vectors = np.full((len(texts), DIMENSIONS), 0.01, np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[: len(self.subjects)] = [any(word in text.lower() for word in names) for names in self.subjects]
        return unit(vectors)


def paper(title, **fields):
    return Paper(title=title, source="test", **fields)


def embed(index, embedder):
    with closing(open_to_write(index)) as connection:
        return embed_lacking(connection, embedder)


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "papers.db"
    add_papers(path, [paper("Many trees"), paper("Deskewing of letters"), paper("Denoising of pictures")])
    embed(path, Subjects())
    return path


def titles(index, query, embedder=None):
    return [found.title for found, _ in search_index(index, query, 10, embedder)]


def test_meaning_finds_what_shares_no_word(index):
    assert titles(index, "slanted handwriting") == []
    assert titles(index, "slanted handwriting", Subjects())[0] == "Deskewing of letters"


def test_words_and_meaning_together_beat_either(index):
    add_papers(index, [paper("Deskewing of trees"), paper("Slant of pictures")])
    embed(index, Subjects())
    assert titles(index, "slant of pictures", Subjects())[0] == "Slant of pictures"


def test_only_what_lacks_a_vector_is_embedded(index):
    add_papers(index, [paper("Slant removal")])
    embedder = Subjects()
    assert embed(index, embedder) == 1
    assert embedder.embedded == ["Slant removal"]
    assert embed(index, embedder) == 0
    assert index_stats(index).embedded == 4


def test_a_changed_record_loses_its_vector_and_nobody_inherits_it(index):
    add_papers(index, [paper("Denoising of pictures", notes="Now about a tree.")])
    assert index_stats(index).embedded == 2
    assert embed(index, Subjects()) == 1
    assert set(titles(index, "forests", Subjects())[:2]) == {"Many trees", "Denoising of pictures"}


def test_a_paper_without_a_vector_is_still_found_by_its_words(index):
    add_papers(index, [paper("Slant removal")])
    assert "Slant removal" in titles(index, "slant", Subjects())


def test_vectors_of_another_model_are_not_compared(index):
    other = Subjects()
    other.name = "other"
    assert titles(index, "slanted handwriting", other) == []
    assert titles(index, "pictures", other) == ["Denoising of pictures"]


def test_new_vectors_are_seen_by_the_next_search(index):
    query = Subjects().embed(["slant"])[0]
    before = nearest(index, query, "subjects", 10)
    add_papers(index, [paper("Slant removal")])
    embed(index, Subjects())
    assert len(nearest(index, query, "subjects", 10)) == len(before) + 1


@pytest.mark.parametrize("query", ["", "   ", "?!", "the of"])
def test_a_query_without_words_does_no_harm(index, query):
    search_index(index, query, 10, Subjects())


def test_quantising_keeps_the_direction():
    generator = np.random.default_rng(0)
    vectors = unit(generator.standard_normal((50, DIMENSIONS)).astype(np.float32))
    back = unit(np.stack([quantised(vector) for vector in vectors]).astype(np.float32))
    assert float((back * vectors).sum(axis=1).min()) > 0.999
    assert not quantised(np.zeros(DIMENSIONS, np.float32)).any()
