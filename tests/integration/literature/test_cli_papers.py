"""`echolocate papers` as a person uses it, on a machine that has nothing yet."""

from __future__ import annotations

import json

import pytest
from fake_pdfs import lines, pdf
from typer.testing import CliRunner

from agent.cli_papers import papers_app
from agent.errors import BadConfiguration
from agent.literature.searching import local_sources

BIB = "@article{a, title={Straightening of slanted {\\'e}crits}, author={Ada Byron}, year={2019}, doi={10.1000/x}}"


@pytest.fixture(autouse=True)
def fresh_machine(tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "papers-cache"))
    monkeypatch.setenv("ECHOLOCATE_LIBRARY", str(tmp_path / "data" / "papers.db"))
    monkeypatch.setenv("COLUMNS", "200")


def papers(*arguments):
    done = CliRunner().invoke(papers_app, list(map(str, arguments)))
    if isinstance(done.exception, BadConfiguration):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_a_fresh_machine_answers_from_the_starter_library():
    found = papers("search", "random forest", "--offline")
    assert "breiman2001random" in found
    assert "starter library, " in found


def test_what_was_added_is_found_shown_and_counted(tmp_path):
    (tmp_path / "mine.bib").write_text(BIB, encoding="utf-8")
    assert papers("add", tmp_path / "mine.bib") == "papers read: 1; new or changed: 1; left out or remarked on: 0\n"
    assert "read: 1; new or changed: 0" in papers("add", tmp_path / "mine.bib")
    assert "doi:10.1000/x" in papers("search", "slanted")
    shown = papers("show", "doi:10.1000/x")
    assert "authors: Ada Byron" in shown
    assert "in your library" in shown
    assert "2019–2019" in papers("stats")
    first = json.loads(papers("search", "straightening slanted", "--json").splitlines()[0])
    assert first["title"].startswith("Straightening of slanted")


def test_every_source_of_a_run_sees_the_library(tmp_path):
    (tmp_path / "mine.bib").write_text(BIB, encoding="utf-8")
    papers("add", tmp_path / "mine.bib")
    sources = local_sources(tmp_path / "data" / "papers.db")
    assert [source.name for source in sources] == ["your library", "starter library"]


def test_a_folder_of_pdfs_and_one_bad_file_costs_itself(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    text = lines("Nothing is said of kangaroos.", "See arXiv:1901.00001v2 and 10.1000/yy.")
    (folder / "on_slanted_writing.pdf").write_bytes(pdf(text))
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    (folder / "table.csv").write_text("title,year\nA table,MMXX\n", encoding="utf-8")
    said = papers("add", folder)
    assert "read: 1; new or changed: 1;" in said
    assert [line.split(":")[0] for line in said.splitlines()[:2]] == ["broken.pdf", "table.csv, line 2"]
    assert "doi:10.1000/yy" in papers("search", "kangaroos")
    assert "full text: 1 pages" in papers("show", "doi:10.1000/yy")
    (source, _) = local_sources(tmp_path / "data" / "papers.db")
    assert "kangaroos" in source.full_text(source.find("doi:10.1000/yy"))[0].text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "missing.bib"), "missing.bib"),
        (("add", "paper.docx"), "paper.docx"),
        (("show", "doi:10.1000/nobody"), "no paper of this id"),
        (("search", "x", "--sources", "arvix"), "did you mean arxiv"),
    ],
)
def test_what_cannot_be_is_one_clear_line(arguments, said):
    with pytest.raises(BadConfiguration, match=said) as raised:
        papers(*arguments)
    assert "\n" not in str(raised.value)


def test_a_library_that_is_none_is_one_clear_line(tmp_path):
    library = tmp_path / "other.db"
    library.write_text("no database " * 100, encoding="utf-8")
    (tmp_path / "mine.bib").write_text(BIB, encoding="utf-8")
    with pytest.raises(BadConfiguration, match=r"other\.db"):
        papers("add", tmp_path / "mine.bib", "--library", library)
    for command in ("stats", "show"):
        with pytest.raises(BadConfiguration, match=r"other\.db"):
            papers(command, *(["doi:1"] if command == "show" else []), "--library", library)
    assert "other.db" in papers("search", "forest", "--library", library)


def test_text_of_others_moves_no_cursor_and_is_no_markup(tmp_path):
    record = {"title": "[bold]Loud[/bold] \x1b[2J zebra", "doi": "10.1000/z"}
    (tmp_path / "mine.jsonl").write_text(json.dumps(record), encoding="utf-8")
    papers("add", tmp_path / "mine.jsonl")
    for said in (papers("search", "zebra"), papers("show", "doi:10.1000/z")):
        assert "[bold]Loud[/bold]" in said
        assert "\x1b" not in said
