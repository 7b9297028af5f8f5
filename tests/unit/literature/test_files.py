from __future__ import annotations

import pytest

from agent.errors import BadConfiguration
from agent.literature.files import read_papers


def read(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_papers(path)


def test_bibtex(tmp_path):
    text = r"""
@article{a, title = {Über {B}agging: {\'E}tude of $\alpha$}, author = {M{\"u}ller, Jan and Ada
 Lovelace}, year = 1996, journal = {Machine Learning}, doi = {https://doi.org/10.1007/BF00058655}, month = jul}
@misc{b, title = {A preprint}, eprint = {1412.6980}, archivePrefix = {arXiv}, date = {2014-12-22}}
@misc{c, author = {No Title}}
"""
    papers, problems = read(tmp_path, "mine.bib", text)
    assert papers[0].title.startswith("Über Bagging: Étude")
    assert papers[0].authors == ("Müller, Jan", "Ada Lovelace")
    assert (papers[0].doi, papers[0].venue) == ("10.1007/bf00058655", "Machine Learning")
    assert (papers[1].arxiv, papers[1].year) == ("1412.6980", 2014)
    assert problems == ["mine.bib, entry c: no title"]


def test_bibtex_that_cannot_be_parsed_is_not_passed_over(tmp_path):
    papers, problems = read(
        tmp_path, "mine.bib", "@article{good, title={Fine}}\n@article{bad, title={Open, year=2000\n"
    )
    assert [paper.title for paper in papers] == ["Fine"]
    assert problems == ["mine.bib, entry bad: no valid BibTeX: look for a missing brace, quote or comma"]
    _, problems = read(tmp_path, "mine.bib", "@article{a, title={x}, journal=nowhere}")
    assert "nowhere" in problems[0]


def test_json_lines(tmp_path):
    text = (
        '{"title": "One", "authors": ["Ada"], "year": "2001", "x": 1}\n\n{"title": 3}\nno json\n[1]\n{"year": 2001}\n'
    )
    papers, problems = read(tmp_path, "mine.jsonl", text)
    assert [(paper.title, paper.year, paper.source) for paper in papers] == [("One", 2001, "mine.jsonl")]
    assert [problem.split(":")[0] for problem in problems] == [f"mine.jsonl, line {n}" for n in (3, 4, 5, 6)]
    assert all("\n" not in problem for problem in problems)


def test_csv(tmp_path):
    text = 'Title,Authors,Year,DOI,Keywords\n"A, b",Ada; Bob,2001,10.1000/x,trees;digits\nNo year,,,,\nBad,,MMXX,,\n'
    papers, problems = read(tmp_path, "mine.csv", "\ufeff" + text)
    assert [paper.title for paper in papers] == ["A, b", "No year"]
    assert (papers[0].authors, papers[0].tags) == (("Ada", "Bob"), ("trees", "digits"))
    assert problems[0].startswith("mine.csv, line 4: year: ")


def test_a_record_cannot_set_what_is_ours(tmp_path):
    papers, _ = read(
        tmp_path, "mine.jsonl", '{"title": "x", "source": "arXiv", "checked": "by me", "retracted": false}'
    )
    assert (papers[0].source, papers[0].checked, papers[0].retracted) == ("mine.jsonl", "", None)


@pytest.mark.parametrize("name", ["missing.bib", "papers.docx"])
def test_what_cannot_be_read_gets_one_line(tmp_path, name):
    with pytest.raises(BadConfiguration, match=name):
        read_papers(tmp_path / name)


def test_not_text(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00title")
    with pytest.raises(BadConfiguration, match=r"x\.csv"):
        read_papers(tmp_path / "x.csv")
