from __future__ import annotations

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.literature.index import add_papers, index_stats, search_index
from agent.literature.papers import Paper


def paper(title, **fields):
    return Paper(title=title, source="test", **fields)


@pytest.fixture
def index(tmp_path):
    path = tmp_path / "papers.db"
    add_papers(
        path,
        [
            paper("Random forests", year=2001, notes="An ensemble of decision trees."),
            paper("Support-vector networks", year=1995, notes="A maximum-margin classifier."),
            paper("Image denoising", year=2005, abstract="Normalisation of noisy images of forests."),
        ],
    )
    return path


def titles(path, query, k=10):
    return [found.title for found, _ in search_index(path, query, k)]


def test_best_match_first_and_any_term_is_enough(index):
    assert titles(index, "forest of trees, sought by nobody") == ["Random forests", "Image denoising"]
    assert titles(index, "normalizing") == ["Image denoising"]
    assert titles(index, "forest", k=1) == ["Random forests"]


def test_scores_are_positive_and_falling(index):
    scores = [score for _, score in search_index(index, "random forests of images", 10)]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)


@pytest.mark.parametrize("query", ["", "   ", "the of and", "?!()[]{}"])
def test_a_query_without_terms_finds_nothing(index, query):
    assert search_index(index, query, 10) == []


@pytest.mark.parametrize(
    "query",
    [
        '"unbalanced',
        "title:forests",
        "NEAR(random forests)",
        "forests*",
        "'; DROP TABLE papers; --",
        "forest AND NOT random",
        "^random",
        "a_b",
        "x\x00y",
    ],
)
def test_query_language_and_sql_are_plain_words(index, query):
    search_index(index, query, 10)
    assert index_stats(index).papers == 3


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_breaks_the_search(index, query):
    search_index(index, query, 5)


def test_adding_again_changes_nothing_and_a_changed_record_replaces_the_old(index):
    same = [found for found, _ in search_index(index, "forests", 10)]
    assert add_papers(index, same) == 0
    changed = paper("Random forests", year=2001, notes="Bagging of randomised trees.")
    # The last record's place is taken again by its successor, which must not inherit its words.
    changed_last = paper("Image denoising", year=2005, abstract="Wavelets.")
    assert add_papers(index, [changed_last, changed]) == 2
    assert index_stats(index) == (3, 1995, 2005, 0, 0)
    assert titles(index, "bagging") == ["Random forests"]
    assert titles(index, "decision") == []
    assert titles(index, "wavelets") == ["Image denoising"]
    assert titles(index, "noisy") == []


def test_a_failure_half_way_leaves_the_index_as_it_was(index):
    def failing():
        yield paper("A new paper on kernels")
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk"):
        add_papers(index, failing())
    assert index_stats(index).papers == 3
    assert titles(index, "kernels") == []


def test_common_words_are_left_out_of_a_search_that_would_read_too_much(index, monkeypatch):
    monkeypatch.setattr("agent.literature.index.SCORED", 3)
    monkeypatch.setattr("agent.literature.index.POSTINGS", 3)
    add_papers(index, [paper(f"Images of kind {letter}") for letter in "abcdef"])
    assert titles(index, "images of random forests") == ["Random forests", "Image denoising"]
    assert len(titles(index, "images")) == 7


def test_common_words_count_where_a_rare_one_stands_too(index, monkeypatch):
    add_papers(index, [paper(f"Images of kind {letter}, and of {letter}") for letter in "abcdef"])
    add_papers(index, [paper("Random images"), paper("Random kinds of images and images of forests")])
    query = "random images of a kind"
    whole = search_index(index, query, 3)
    monkeypatch.setattr("agent.literature.index.SCORED", 4)
    assert search_index(index, query, 3) == whole
    monkeypatch.setattr("agent.literature.index.POSTINGS", 4)
    assert search_index(index, query, 3) != whole


def test_no_index_is_an_error_and_is_not_made(tmp_path):
    with pytest.raises(sqlite3.Error):
        search_index(tmp_path / "nothing.db", "forest", 5)
    assert not (tmp_path / "nothing.db").exists()


def test_any_folder_name_works(tmp_path):
    path = tmp_path / "a#b?mode=rw&c %41.db"
    add_papers(path, [paper("Random forests")])
    assert titles(path, "forest") == ["Random forests"]
