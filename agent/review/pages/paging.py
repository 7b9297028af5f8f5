"""A long list a page at a time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pager:
    """Where a page stands among all. Numbers from 1; a page beyond the last is the last."""

    page: int
    pages: int
    start: int
    """How many things stand before this page."""

    @classmethod
    def over(cls, things: int, page: int, a_page: int) -> Pager:
        """The page of this number of so many things."""
        pages = max(1, -(-things // a_page))
        page = min(max(page, 1), pages)
        return cls(page, pages, (page - 1) * a_page)

    @property
    def label(self) -> str:
        """In words; empty when there is one page only."""
        return f"page {self.page} of {self.pages}" if self.pages > 1 else ""

    @property
    def before(self) -> str:
        """Number of the page before; empty at the first."""
        return str(self.page - 1) if self.page > 1 else ""

    @property
    def after(self) -> str:
        """Number of the next page; empty at the last."""
        return str(self.page + 1) if self.page < self.pages else ""
