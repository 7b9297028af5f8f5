"""What the page of a round's papers shows, as values."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from agent.evidence.ledger import Ledger
from agent.literature.papers import Paper
from agent.records import PaperRecord, SearchRecord
from agent.review.dossier import Reference, SearchView
from agent.review.pages.overview import RunHead, head_of
from agent.review.pages.paging import Pager
from agent.review.quoting import quote
from agent.review.reading import search_view, task_of
from agent.review.reading_ideas import reference
from agent.run import Run

_ABSTRACT = 700


@dataclass(frozen=True)
class PapersPage:
    """The papers of a round, best first."""

    head: RunHead
    ledger: Ledger
    round: str
    pager: Pager
    """A page is a round."""
    papers: tuple[Reference, ...]
    searches: tuple[SearchView, ...]


def papers_page(run: Run, name: str, round_: int) -> PapersPage:
    """The papers that the ideas of a round were drawn from."""
    task = task_of(run)
    ledger = Ledger(run, task.metric if task else None, [])
    pager = Pager.over(run.query(select(func.max(PaperRecord.round)))[0] or 0, round_, 1)
    return PapersPage(
        head=head_of(run, name, ledger, task),
        ledger=ledger,
        round=str(pager.page),
        pager=pager,
        papers=tuple(
            reference(
                paper, passage=quote(paper.abstract or paper.notes, "paper", _ABSTRACT), nearness=ledger.score(row)
            )
            for row in run.all(PaperRecord, PaperRecord.rank, round=pager.page)
            if (paper := Paper.model_validate(row.paper))
        ),
        searches=tuple(search_view(row) for row in run.all(SearchRecord, SearchRecord.source, round=pager.page)),
    )
