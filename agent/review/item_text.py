"""An item as plain text for a terminal: what is judged, what was said of it, and what was asked."""

from __future__ import annotations

from agent.records import QuestionRecord
from agent.review.asking import read_answer
from agent.review.looking import look_at
from agent.review.queue import Review, ReviewItem, questions, reviews
from agent.review.quoting import LONG, quote, quote_block
from agent.review.verdicts import Edit, Rerun
from agent.run import Run


def describe(run: Run, on: ReviewItem) -> str:
    """Everything that a reviewer needs to judge an item. Words of others are cleaned of control sequences."""
    seen = look_at(run, on)
    parts = [heading(on), seen.summary, seen.motivation, *seen.findings, seen.diff]
    parts += [_said(one) for one in reviews(run, on.id)]
    parts += [_asked(one) for one in questions(run, on.id)]
    return "\n\n".join(part for part in parts if part)


def heading(on: ReviewItem) -> str:
    """An item in a line."""
    said = f", {on.verdict}" if on.verdict else ""
    return f"{on.id}  {on.state}{said}  {quote(on.title, 'model', 160)}"


def _asked(row: QuestionRecord) -> str:
    question = quote(row.question, "person", LONG)
    return f"{quote(row.who, 'person')} asked: {question}\n{row.model}: {quote_block(str(read_answer(row)), 'model')}"


def _said(review: Review) -> str:
    verdict = review.verdict
    late = "" if review.counts else " (too late: the item had changed)"
    who, why = quote(review.who, "person"), quote(verdict.reason, "person", LONG)
    lines = [f"{who}, {review.at:%Y-%m-%d %H:%M} UTC: {verdict.action}{late}  {why}"]
    if isinstance(verdict, Edit):
        lines += [f"  {quote(name, 'person')}: {quote(text, 'person')}" for name, text in verdict.changes.items()]
    if isinstance(verdict, Rerun):
        lines.append(f"  seeds {', '.join(map(str, verdict.seeds))}")
    return "\n".join(lines)
