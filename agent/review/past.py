"""What people said of a run's ideas so far, as the next round's requests hold it."""

from __future__ import annotations

from agent.history import draft_of
from agent.models.requests import IdeaDraft, PastReview
from agent.records import IdeaRecord
from agent.review.queue import Review, ReviewItem, items, reviews
from agent.run import Run


def past_reviews(run: Run) -> tuple[PastReview, ...]:
    """The newest verdict on each item that tells more than that nobody objected, oldest item first."""
    newest = {review.item_id: review for review in reviews(run) if review.counts and review.by_person}
    drafts = {row.id: draft_of(row) for row in run.all(IdeaRecord)} if newest else {}
    return tuple(
        _past(one, drafts[one.subject], newest[one.id])
        for one in items(run)
        if one.id in newest and one.subject in drafts and _tells(newest[one.id])
    )


def _tells(review: Review) -> bool:
    return review.verdict.action != "accept" or bool(review.verdict.reason)


def _past(on: ReviewItem, draft: IdeaDraft, review: Review) -> PastReview:
    return PastReview(
        idea=on.subject,
        title=draft.title,
        summary=draft.summary,
        components=draft.components,
        about=on.kind,
        action=review.verdict.action,
        reason=review.verdict.reason,
    )
