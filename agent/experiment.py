"""Running and scoring code versions: what every number of a run comes from.

The candidate's program only writes predictions. The metric is computed afterwards, in a job of its own that holds the
hidden labels, by the task's evaluator. Jobs are named by what they run, so a resumed run collects instead of repeating.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

from agent.context import Context, Workplace
from agent.evidence.statistics import Scores
from agent.history import BASELINE
from agent.records import AttemptRecord, MeasurementRecord
from sandboxes.errors import PackagesRefused
from sandboxes.sandbox import Job, Limits, Outcome, Sandbox
from workspaces.data import Split
from workspaces.errors import ScoreUnreadable
from workspaces.scoring import SCORE_FILE, Score, read_score, scorer_code, scorer_command

PREDICTIONS = "predictions.csv"
REQUIREMENTS = "requirements.txt"
_SCORER_LIMITS = Limits(wall_s=300, memory_mb=2048, output_mb=8)


@dataclass(frozen=True)
class CodeVersion:
    """A commit of a candidate (an idea's) or of the baseline."""

    subject: str
    """The idea's id, or `baseline`."""
    attempt: int
    commit: str
    code_hash: str


def baseline_version(context: Context) -> CodeVersion:
    """The baseline's code, laid out."""
    commit = context.workspace.baseline
    return CodeVersion(BASELINE, 0, commit, context.lay_out(context.workspace.files(commit)))


def version_of(attempt: AttemptRecord) -> CodeVersion:
    """The code of an attempt."""
    return CodeVersion(attempt.idea_id, attempt.number, attempt.commit, attempt.code_hash)


def job_id(*parts: object) -> str:
    """A job's name for ever: a hash of everything that makes it this job and no other."""
    return "el-" + hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()[:32]


async def run_in_sandbox(context: Workplace, job: Job, sandbox: Sandbox | None = None) -> Outcome:
    """Run a job when a place is free, in the run's sandbox if no other is named. When the waiting task is cancelled,
    the job is ended too."""
    place, loop = sandbox or context.sandbox, asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(context.pool, place.run, job, context.run.jobs)
    except asyncio.CancelledError:
        await asyncio.to_thread(place.cancel, job.id)
        raise


async def run_candidate(context: Context, version: CodeVersion, seed: int, split: Split = "validation") -> Outcome:
    """Run one code version with one seed on one split's inputs, or collect that run.

    Raises:
        SandboxUnavailable, JobRejected: see `sandboxes.sandbox.Sandbox.run`.
    """
    code = version.code_hash
    what = (context.run.config.id, version.subject, version.attempt, split, seed, code, context.data.hash)
    job = Job(
        # With another limit it is another job: what ended at the task's limit would be collected otherwise.
        id=job_id(*what) if context.wall_s is None else job_id(*what, context.wall_s),
        command=context.task.command(seed),
        code=context.code_folder(code),
        inputs=context.data.inputs(split),
        outputs=(PREDICTIONS,),
        limits=context.limits,
        image=context.task.run.image,
        packages=asked_packages(context.code_folder(code)),
        gpus=context.task.run.gpus,
        jobs_per_gpu=context.task.run.jobs_per_gpu,
        owner=context.run.config.id,
        idea=version.subject,
    )
    try:
        return await run_in_sandbox(context, job)
    except PackagesRefused as refused:
        # The candidate's fault, so a failure like any other, which it is told.
        return Outcome(
            job_id=job.id,
            status="error",
            exit_code=None,
            wall_s=0,
            log="",
            log_path=context.run.jobs / job.id / "log.txt",
            outputs={},
            detail=f"{REQUIREMENTS}: {refused}",
            isolation=context.sandbox.isolation,
        )


def asked_packages(code: Path) -> tuple[str, ...]:
    """What a candidate asks for over the packages of its image: the lines of its `requirements.txt`."""
    file = code / REQUIREMENTS
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return tuple(asked for line in lines if (asked := line.partition("#")[0].strip()))


async def score(context: Context, predictions: Path, split: Split) -> tuple[Score, Path]:
    """Score predictions against hidden labels; returns the score and its file.

    Raises:
        ScoreUnreadable: the scorer left no score.
    """
    code = context.run.folder / "scorer"
    digest = scorer_code(context.task, code)
    replicates = context.run.config.replicates
    content = hashlib.sha256(predictions.read_bytes()).hexdigest()
    job = Job(
        id=job_id("score", digest, content, context.data.hash, split, replicates),
        command=scorer_command(replicates),
        code=code,
        inputs={"labels.npz": context.data.labels(split), PREDICTIONS: predictions},
        outputs=(SCORE_FILE,),
        limits=_SCORER_LIMITS,
        image=context.task.run.image,
        owner=context.run.config.id,
    )
    outcome = await run_in_sandbox(context, job)
    if outcome.status != "ok" or SCORE_FILE not in outcome.outputs:
        raise ScoreUnreadable(f"the scorer ended with {outcome.status}: {outcome.detail or outcome.log[-300:]}")
    return read_score(outcome.outputs[SCORE_FILE]), outcome.outputs[SCORE_FILE]


async def measure_once(context: Context, version: CodeVersion, seed: int, split: Split) -> MeasurementRecord:
    """The metric of one code version with one seed on one split, kept in the run's database."""
    outcome = await run_candidate(context, version, seed, split)
    row = MeasurementRecord(
        id=f"{version.subject}/{split}/{seed}",
        subject=version.subject,
        split=split,
        seed=seed,
        commit=version.commit,
        code_hash=version.code_hash,
        data_hash=context.data.hash,
        status="failed",
        wall_s=outcome.wall_s,
        isolation=outcome.isolation.model_dump(mode="json"),
    )
    await _fill_in(context, row, outcome, split)
    context.run.save(row)
    context.run.tell("measured", row.subject, row.reason, split=split, seed=seed, metric=row.metric)
    return row


async def _fill_in(context: Context, row: MeasurementRecord, outcome: Outcome, split: Split) -> None:
    """The metric, or why there is none."""
    if outcome.status != "ok":
        row.reason = f"the program ended with {outcome.status}" + (f": {outcome.detail}" if outcome.detail else "")
        return
    if PREDICTIONS not in outcome.outputs:
        row.reason = f"the program ended well but wrote no {PREDICTIONS}"
        return
    keep = context.run.artefacts.keep
    row.predictions = keep(outcome.outputs[PREDICTIONS])
    try:
        found, path = await score(context, outcome.outputs[PREDICTIONS], split)
    except ScoreUnreadable as error:
        row.reason = str(error)
        return
    row.status, row.reason = ("ok" if found.status == "ok" else "failed"), found.reason
    row.metric, row.rows, row.score = found.metric, found.rows, keep(path)


async def measure(context: Context, version: CodeVersion, split: Split = "validation") -> list[MeasurementRecord]:
    """Measure a code version with every seed, side by side as far as there are places."""
    return list(await asyncio.gather(*(measure_once(context, version, seed, split) for seed in context.seeds)))


def scores(context: Context, rows: list[MeasurementRecord]) -> Scores | str:
    """What the statistics need of measurements; or why they cannot have it: the first seed that failed."""
    metrics, replicates = [], []
    for row in rows:
        if row.metric is None or row.score is None:
            return f"seed {row.seed}: {row.reason}"
        metrics.append(row.metric)
        replicates.append(read_score(context.run.artefacts.path(row.score)).replicates)
    return Scores(metrics=tuple(metrics), replicates=tuple(replicates))
