"""`references.bib`: papers as BibTeX."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from bibtexparser.bibdatabase import BibDatabase
from bibtexparser.bwriter import BibTexWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.literature.papers import Paper

MOST_AUTHORS = 50
"""Authors that an entry names; BibTeX prints `et al.` for the rest, and some papers have three thousand."""

_MATH = re.compile(r"(?<!\\)\$[^$]*\$")
_SAFE_MATH = re.compile(
    r"(?:[^\\%#&]|\\(?:[,;!{}]|(?:alpha|beta|gamma|delta|epsilon|varepsilon|eta|theta|kappa|lambda|mu|nu|pi|rho|sigma"
    r"|tau|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Sigma|Phi|Psi|Omega|ell|infty|times|cdot|pm|to|rightarrow|leq"
    r"|geq|approx|sim|in|log|exp|min|max|sqrt|frac|mathbb|mathcal|mathrm|mathbf|mathit|text|bar|hat|tilde|star|ast"
    r"|ldots|dots|partial|nabla|sum|prod)(?![A-Za-z])))*"
)
_ESCAPED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    character: f"\\{character}" for character in "&%$#_{}"
}


def to_bibtex(papers: Sequence[Paper]) -> str:
    """Return valid BibTeX with one entry a paper, in UTF-8.

    Titles come from outside and LaTeX runs what it reads, so that only harmless mathematics stays; every other
    character with a meaning to LaTeX is escaped.
    """
    database = BibDatabase()
    database.entries = [
        {"ENTRYTYPE": "article" if paper.venue else "misc", "ID": key, **_fields(paper)}
        for paper, key in zip(papers, citation_keys(papers), strict=True)
    ]
    writer = BibTexWriter()
    writer.order_entries_by = None
    return str(writer.write(database))


def citation_keys(papers: Sequence[Paper]) -> list[str]:
    """BibTeX keys, unique within `papers`: `he2016deep`, and `he2016deepb` for the second of that name."""
    seen: Counter[str] = Counter()
    keys = []
    for paper in papers:
        key = paper.bibtex_key
        seen[key] += 1
        keys.append(key if seen[key] == 1 else f"{key}{_letters(seen[key])}")
    return keys


def _letters(number: int) -> str:
    """2 → b, 26 → z, 27 → aa: never the same for two numbers."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _fields(paper: Paper) -> dict[str, str]:
    fields = {
        "title": f"{{{_latex(paper.title)}}}",
        "author": _authors(paper.authors),
        "year": str(paper.year or ""),
        "journal": _latex(paper.venue),
        "doi": _latex(paper.doi),
        "eprint": paper.arxiv,
        "archiveprefix": "arXiv" if paper.arxiv else "",
        "pmid": paper.pmid,
        "url": _latex(paper.url),
        "note": "Retracted." if paper.retracted else "",
    }
    return {name: value for name, value in fields.items() if value}


def _authors(authors: Sequence[str]) -> str:
    names = [_name(author) for author in authors[:MOST_AUTHORS]]
    return " and ".join([*names, "others"] if len(authors) > MOST_AUTHORS else names)


def _name(author: str) -> str:
    # BibTeX splits at " and " and at the second comma, so that "Institute of X, Y and Z" needs braces to stay whole.
    name = _latex(author)
    return f"{{{name}}}" if re.search(r"\sand\s", author, re.IGNORECASE) or author.count(",") > 1 else name


def _latex(text: str) -> str:
    text = "".join(c for c in text if unicodedata.category(c) != "Cc")
    parts, end = [], 0
    for math in _MATH.finditer(text):
        inside = math.group()[1:-1]
        if _SAFE_MATH.fullmatch(inside) and _balanced(inside):
            parts += [_plain(text[end : math.start()]), math.group()]
            end = math.end()
    return "".join([*parts, _plain(text[end:])])


def _plain(text: str) -> str:
    return "".join(_ESCAPED.get(character, character) for character in text)


def _balanced(text: str) -> bool:
    depth = 0
    for character in re.sub(r"\\[{}]", "", text):
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return False
    return depth == 0 and not re.search(r"\\[{}]", text)
