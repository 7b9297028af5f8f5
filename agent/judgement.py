"""From measurements to a verdict: what may be said of an idea on one split."""

from __future__ import annotations

from agent.context import Context
from agent.evidence.statistics import Comparison, compare
from agent.experiment import scores
from agent.history import BASELINE, attempts
from agent.records import MeasurementRecord, VerdictRecord
from workspaces.data import Split


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
    return compare(
        theirs,
        ours,
        direction=metric.direction,
        smallest_difference=metric.smallest_difference,
        comparisons=comparisons,
        error_rate=context.run.config.error_rate,
    )


def _measured(context: Context, subject: str, split: Split) -> list[MeasurementRecord]:
    return list(context.run.all(MeasurementRecord, MeasurementRecord.seed, subject=subject, split=split))
