"""The starter library is data that people rely on: every record is held to the rules it was collected by."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from pydantic import ValidationError

from agent.literature.papers import Paper, merge_records
from agent.literature.starter import starter_papers
from agent.literature.words import sentences

LINES = (files("agent.literature") / "starter" / "papers.jsonl").read_text(encoding="utf-8").splitlines()


def test_every_line_is_a_paper():
    wrong = {}
    for number, line in enumerate(LINES, start=1):
        try:
            Paper.model_validate_json(line)
        except ValidationError as error:
            wrong[number] = str(error)
    assert not wrong


def test_there_are_enough_and_each_is_there_once():
    papers = starter_papers()
    assert len(papers) >= 120
    assert len({paper.id for paper in papers}) == len(papers)
    assert len(merge_records(papers)) == len(papers)


def test_every_record_names_what_it_was_checked_against():
    kinds = ("arXiv metadata", "PubMed metadata", "proceedings list of ", "bibliography of ", "references in ")
    assert not [paper.id for paper in starter_papers() if not paper.checked.startswith(kinds)]


def test_the_facts_are_plausible_and_complete():
    for paper in starter_papers():
        assert paper.authors, paper.id
        assert paper.year is not None, paper.id
        assert 1900 <= paper.year <= 2026, paper.id
        assert paper.venue, paper.id
        assert paper.tags, paper.id
        assert not paper.abstract, f"{paper.id}: abstracts are their publishers'"
        if paper.arxiv[:4].isdigit():
            # An arXiv id begins with year and month; the paper itself may appear up to three years later.
            assert -1 <= paper.year - (2000 + int(paper.arxiv[:2])) <= 3, paper.id


def test_notes_are_one_to_three_sentences():
    assert not {paper.id: paper.notes for paper in starter_papers() if not 1 <= len(sentences(paper.notes)) <= 3}


def test_the_file_is_sorted_and_plain():
    ids = [json.loads(line)["id"] for line in LINES]
    assert ids == sorted(ids)


@pytest.mark.parametrize("tag", ["handwritten digits", "regression", "image denoising", "evaluation", "ensemble"])
def test_the_built_in_tasks_fields_are_covered(tag):
    assert sum(tag in paper.tags for paper in starter_papers()) >= 8
