"""One idea as a reviewer sees it: everything that is shown of it, and the ledger that its numbers stand in."""

from __future__ import annotations

from dataclasses import dataclass

from agent.evidence.ledger import Cited, Ledger, Stated
from agent.history import idea_row
from agent.records import PaperRecord
from agent.review.dossier import IdeaDetail
from agent.review.reading import task_of
from agent.review.reading_ideas import IdeaReader
from agent.run import Run


@dataclass(frozen=True)
class Sight:
    """An idea, and every number and sentence of ours that there is on it."""

    detail: IdeaDetail
    facts: tuple[Cited | Stated, ...]


def look_at(run: Run, idea: str) -> Sight:
    """What there is to see of an idea; asks git for its diff."""
    task = task_of(run)
    ledger = Ledger(run, task.metric if task else None, [idea])
    reader = IdeaReader(run, ledger, run.all(PaperRecord), [idea])
    (view,) = reader.ideas([idea_row(run, idea)])
    return Sight(reader.detail(view), ledger.entries)
