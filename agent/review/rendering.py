"""Templates that can print three things: words of the template, `Quoted` words of others, and `Cited` numbers.

Whatever a template's expressions give goes through `finalize`, so a bare number cannot be printed, nor one that the
ledger does not hold. Filters that would turn a number into text first are not there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Literal, Protocol

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, Undefined
from jinja2.bccache import Bucket
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.diff import DiffLexer

from agent.errors import EcholocateError
from agent.evidence.ledger import Cited, Source, Stated
from agent.models.prompts import fenced
from agent.review.quoting import LONG, Quoted, quote

Format = Literal["html", "markdown"]

TEMPLATES = Path(__file__).with_name("templates")
_SPECIAL = re.compile(r"://|[\\`*_\[\]|~$]")
"""What has a meaning to Markdown within a line. Words of others stand in quotation marks, so they never begin one."""


class Uncited(EcholocateError):
    """A template printed what is neither text nor a number of the ledger: an error of ours."""


class Holder(Protocol):
    """What knows which numbers may be printed: a ledger."""

    def holds(self, entry: Cited | Stated) -> bool:
        """Whether this very entry came from it."""


class _Compiled(BytecodeCache):
    """Templates as compiled once in this process: pages make an environment for every request."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED: dict[Format, _Compiled] = {"html": _Compiled(), "markdown": _Compiled()}


def in_page(source: Source) -> str:
    """The address of a source in the table of evidence of the page itself."""
    return f"#{anchor(source)}"


def environment(
    form: Format, ledger: Holder, folders: Sequence[Path] = (), address: Callable[[Source], str] = in_page
) -> Environment:
    """Templates of one format, which print numbers of one ledger.

    Args:
        form: what the templates print.
        ledger: whose numbers can be printed.
        folders: where templates are looked for before the report's own.
        address: where the link of a number leads.
    """
    linked = partial(_html_link if form == "html" else _markdown_link, address)
    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        bytecode_cache=_COMPILED[form],
        undefined=StrictUndefined,
        autoescape=form == "html",
        finalize=_finalize(ledger, linked, _html_quote if form == "html" else _markdown_quote),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters = {
        "anchor": anchor,
        "diff": _diff_html if form == "html" else _diff_markdown,
        "idea": _idea_html if form == "html" else _idea_markdown,
        "line": _line if form == "html" else _line_markdown,
    }
    return made


def anchor(source: Source) -> str:
    """Where a source stands in the table of evidence: readable, and never that of another."""
    return _anchor(source.id)


@lru_cache(maxsize=10_000)
def _anchor(id_: str) -> str:
    digest = hashlib.sha256(id_.encode(errors="replace")).hexdigest()
    return f"from-{re.sub(r'[^a-z0-9]+', '-', id_.lower())[:60].strip('-')}-{digest[:8]}"


def _finalize(
    ledger: Holder, linked: Callable[[Cited | Stated], str], quoted: Callable[[Quoted], str]
) -> Callable[[object], object]:
    def finalize(value: object) -> object:
        match value:
            case str() | Undefined():  # the second says by itself which name is not there
                return value
            case Quoted():
                return quoted(value)
            case Cited() | Stated() if ledger.holds(value):
                return linked(value)
        raise Uncited(f"{value!r} cannot be printed: it is no text, and no number of the ledger")

    return finalize


def _html_link(address: Callable[[Source], str], entry: Cited | Stated) -> Markup:
    kind = "cited" if isinstance(entry, Cited) else "stated"
    return Markup(f'<a class="{kind}" href="{escape(address(entry.source))}">{escape(_line(entry.text))}</a>')


def _html_quote(words: Quoted) -> Markup:
    if words.block:
        return Markup('<pre class="words by-{}" dir="auto">{}</pre>').format(words.by, words.text)
    return Markup(f'<q class="words by-{words.by}"><bdi>{escape(words.text)}</bdi></q>')


def _markdown_link(address: Callable[[Source], str], entry: Cited | Stated) -> str:
    return f"[{_line_markdown(entry.text)}]({address(entry.source)})"


def _markdown_quote(words: Quoted) -> str:
    return fenced(words.text) if words.block else f"“{_escaped(words.text)}”"


def _escaped(text: str) -> str:
    """Text that Markdown prints as it stands, HTML in it included."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(lambda found: ":\\//" if found[0] == "://" else f"\\{found[0]}", text)


def _line(text: str) -> str:
    """Names and sentences that are ours or the user's, which may still be long or hold what breaks a line."""
    return quote(text, "harness", LONG).text


def _line_markdown(text: str) -> str:
    return _escaped(_line(text))


def _idea_html(idea: str) -> Markup:
    return Markup('<a class="id" href="#{0}">{0}</a>').format(idea)


def _idea_markdown(idea: str) -> str:
    return f"[{idea}](#{idea})"


def _diff_html(words: Quoted) -> Markup:
    coloured = highlight(words.text, DiffLexer(), HtmlFormatter(nowrap=True, classprefix="diff-"))
    return Markup('<pre class="words diff by-{}">{}</pre>').format(words.by, Markup(coloured))


def _diff_markdown(words: Quoted) -> str:
    return fenced(words.text, "diff")
