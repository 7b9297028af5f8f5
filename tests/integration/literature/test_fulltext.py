"""The text of PDFs, honest and hostile ones."""

from __future__ import annotations

import io
import time
import zlib
from pathlib import Path

import pytest
from fake_pdfs import lines, pdf

from agent.errors import BadConfiguration
from agent.literature import fulltext
from agent.literature.fulltext import read_pdf

pypdf = pytest.importorskip("pypdf", reason="needs the extra `pdf`")


@pytest.fixture
def read(tmp_path):
    def read(content: bytes, **limits: int):
        path = tmp_path / "paper.pdf"
        path.write_bytes(content)
        return read_pdf(path, **limits)

    return read


def test_passages_know_their_page(read):
    found = read(pdf(lines("Boosting trees.", "We show that shrink-", "age helps. Naïve!"), lines("A second page.")))
    assert found.status == "ok", found.detail
    assert [(one.page, one.text) for one in found.passages] == [
        (1, "Boosting trees. We show that shrinkage helps. Naïve!"),
        (2, "A second page."),
    ]


def test_long_pages_become_passages_of_whole_sentences(read):
    sentences = [f"Sentence number {i} says a little about trees." for i in range(60)]
    found = read(pdf(lines(*sentences)))
    assert len(found.passages) > 2
    assert all(len(one.text) <= fulltext.PASSAGE + 1 for one in found.passages)
    assert all(one.text.startswith("Sentence") and one.text.endswith("trees.") for one in found.passages)
    assert " ".join(one.text for one in found.passages) == " ".join(sentences)


def test_pages_without_text_are_empty_and_no_error(read):
    assert read(pdf(b"0 0 100 100 re f")).status == "empty"


def encrypted() -> bytes:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


HOSTILE = {
    "empty file": lambda: b"",
    "a web page": lambda: b"<!DOCTYPE html><html>Please log in</html>",
    "noise": lambda: bytes(range(256)) * 400,
    "cut off": lambda: pdf(lines("Boosting trees."))[:180],
    "encrypted": encrypted,
    "page tree that holds itself": lambda: pdf(lines("x"), kids="2 0 R"),
    "deep nesting": lambda: pdf(lines("x"), kids="[" * 100_000),
    "unpacks to 300 MB": lambda: pdf(zlib.compress(bytes(3 * 10**8), 9), stream="/Filter /FlateDecode"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_an_error_in_time(read, kind):
    begun = time.monotonic()
    found = read(HOSTILE[kind](), seconds=10, memory_bytes=2**29)
    assert found.status in ("error", "empty")
    assert found.detail.startswith("paper.pdf: ")
    assert "\n" not in found.detail
    assert found.passages == ()
    assert time.monotonic() - begun < 30


def test_a_file_that_takes_too_long_is_given_up(read):
    endless = pdf(b"BT /F 12 Tf " + b"(x) Tj T* " * 3_000_000 + b"ET")
    found = read(endless, seconds=1)
    assert found.status == "error"
    assert "1 s" in found.detail


def test_a_large_or_missing_file_is_not_opened(tmp_path):
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(fulltext.MAX_FILE_BYTES + 1)
    assert "larger than" in read_pdf(large).detail
    assert read_pdf(tmp_path / "none.pdf").status == "error"


def test_a_name_that_looks_like_an_option_is_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("--help; rm.pdf").write_bytes(pdf(lines("Boosting trees.")))
    assert read_pdf(Path("--help; rm.pdf")).status == "ok"


def test_many_pages_are_read_up_to_a_limit_and_that_is_said(read, monkeypatch):
    monkeypatch.setattr(fulltext, "MAX_PAGES", 3)
    found = read(pdf(*[lines(f"Page {i}.") for i in range(5)]))
    assert [one.page for one in found.passages] == [1, 2, 3]
    assert "up to page 3" in found.detail


def test_without_pypdf_the_extra_is_named(read, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(BadConfiguration, match=r"echolocate\[pdf\]"):
        read(b"")
