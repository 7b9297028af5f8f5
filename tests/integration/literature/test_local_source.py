"""The starter library's index on a real file system, with real processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from agent.errors import BadConfiguration
from agent.literature.papers import Paper
from agent.literature.sources.local import LocalSource, papers_source, starter_library
from agent.literature.starter import starter_papers

BUILD = """
import sys
from pathlib import Path
from agent.literature.sources.local import starter_library
result = starter_library(Path(sys.argv[1])).search("random forests", 3)
sys.exit(0 if result.status == "ok" else 1)
"""


def test_the_starter_library_answers_and_says_what_it_covers(tmp_path):
    result = starter_library(tmp_path).search("random forest", 3)
    assert result.status == "ok"
    assert result.hits[0].paper.id == "breiman2001random"
    assert result.hits[0].matched == ("random", "forest")
    years = [paper.year for paper in starter_papers() if paper.year]
    assert result.coverage == f"starter library, {len(starter_papers())} papers, {min(years)}–{max(years)}, by words"


def test_nothing_found_is_empty_and_not_an_error(tmp_path):
    result = starter_library(tmp_path).search("xylophone", 3)
    assert (result.status, result.hits) == ("empty", ())
    assert result.coverage.startswith("starter library")


def test_processes_that_build_at_once_all_get_a_whole_index(tmp_path):
    builders = [subprocess.Popen([sys.executable, "-c", BUILD, str(tmp_path)]) for _ in range(4)]
    assert [builder.wait(timeout=120) for builder in builders] == [0, 0, 0, 0]
    assert [path.suffix for path in tmp_path.iterdir()] == [".db"]


def test_the_second_use_reads_what_the_first_built(tmp_path):
    starter_library(tmp_path)
    index = next(tmp_path.iterdir())
    built = index.stat().st_mtime_ns
    index.chmod(0o444)
    assert starter_library(tmp_path).search("lasso", 1).status == "ok"
    assert index.stat().st_mtime_ns == built


def test_a_cache_that_cannot_be_made_is_one_clear_line(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(BadConfiguration, match="XDG_CACHE_HOME"):
        starter_library(tmp_path / "file")


@pytest.mark.parametrize("content", [b"this is no database" * 100, b""])
def test_a_broken_index_is_an_error_and_never_empty(tmp_path, content):
    path = tmp_path / "broken.db"
    path.write_bytes(content)
    result = LocalSource("mine", path).search("forest", 3)
    assert result.status == "error"
    assert "broken.db" in result.detail
    assert "\n" not in result.detail


def test_user_papers_are_a_source_of_their_own(tmp_path):
    mine = Paper(title="Deskewing of digits", source="mine.bib")
    result = papers_source("mine.bib", [mine], tmp_path / "mine.db").search("deskew", 3)
    assert [hit.paper for hit in result.hits] == [mine]
    assert result.coverage == "mine.bib, 1 paper, by words"
