from __future__ import annotations

import re

import pytest
from bibtexparser.bparser import BibTexParser

from agent.literature.bibliography import citation_keys, to_bibtex
from agent.literature.files import read_papers
from agent.literature.papers import Paper
from agent.literature.starter import starter_papers


def paper(title, **fields):
    return Paper(title=title, source="test", **fields)


def parsed(papers):
    return BibTexParser(common_strings=True, ignore_nonstandard_types=False).parse(to_bibtex(papers)).entries


def test_the_starter_library_survives_writing_and_reading(tmp_path):
    papers = starter_papers()
    path = tmp_path / "references.bib"
    path.write_text(to_bibtex(papers), encoding="utf-8")
    again = read_papers(path)
    assert not again.problems
    assert len(again.papers) == len(papers)
    by_title = {one.title: one for one in again.papers}
    for original in papers:
        copy = by_title[original.title]
        assert (copy.authors, copy.year, copy.doi, copy.arxiv) == (
            original.authors,
            original.year,
            original.doi,
            original.arxiv,
        )


@pytest.mark.parametrize(
    "title",
    [
        "Unicode: Über die Möglichkeit, naïve Καλά 随机森林",
        "50% of {braces} & more_or_less #1 ~ ^",
        "unbalanced } brace { and } again",
        "a trailing backslash \\",
        'quotes " and @article{evil, title={x}}',
        "$O(n \\log n)$ time",
        "an odd $ sign",
        "a\nline\tbreak",
    ],
)
def test_any_title_gives_one_valid_entry(title):
    entries = parsed([paper(title, authors=("A. Author",), year=2000), paper("The next one")])
    assert len(entries) == 2
    assert entries[1]["title"].strip("{}") == "The next one"


@pytest.mark.parametrize(
    "title",
    [
        "\\input{/etc/passwd}",
        "$\\input{/etc/passwd}$",
        "\\write18{rm -rf ~}",
        "$\\immediate\\write18{ls}$",
        "$\\}\\input x$",
    ],
)
def test_no_command_of_a_title_reaches_latex(title):
    written = to_bibtex([paper(title)])
    assert not re.search(r"\\(input|write|immediate)\b", written)


def test_harmless_mathematics_stays():
    assert "$\\alpha$-stable $\\mathbb{R}^n$" in to_bibtex([paper("$\\alpha$-stable $\\mathbb{R}^n$")])


def test_three_thousand_authors_and_none():
    crowd = paper("A boson", authors=tuple(f"Given Family{number}" for number in range(3000)))
    entry, bare = parsed([crowd, paper("No author, year or venue")])
    assert entry["author"].endswith(" and others")
    assert entry["author"].count(" and ") == 50
    assert (bare["ENTRYTYPE"], set(bare) - {"ID", "ENTRYTYPE"}) == ("misc", {"title"})


def test_a_name_with_and_stays_one_author():
    entry = parsed([paper("x", authors=("Johnson and Johnson", "Lab of A, B, and C"))])[0]
    assert entry["author"] == "{Johnson and Johnson} and {Lab of A, B, and C}"


def test_retraction_is_printed():
    assert parsed([paper("x", retracted=True)])[0]["note"] == "Retracted."


def test_keys_are_unique_even_for_thirty_namesakes():
    keys = citation_keys([paper(f"Deep {number}", authors=("Kaiming He",), year=2016) for number in range(30)])
    assert len(set(keys)) == 30
    assert keys[:2] == ["he2016deep", "he2016deepb"]
