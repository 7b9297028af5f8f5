"""A version of an idea's code: asking for it, and writing it into the idea's branch."""

from __future__ import annotations

from agent.context import Context
from agent.errors import BudgetSpent, ModelFailed
from agent.history import attempts, draft_of, idea_row
from agent.models.requests import CodeChange, RepairCode, WriteCode
from agent.models.usage import asking_about
from agent.records import AttemptRecord
from agent.review.queue import offer
from agent.state import IdeaState
from workspaces.edits import FileEdit, apply
from workspaces.errors import EditRefused


async def next_attempt(
    context: Context, state: IdeaState, request: WriteCode | RepairCode, start: str, purpose: str
) -> IdeaState:
    """Ask for the next version of an idea's code, and commit it.

    A change that cannot be applied becomes an attempt too, with the code as it was and the refusal as its failure, so
    that the model is told. Without a usable answer the idea is given up.

    Args:
        context: the run.
        state: where the idea stands.
        request: the question.
        start: the commit whose files the answer changes.
        purpose: what the attempt is for, in a few words: the commit's subject.
    """
    idea, number = state["idea"], state["attempt"] + 1
    row = AttemptRecord(
        id=f"{idea}-a{number}", idea_id=idea, number=number, commit=start, code_hash="", status="written"
    )
    files = context.workspace.files(start)
    try:
        with asking_about(idea):
            change = await context.model.ask(request)
        row.note = change.note
        files = _apply(files, change)
    except (ModelFailed, BudgetSpent) as error:
        row.status, row.summary = "not written", str(error)
    except EditRefused as error:
        row.status, row.summary = "refused", str(error)
    keep_attempt(context, row, files, purpose)
    return IdeaState(idea=idea, attempt=number, status="given up" if row.status == "not written" else "broken")


def why_no_more(context: Context, idea: str) -> str:
    """Which limit forbids further work on an idea, in a sentence; empty when none does."""
    minutes = context.run.config.budget.idea.minutes
    runs_s = sum(row.wall_s or 0 for row in attempts(context.run, idea))
    asking_s = context.spending.seconds_on(idea) if context.spending else 0.0
    if minutes is not None and runs_s + asking_s >= minutes * 60:
        return f"the budget of {minutes:g} minutes for one idea is spent"
    return context.spent()


def keep_attempt(context: Context, row: AttemptRecord, files: dict[str, str], purpose: str) -> None:
    """Commit a version of an idea's code, keep its record, and open the first one for review.

    Args:
        context: the run.
        row: the record; its code hash and commit are filled in.
        files: all files of the version.
        purpose: what it is for, in a few words: the commit's subject.
    """
    row.code_hash = context.lay_out(files)
    if row.status != "not written":
        context.workspace.start_idea(row.idea_id)
        message = f"{row.idea_id}, attempt {row.number}: {purpose}\n\n{row.note}"
        row.commit = context.workspace.commit(row.idea_id, row.id, files, message)
    context.run.save(row)
    if row.status == "written":
        idea = idea_row(context.run, row.idea_id)
        offer(context.run, "code", idea.id, idea.round, draft_of(idea).title)
    context.run.tell(row.status, row.idea_id, row.summary or row.note, attempt=row.number)


def _apply(files: dict[str, str], change: CodeChange) -> dict[str, str]:
    return apply(files, [FileEdit(path=file.path, content=file.content) for file in change.files])
