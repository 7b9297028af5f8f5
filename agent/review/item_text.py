"""An item as plain text for a terminal: what is judged, what was said of it, and what was asked."""

from __future__ import annotations

from collections.abc import Iterable

from agent.review.asking import read_answer
from agent.review.dossier import IdeaDetail, Judged, SeedView
from agent.review.looking import look_at
from agent.review.queue import Review, ReviewItem, questions, reviews
from agent.review.quoting import clean, quote
from agent.review.verdicts import Edit, Rerun
from agent.run import Run


def describe(run: Run, on: ReviewItem) -> str:
    """Everything that a reviewer needs to judge an item. Words of others are cleaned of control sequences."""
    detail = look_at(run, on.subject).detail
    parts = [heading(on), *_idea(detail), *_KINDS.get(on.kind, _idea_alone)(detail)]
    parts += [_said(one) for one in reviews(run, on.id)]
    for asked in questions(run, on.id):
        parts.append(f"{clean(asked.who)} asked: {clean(asked.question)}\n{asked.model}: {read_answer(asked)}")
    return "\n\n".join(part for part in parts if part)


def heading(on: ReviewItem) -> str:
    """An item in a line."""
    said = f", {on.verdict}" if on.verdict else ""
    return f"{on.id}  {on.state}{said}  {quote(on.title, 'model', 160)}"


def _idea(detail: IdeaDetail) -> Iterable[str]:
    yield detail.idea.summary.text
    yield detail.motivation.text


def _idea_alone(detail: IdeaDetail) -> Iterable[str]:
    for paper in detail.cites:
        yield f"From {paper.title} ({paper.byline}): “{paper.passage}”"
    yield "\n".join(f"Near, {paper.nearness}: {paper.title} ({paper.byline})" for paper in detail.near_papers)
    yield f"Screening: {detail.idea.why}" if detail.idea.why.text else ""


def _code(detail: IdeaDetail) -> Iterable[str]:
    yield detail.diff.text


def _result(detail: IdeaDetail) -> Iterable[str]:
    for split, judged in (("validation", detail.idea.validation), ("test", detail.idea.test)):
        if judged is not None:
            yield _judged(split, judged)
    yield "\n".join(_seed(one) for one in detail.seeds)
    yield detail.diff.text


_KINDS = {"idea": _idea_alone, "code": _code, "result": _result}


def _judged(split: str, judged: Judged) -> str:
    return f"{split}: {judged.verdict}. {judged.reason}"


def _seed(one: SeedView) -> str:
    beside = "" if one.baseline is None else f", baseline {one.baseline}"
    return f"  {one.split}, seed {one.seed}: {one.candidate}{beside}"


def _said(review: Review) -> str:
    verdict = review.verdict
    late = "" if review.counts else " (too late: the item had changed)"
    lines = [f"{clean(review.who)}, {review.at:%Y-%m-%d %H:%M} UTC: {verdict.action}{late}  {clean(verdict.reason)}"]
    if isinstance(verdict, Edit):
        lines += [f"  {quote(name, 'model')}: {quote(text, 'model')}" for name, text in verdict.changes.items()]
    if isinstance(verdict, Rerun):
        lines.append(f"  seeds {', '.join(map(str, verdict.seeds))}")
    return "\n".join(lines)
