"""From measurements to a verdict: what may be said of an idea on one split."""

from __future__ import annotations

from agent.context import Context
from agent.evidence.statistics import Comparison, compare
from agent.experiment import scores
from agent.history import BASELINE, attempts, draft_of, idea_row
from agent.records import MeasurementRecord, VerdictRecord
from agent.review.queue import offer
from workspaces.data import Split


def conclude(context: Context, idea: str, reruns: int = 0) -> VerdictRecord:
    """Judge an idea on the validation split, close its branch with a commit that says the verdict, and open the result
    for review.

    Args:
        context: the run.
        idea: its id.
        reruns: times that a person had it measured again. Each look at an idea is a chance to call it improved by
            luck. Where people may ask for another look, the first one takes half of the idea's share of the error rate
            and each next one half of what is left, so that all looks together never take more than the share.
    """
    planned = context.run.config.planned_ideas
    looks = 2 ** (reruns + 1) if "results" in context.run.config.review.gates else 1
    verdict, row = judge(context, idea, "validation", planned * looks), idea_row(context.run, idea)
    title = draft_of(row).title
    _close_branch(context, verdict, title, f"{idea}-verdict" + (f"-{reruns}" if reruns else ""))
    context.run.tell("verdict", idea, verdict.reason, verdict=verdict.verdict, title=title)
    offer(context.run, "result", idea, row.round, title)
    return verdict


def _close_branch(context: Context, verdict: VerdictRecord, title: str, name: str) -> None:
    tried = attempts(context.run, verdict.idea_id)
    start = context.workspace.start_idea(verdict.idea_id)
    files = context.workspace.files(tried[-1].commit if tried else start)
    message = f"{verdict.idea_id}: {verdict.verdict}: {title}\n\n{verdict.reason}"
    context.workspace.commit(verdict.idea_id, name, files, message)


def judge(context: Context, idea: str, split: Split, comparisons: int) -> VerdictRecord:
    """Compare an idea with the baseline on a split, and keep the verdict.

    Args:
        context: the run.
        idea: its id.
        split: where both were measured.
        comparisons: how many comparisons the run's error rate is shared between.
    """
    result = _compare(context, idea, split, comparisons)
    row = VerdictRecord(id=f"{idea}/{split}", idea_id=idea, split=split, verdict="failed", reason="", comparison=None)
    if isinstance(result, str):
        row.reason = result
    else:
        row.verdict, row.reason = result.verdict, result.reason
        row.comparison = result.model_dump(mode="json")
    context.run.save(row)
    return row


def _compare(context: Context, idea: str, split: Split, comparisons: int) -> Comparison | str:
    candidate = _measured(context, idea, split)
    if not candidate:
        tried = attempts(context.run, idea)
        return tried[-1].summary if tried else "no code was written"
    ours, theirs = scores(context, candidate), scores(context, _measured(context, BASELINE, split))
    if isinstance(ours, str):
        return ours
    if isinstance(theirs, str):
        return f"the baseline could not be measured: {theirs}"
    metric = context.task.metric
    found = compare(
        theirs,
        ours,
        direction=metric.direction,
        smallest_difference=metric.smallest_difference,
        comparisons=comparisons,
        error_rate=context.run.config.error_rate,
    )
    return found.model_copy(update={"seeds": tuple(row.seed for row in candidate)})


def _measured(context: Context, subject: str, split: Split) -> list[MeasurementRecord]:
    rows = context.run.all(MeasurementRecord, MeasurementRecord.seed, subject=subject, split=split)
    return [row for row in rows if row.seed in context.seeds]
