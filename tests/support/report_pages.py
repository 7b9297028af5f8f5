"""A report's HTML as a test reads it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

WORDS_OF_OTHERS = {"q", "pre"}
NO_NUMBERS = {"code", "time", "style", "title", "svg"}
"""Identifiers, dates and the scales of figures."""


class Text(NamedTuple):
    text: str
    tags: tuple[str, ...]
    classes: frozenset[str]
    link: str


class Page(HTMLParser):
    """A page's texts with the elements around each, all ids, all links, all tags."""

    VOID = frozenset({"meta", "br", "link", "img"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[Text] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.policy = ""
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert not self._open, "elements that were never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        self.attributes.update(found)
        self.policy += (found.get("content") or "") if "http-equiv" in found else ""
        self.ids += [found["id"] or ""] if "id" in found else []
        self.links += [found["href"] or ""] if "href" in found else []
        if tag not in self.VOID:
            self._open.append((tag, found))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        classes = {name for _, found in self._open for name in (found.get("class") or "").split()}
        links = [found.get("href") or "" for tag, found in self._open if tag == "a"]
        tags = tuple(tag for tag, _ in self._open)
        self.texts.append(Text(data, tags, frozenset(classes), links[-1] if links else ""))

    def own(self) -> Iterator[Text]:
        """Texts that are neither words of others nor identifiers."""
        for one in self.texts:
            if not (WORDS_OF_OTHERS | NO_NUMBERS).intersection(one.tags) and "id" not in one.classes:
                yield one
