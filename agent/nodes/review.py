"""Wait for a person's verdict on an idea, its code or its result, and do what it says.

Each node begins with `interrupt`: nothing happens before it, so that a branch that is asked again, because another one
was answered, does nothing twice. What comes after it may be done twice: the verdict was taken up for good before the
graph was given it (`agent.review.queue.take`), and writing the same rows again changes nothing.
"""

from __future__ import annotations

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent.attempts import keep_attempt
from agent.context import Context
from agent.history import attempts, draft_of, idea_row
from agent.records import AttemptRecord
from agent.review.kinds import edited_draft, edited_files
from agent.review.queue import Review, item_id
from agent.review.verdicts import Edit, Reject
from agent.run import Run
from agent.state import IdeaState, ResultState


async def review_idea(state: IdeaState, runtime: Runtime[Context]) -> IdeaState:
    """Go on to write code for the idea as it is, or as it was edited; or leave it."""
    review = asked("idea", state["idea"])
    row = idea_row(runtime.context.run, state["idea"])
    if isinstance(review.verdict, Edit):
        row.draft = edited_draft(draft_of(row), review.verdict.changes).model_dump(mode="json")
        runtime.context.run.save(row)
    return _after(review, runtime.context, state)


async def review_code(state: IdeaState, runtime: Runtime[Context]) -> IdeaState:
    """Go on to run the code as it is, or as it was edited, which makes it the next attempt; or leave the idea."""
    review = asked("code", state["idea"])
    if isinstance(review.verdict, Edit):
        state = _next_attempt(review, review.verdict, runtime.context, state)
    return _after(review, runtime.context, state)


async def review_result(state: ResultState, runtime: Runtime[Context]) -> ResultState:
    """Let the result stand or fall, or go on to measure it again."""
    review = asked("result", state["idea"])
    tell(review, runtime.context.run, state["idea"])
    again = review.n if review.verdict.action == "rerun" else 0
    return ResultState(idea=state["idea"], reruns=state["reruns"], asked_by=again)


def asked(kind: str, subject: str) -> Review:
    """What a person says of an item. The graph stops here until there is something."""
    return interrupt({"item": item_id(kind, subject)}, response_schema=Review)


def _after(review: Review, context: Context, state: IdeaState) -> IdeaState:
    """Where an idea stands after a verdict: given up when it was rejected."""
    tell(review, context.run, state["idea"])
    if not isinstance(review.verdict, Reject):
        return state
    row = idea_row(context.run, state["idea"])
    row.decision, row.decision_reason = "rejected", f"rejected by {review.who}: {review.verdict.reason}"
    context.run.save(row)
    return IdeaState(idea=state["idea"], attempt=state["attempt"], status="given up")


def _next_attempt(review: Review, edit: Edit, context: Context, state: IdeaState) -> IdeaState:
    """The attempt that holds a person's changes of the newest one."""
    idea, number = state["idea"], state["attempt"] + 1
    written = attempts(context.run, idea)[state["attempt"] - 1]
    files = edited_files(context.workspace.files(written.commit), edit.changes)
    row = AttemptRecord(id=f"{idea}-a{number}", idea_id=idea, number=number, commit=written.commit, status="written")
    row.note = f"Edited by {review.who}. {edit.reason}".strip()
    keep_attempt(context, row, files, "edited by a reviewer")
    return IdeaState(idea=idea, attempt=number, status="broken")


def tell(review: Review, run: Run, subject: str) -> None:
    """Say in the journal what the run goes on with."""
    said = f"{review.who}: {review.verdict.action}" + (f": {review.verdict.reason}" if review.verdict.reason else "")
    run.tell("reviewed", subject, said, item=review.item_id, action=review.verdict.action)
