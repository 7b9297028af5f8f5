"""What a run does at a gate: takes verdicts in from wherever they come, lets the time-out decide, and waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

from langgraph.types import Command, Interrupt

from agent.errors import StaleItem
from agent.review.inbox import read_inbox
from agent.review.queue import THE_RUN, ReviewItem, items, pending, submit, take
from agent.review.verdicts import Accept, Reject, Verdict
from agent.run import Run

_POLL_S = 1.0


def answers(run: Run, interrupts: Iterable[Interrupt]) -> Command[str] | None:
    """What the graph goes on with: the verdicts on those interrupts that have one; None when none has."""
    found = {one.id: take(run, one.value["item"]) for one in interrupts}
    resume = {id_: review.model_dump(mode="json") for id_, review in found.items() if review is not None}
    return Command(resume=resume) if resume else None


def collect(run: Run) -> None:
    """Take in the verdicts that lie in the inbox, and give those that the run was told to give by itself."""
    read_inbox(run)
    for one in pending(run):
        verdict = _by_itself(run, one)
        if verdict is not None:
            with suppress(StaleItem):  # somebody was faster: theirs counts
                submit(run, one.id, one.version, verdict, THE_RUN)


async def wait(run: Run, *, patient: bool) -> bool:
    """Wait until there is a verdict to go on with.

    Returns:
        Whether there is one. False, when the time is up and the run is not to decide by itself: it rests.

    Args:
        run: which run.
        patient: wait without end.
    """
    while True:
        collect(run)
        if items(run, state="decided", most=1):
            return True
        if not patient and all(_waited_s(one) >= run.config.review.timeout_s for one in pending(run)):
            return False
        await asyncio.sleep(_POLL_S)


def _by_itself(run: Run, one: ReviewItem) -> Verdict | None:
    """The verdict on an item that waits for nobody any more."""
    review = run.config.review
    if one.is_of.gate not in review.gates:
        return Accept(reason=f"the run was told not to wait for {one.is_of.gate} any more")
    if review.then == "wait" or _waited_s(one) < review.timeout_s:
        return None
    reason = f"nobody judged it within {review.timeout_s:g} s"
    return Accept(reason=reason) if review.then == "accept" else Reject(reason=reason)


def _waited_s(one: ReviewItem) -> float:
    return (datetime.now(UTC) - one.opened).total_seconds()
