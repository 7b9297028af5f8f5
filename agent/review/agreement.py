"""What people said of a run, and how often they agreed with who had judged before them."""

from __future__ import annotations

from agent.evidence.ledger import Ledger
from agent.review.dossier import Agreement, ReviewLine
from agent.review.kinds import KINDS
from agent.review.queue import Review, items, reviews
from agent.review.quoting import quote
from agent.run import Run

_REASON = 2_000


def review_lines(run: Run) -> tuple[ReviewLine, ...]:
    """Every verdict of a person that counts, oldest first."""
    return tuple(
        ReviewLine(
            item=review.item_id,
            idea=review.item_id.rpartition("/")[0],
            who=quote(review.who, "person", 80),
            action=review.verdict.action,
            reason=quote(review.verdict.reason, "person", _REASON),
        )
        for review in reviews(run)
        if _is_persons(review)
    )


def agreement(run: Run, ledger: Ledger) -> tuple[Agreement, ...]:
    """For each kind of item that people judged: how many, and how many they accepted as they stood.

    What comes before a person has passed its judge: ideas the screening, results the measurement. Accepting agrees with
    that judge; rejecting or editing does not. A wish to see it measured again is neither.
    """
    newest = {review.item_id: review.verdict.action for review in reviews(run) if _is_persons(review)}
    judged = {one.id: one.kind for one in items(run) if newest.get(one.id, "rerun") != "rerun"}
    found = []
    for kind in KINDS.values():
        of = [id_ for id_, name in judged.items() if name == kind.name]
        agreed = [id_ for id_ in of if newest[id_] == "accept"]
        if of:
            counted = ledger.counted(f"{kind.gate} that people judged", of)
            found.append(
                Agreement(kind.gate, kind.judge, ledger.counted(f"{kind.gate} that people accepted", agreed), counted)
            )
    return tuple(found)


def _is_persons(review: Review) -> bool:
    return review.counts and review.by_person
