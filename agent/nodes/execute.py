"""Run the newest version of an idea's code once, and find out why when it does not work."""

from __future__ import annotations

from langgraph.runtime import Runtime

from agent.context import Context
from agent.debugging.failure import Ended, Failure, describe, describe_lint, stop_reason
from agent.debugging.lint import lint
from agent.experiment import PREDICTIONS, run_candidate, version_of
from agent.history import attempts, failures
from agent.records import AttemptRecord
from agent.state import AttemptStatus, IdeaState

_REFUSED = "The last change could not be applied, so the files are as they were"


async def execute(state: IdeaState, runtime: Runtime[Context]) -> IdeaState:
    """Look for faults that need no run, then run with the first seed; keep what came of it with the attempt."""
    context = runtime.context
    row = attempts(context.run, state["idea"])[state["attempt"] - 1]
    failure = await _try(context, row)
    if failure is not None:
        row.summary, row.signature = failure.summary, failure.signature
        row.failure = context.run.artefacts.keep_text(failure.model_dump_json())
    context.run.save(row)
    context.run.tell("ran", row.idea_id, row.summary, attempt=row.number, status=row.status)
    return IdeaState(idea=row.idea_id, attempt=row.number, status=_next(context, row))


async def _try(context: Context, row: AttemptRecord) -> Failure | None:
    """Fill in how the attempt went; the failure when it did not work."""
    files = context.workspace.files(row.commit)
    history = failures(context.run, row.idea_id, upto=row.number - 1)
    ablation = context.run.config.debug_context
    if row.status == "refused":
        return describe(Ended(status=_REFUSED, detail=row.summary), files, history, ablation=ablation)
    if findings := lint(files):
        row.status = "lint"
        return describe_lint(findings, files, history, ablation=ablation)
    row.seed = context.seeds[0]
    outcome = await run_candidate(context, version_of(row), row.seed)
    row.status, row.wall_s = outcome.status, outcome.wall_s
    row.log = context.run.artefacts.keep_text(outcome.log)
    row.isolation = outcome.isolation.model_dump(mode="json")
    if outcome.status == "ok" and PREDICTIONS in outcome.outputs:
        return None
    detail = outcome.detail
    if outcome.status == "ok":
        row.status, detail = "no output", f"it left no out/{PREDICTIONS}"
    ended = Ended(status=outcome.status, exit_code=outcome.exit_code, detail=detail, log=outcome.log)
    return describe(ended, files, history, ablation=ablation)


def _next(context: Context, row: AttemptRecord) -> AttemptStatus:
    if row.failure is None:
        return "ran"
    reason = stop_reason(failures(context.run, row.idea_id, upto=row.number))
    if row.number > context.run.config.budget.max_repairs:
        reason = f"{context.run.config.budget.max_repairs} repairs did not help"
    if reason:
        context.run.tell("given up", row.idea_id, reason, attempt=row.number)
        return "given up"
    return "broken"
