"""From a page's values to its HTML: the report's own way to print, with links from page to page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote as url_quote

from markupsafe import Markup

from agent import discover
from agent.evidence.ledger import Cited, Ledger, Source, Stated
from agent.review.rendering import environment, in_page

_FOLDERS = (Path(__file__).with_name("templates"), Path(discover.__file__).with_name("templates"))
STATIC = Path(__file__).with_name("static")
_IDEA = re.compile(r"r\d+-\d+")


class NoNumbers:
    """The ledger of a page that prints no number of its own."""

    sources: tuple[Source, ...] = ()

    def holds(self, entry: Cited | Stated) -> bool:  # noqa: ARG002  (there is none to look at)
        """Never."""
        return False


class Renderer:
    """Prints the pages of one server."""

    def __init__(self, form_token: str) -> None:
        self._token = form_token

    def page(
        self, template: str, ledger: Ledger | NoNumbers, *, run: str = "", idea: str = "", **values: object
    ) -> str:
        """A page's text.

        Args:
            template: its name without endings.
            ledger: whose numbers it prints.
            run: the run that it belongs to; empty where it belongs to none.
            idea: the idea that it shows, and so the evidence of.
            values: what the template prints.

        Raises:
            Uncited: the template printed a number that the ledger does not hold.
        """
        link = partial(address, run, idea)
        made = environment("html", ledger, _FOLDERS, link)
        made.filters |= {"idea": partial(_idea_link, run), "part": part, "when": _when, "url": _url}
        text = made.get_template(f"{template}.html.j2")
        shown = partial(_shown_here, ledger, run, idea)
        return text.render(at=run, form_token=self._token, evidence=shown, listed=_listed, address=link, **values)


def address(run: str, here: str, source: Source) -> str:
    """Where a number's evidence is shown: on its idea's page, else on the page that prints it.

    Args:
        run: the run.
        here: the idea whose page prints it; empty on other pages.
        source: of the number.
    """
    idea = _IDEA.match(source.row)
    if idea and idea[0] != here:
        return f"/runs/{_url(run)}/ideas/{idea[0]}{in_page(source)}"
    return in_page(source)


def _shown_here(ledger: Ledger | NoNumbers, run: str, here: str) -> tuple[Source, ...]:
    """The sources of this page's table of evidence. To be asked for last, when all numbers are printed."""
    return tuple(one for one in ledger.sources if address(run, here, one).startswith("#"))


def _listed(words: Iterable[object]) -> str:
    return ", ".join(map(str, words))


def part(*names: str) -> str:
    """An id for a piece of a page that is replaced when it changes."""
    return "part-" + re.sub(r"[^A-Za-z0-9]+", "-", "-".join(names))


def _idea_link(run: str, idea: str) -> Markup:
    return Markup('<a class="id" href="/runs/{}/ideas/{}">{}</a>').format(_url(run), _url(idea), idea)


def _url(text: str) -> str:
    return url_quote(text, safe="")


def _when(at: datetime) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(
        at.strftime("%Y-%m-%dT%H:%M:%SZ"), at.strftime("%d %b %H:%M:%S")
    )
