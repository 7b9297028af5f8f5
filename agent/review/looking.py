"""An item as a reviewer sees it: its words, and every number and sentence of the ledger on it.

A new kind of item is a line in `SIGHTS`, beside its line in `agent.review.kinds`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from agent.discover.records import HypothesisRecord
from agent.discover.view import ClaimView, hypothesis_view
from agent.errors import RecordBroken
from agent.evidence.findings import FindingsLedger
from agent.evidence.ledger import Cited, Ledger, Stated
from agent.history import idea_row
from agent.records import PaperRecord
from agent.review.dossier import IdeaDetail, Judged, SeedView
from agent.review.queue import ReviewItem
from agent.review.reading import task_of
from agent.review.reading_ideas import IdeaReader
from agent.run import Run


@dataclass(frozen=True)
class Sight:
    """What there is to see. All words are cleaned of what no escaping makes harmless; they are still data."""

    summary: str
    motivation: str
    diff: str
    """What its code changes of the baseline; empty where there is no code."""
    findings: tuple[str, ...]
    """What a reviewer of this kind of item needs beside that, in paragraphs."""
    facts: tuple[Cited | Stated, ...]
    """What a question about it may be answered from."""


def look_at(run: Run, on: ReviewItem) -> Sight:
    """What there is to see of an item; asks git for a diff."""
    return SIGHTS[on.kind](run, on.subject)


def _of_idea(findings: Callable[[IdeaDetail], Iterable[str]]) -> Callable[[Run, str], Sight]:
    def look(run: Run, idea: str) -> Sight:
        task = task_of(run)
        ledger = Ledger(run, task.metric if task else None, [idea])
        reader = IdeaReader(run, ledger, run.all(PaperRecord), [idea])
        (view,) = reader.ideas([idea_row(run, idea)])
        seen = reader.detail(view)
        told = tuple(text for text in findings(seen) if text)
        return Sight(view.summary.text, seen.motivation.text, seen.diff.text, told, ledger.entries)

    return look


def _origin(seen: IdeaDetail) -> Iterable[str]:
    """Where an idea comes from, and what it is near to."""
    for paper in seen.cites:
        yield f"From {paper.title} ({paper.byline}): “{paper.passage}”"
    yield "\n".join(f"Near, {paper.nearness}: {paper.title} ({paper.byline})" for paper in seen.near_papers)
    yield f"Screening: {seen.idea.why}" if seen.idea.why.text else ""


def _outcome(seen: IdeaDetail) -> Iterable[str]:
    """What was measured, and what may be said of it."""
    for split, judged in (("validation", seen.idea.validation), ("test", seen.idea.test)):
        yield _judged(split, judged) if judged else ""
    yield "\n".join(_seed(one) for one in seen.seeds)


def _judged(split: str, judged: Judged) -> str:
    return f"{split}: {judged.verdict}. {judged.reason}"


def _seed(one: SeedView) -> str:
    beside = "" if one.baseline is None else f", baseline {one.baseline}"
    return f"  {one.split}, seed {one.seed}: {one.candidate}{beside}"


def _hypothesis(run: Run, hypothesis: str) -> Sight:
    row = run.get(HypothesisRecord, hypothesis)
    if row is None:
        raise RecordBroken(f"{run.folder}: {hypothesis} is under review, and run.db has no such hypothesis")
    ledger = FindingsLedger(run)
    seen = hypothesis_view(run, ledger, row)
    told = [
        f"{word}: {_claim(one)}" for word, claims in (("For", seen.claims), ("Against", seen.against)) for one in claims
    ]
    told += [f"{one.criterion}: {one.mean} of 5 ({one.low} to {one.high})" for one in seen.scores]
    told += [f"{one.says}: {one.title}: “{one.passage}”" for one in seen.literature]
    return Sight(
        seen.statement.text, seen.conditions.text, "", (f"{seen.status}: {seen.reason}", *told), ledger.entries
    )


def _claim(one: ClaimView) -> str:
    numbers = ", ".join(f"{statistic.label} {statistic.value}" for statistic in one.statistics)
    return f"{one.entity}, {one.direction}: {numbers} ({one.tool}, step {one.step})"


SIGHTS: Mapping[str, Callable[[Run, str], Sight]] = {
    "idea": _of_idea(_origin),
    "code": _of_idea(lambda _: ()),
    "result": _of_idea(_outcome),
    "hypothesis": _hypothesis,
}
"""How to look at the subject of each kind of item."""
