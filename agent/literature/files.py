"""The user's own papers: BibTeX, JSON lines and CSV become records, with one line for each that cannot be read."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bibtexparser.bibdatabase import UndefinedString
from bibtexparser.bparser import BibTexParser
from bibtexparser.customization import convert_to_unicode
from pydantic import ValidationError

from agent.errors import BadConfiguration
from agent.literature.papers import Paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Located = tuple[str, Mapping[str, object] | str]
    """Place in the file, and the record there or what is wrong with it."""

_SOURCE_FIELDS = ("title", "authors", "year", "venue", "doi", "arxiv", "pmid", "url", "abstract", "notes", "tags")
_ALSO_CALLED = {
    "author": "authors",
    "journal": "venue",
    "journaltitle": "venue",
    "booktitle": "venue",
    "keywords": "tags",
    "note": "notes",
    "date": "year",
}
_ENTRY = re.compile(r"@\w+\s*[{(]\s*([^\s,{}()]*)")


class PapersRead(NamedTuple):
    """What a file held."""

    papers: list[Paper]
    problems: list[str]
    """One line a record that was left out: file, place, what is wrong."""


def read_papers(path: Path) -> PapersRead:
    """Read a file of papers by its suffix: `.bib`, `.jsonl` (an object a line) or `.csv` (with a header).

    Columns and keys are those of `Paper`; BibTeX's own names (`author`, `journal`, `keywords` …) are understood
    everywhere. Only the title is required. Several authors are separated by `;`, in BibTeX by ` and `.

    Raises:
        BadConfiguration: there is no such file, its suffix is another one, or it is not text in UTF-8.
    """
    reader = READABLE.get(path.suffix.lower())
    if reader is None:
        raise BadConfiguration(f"{path}: papers are read from {', '.join(READABLE)} files")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadConfiguration(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadConfiguration(f"{path}: cannot be read: {error}") from error
    papers: list[Paper] = []
    problems: list[str] = []
    for place, record in reader(text):
        if isinstance(record, str):
            problems.append(f"{path.name}, {place}: {record}")
            continue
        try:
            papers.append(_paper(record, source=path.name))
        except ValidationError as error:
            problems.append(f"{path.name}, {place}: {_first_problem(error)}")
    return PapersRead(papers, problems)


def _paper(record: Mapping[str, object], source: str) -> Paper:
    fields: dict[str, object] = {}
    for name, value in record.items():
        known = _ALSO_CALLED.get(name.lower(), name.lower())
        if known in _SOURCE_FIELDS and value not in (None, "", []):
            fields.setdefault(known, value)
    for name in ("authors", "tags"):
        if isinstance(value := fields.get(name), str):
            fields[name] = tuple(part.strip() for part in value.split(";") if part.strip())
    if isinstance(year := fields.get("year"), str):
        fields["year"] = year.strip()[:4]
    return Paper.model_validate({"source": source, **fields})


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"]) or "record"
    message = first["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if first["type"] != "missing" else f"no {field}"


def _bibtex(text: str) -> Iterator[Located]:
    parser = BibTexParser(common_strings=True, ignore_nonstandard_types=False, customization=convert_to_unicode)
    try:
        database = parser.parse(text)
    except UndefinedString as error:
        yield "file", f"the abbreviation {error} is used and nowhere defined"
        return
    for entry in database.entries:
        record: dict[str, object] = {name: value.replace("{", "").replace("}", "") for name, value in entry.items()}
        record["authors"] = ";".join(re.split(r"\s+and\s+", str(record.pop("author", ""))))
        if str(record.get("archiveprefix", "")).lower() == "arxiv":
            record["arxiv"] = record.get("eprint")
        yield f"entry {entry['ID']}", record
    # The parser keeps what it cannot understand as a comment, without a word.
    for comment in database.comments:
        if broken := _ENTRY.search(comment):
            yield f"entry {broken.group(1)}", "no valid BibTeX: look for a missing brace, quote or comma"


def _json_lines(text: str) -> Iterator[Located]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                record = f"no JSON: {error.msg}"
            yield f"line {number}", record if isinstance(record, dict | str) else "a JSON object is expected"


def _comma_separated(text: str) -> Iterator[Located]:
    reader = csv.DictReader(text.splitlines(keepends=True))
    for record in reader:
        yield f"line {reader.line_num}", {name: value for name, value in record.items() if name is not None}


READABLE: dict[str, Callable[[str], Iterator[Located]]] = {
    ".bib": _bibtex,
    ".jsonl": _json_lines,
    ".csv": _comma_separated,
}
"""Suffixes of the files that are understood, and who reads them."""
