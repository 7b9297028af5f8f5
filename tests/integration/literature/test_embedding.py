"""The embedding model as it is installed. Skipped, with the reason, where it is not."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from agent.config import ModelChoice
from agent.errors import BadConfiguration
from agent.literature import embedding
from agent.literature.embedding import find_embedder
from agent.literature.sources.local import starter_library
from agent.literature.starter import starter_papers
from agent.loop import sources_of
from agent.session import new_run

embedder = find_embedder()
pytestmark = pytest.mark.skipif(embedder is None, reason="the embedding model is not installed (echolocate[dense])")


def test_likeness_of_meaning_and_not_of_words():
    likeness = embedder.cosine(
        ["Ensembles of decision trees"], ["Random forests average many randomised trees.", "Decisions of a court"]
    )[0]
    assert likeness[0] > 0.5 > likeness[1]


def test_a_text_has_the_same_vector_in_any_company():
    texts = ["short", "a much longer text about handwritten digits and their slant " * 3]
    together = embedder.embed(texts)
    other = embedding.Embedder(embedding._read(embedding._MODEL), embedding._read(embedding._TOKENIZER))
    assert np.array_equal(other.embed(texts[1:])[0], together[1])
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert embedder.embed([]).shape == (0, embedding.DIMENSIONS)


def test_the_vectors_that_come_with_the_program_are_the_models():
    """If this fails after the starter library changed: `python tests/benchmarks/starter_embeddings.py`."""
    papers = starter_papers()
    assert all(embedding.text_key(paper.text) in embedder._known for paper in papers)
    for paper in papers[::40]:
        known = embedder._known[embedding.text_key(paper.text)]
        assert known @ embedder.embed([paper.text + " "])[0] > 0.999


def test_the_starter_library_is_searched_by_meaning(tmp_path):
    found = starter_library(tmp_path, embedder).search("filling gaps in tables of mass spectrometry", 5)
    assert found.coverage.endswith("by words and meaning")
    assert any("missing value" in hit.paper.title.lower() for hit in found.hits)


def test_papers_given_to_a_run_are_searched_by_meaning(tmp_path):
    (tmp_path / "mine.csv").write_text("title\nStraightening slanted handwriting\nA court of law\n", encoding="utf-8")
    run = new_run(
        tmp_path,
        name="one",
        task="digits",
        model=ModelChoice(name="rule-based"),
        sandbox="process",
        budget={"rounds": 1, "ideas": 1},
        experiments=1,
        seeds=None,
        error_rate=0.05,
        sources="",
        offline=True,
        papers=[tmp_path / "mine.csv"],
        retrieval="ranked",
        debug_context="full",
    )
    (own, *_) = sources_of(run)
    assert own.name == "your papers"
    found = own.search("deskew digits", 2)
    assert found.coverage.endswith("by words and meaning")
    assert found.hits[0].paper.title == "Straightening slanted handwriting"


def test_the_runtime_neither_calls_home_nor_leaves_an_id(tmp_path):
    embed = "from agent.literature.embedding import find_embedder; find_embedder().embed(['text'])"
    # Without the variables of a build machine, where it is silent anyway.
    subprocess.run([sys.executable, "-c", embed], cwd=tmp_path, env={"HOME": str(tmp_path)}, check=True)
    assert list(tmp_path.iterdir()) == []


def test_another_file_under_the_models_name_is_refused(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "elsewhere" / "model.onnx").write_bytes(b"something else")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(BadConfiguration, match="not the all-MiniLM-L6-v2"):
        embedding._read(embedding._MODEL._replace(package="elsewhere"))
