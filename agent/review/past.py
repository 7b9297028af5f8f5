"""What people said of a run so far, as the next round's requests hold it."""

from __future__ import annotations

from agent.history import draft_of, idea_row
from agent.models.requests import PastReview
from agent.review.queue import Review, items, reviews
from agent.run import Run


def past_reviews(run: Run) -> tuple[PastReview, ...]:
    """The newest verdict on each item that tells more than that nobody objected, oldest item first."""
    newest = {review.item_id: review for review in reviews(run) if review.counts and review.by_person}
    told = [one for one in items(run) if one.id in newest and _tells(newest[one.id])]
    return tuple(_past(run, one.subject, one.kind, newest[one.id]) for one in told)


def _tells(review: Review) -> bool:
    return review.verdict.action != "accept" or bool(review.verdict.reason)


def _past(run: Run, idea: str, kind: str, review: Review) -> PastReview:
    draft = draft_of(idea_row(run, idea))
    return PastReview(
        idea=idea,
        title=draft.title,
        summary=draft.summary,
        components=draft.components,
        about=kind,
        action=review.verdict.action,
        reason=review.verdict.reason,
    )
