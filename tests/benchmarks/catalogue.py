"""Run every component of the rule-based model's catalogue on the built-in tasks and write docs/catalogue.md.

    python tests/benchmarks/catalogue.py [--pairs 40] [TASK ...]

Each component is written into the baseline alone, run as a program of its own with each of the task's seeds, repaired
by the rules where it fails, and scored on the validation split beside the baseline. Of the pairs, an evenly spaced
sample runs with one seed. The table is a description of the catalogue and nothing that the model reads.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import os
import runpy
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

import numpy as np

from agent.errors import ModelFailed
from agent.models.requests import IdeaDraft, RepairCode, SourceFile, TaskBrief, WriteCode
from agent.models.rule_based import RuleBasedModel
from agent.models.rule_based.component import Component, compatible
from agent.models.rule_based.modules import Module
from agent.models.rule_based.proposing import fitting
from workspaces.data import DataSet, prepare
from workspaces.task import Task, find

ROOT = Path(__file__).parents[2]
REPAIRS = 5
MODEL = RuleBasedModel()


class Result(NamedTuple):
    """What became of one candidate."""

    score: float | None
    seconds: float
    repairs: tuple[str, ...]
    failure: str


class Trial:
    """A task with its data, ready to run candidates."""

    def __init__(self, task: Task, data: DataSet) -> None:
        self.task = task
        self.data = data
        self.baseline = tuple(SourceFile(path=path, content=text) for path, text in task.baseline().items())
        self.score = runpy.run_path(str(task.folder / "evaluate.py"))["score"]

    def brief(self) -> TaskBrief:
        """What the model is told."""
        task = self.task
        return TaskBrief(
            name=task.name,
            question=task.question,
            topic=task.topic,
            kind=task.attributes.kind,
            input=task.attributes.input,
            output=task.attributes.output,
            metric=task.metric.name,
            direction=task.metric.direction,
            smallest_difference=task.metric.smallest_difference,
            command=task.run.command,
            wall_s=task.run.limits.wall_s,
        )

    def run(self, components: tuple[Component, ...], seeds: tuple[int, ...]) -> Result:
        """Write, run and repair one candidate; its mean score over the seeds and its slowest run's seconds."""
        files = {file.path: file.content for file in self.baseline}
        repairs: list[str] = []
        if components:
            idea = IdeaDraft(
                title="a trial", summary="what is measured", components=tuple(one.name for one in components)
            )
            answer = asyncio.run(MODEL.ask(WriteCode(task=self.brief(), idea=idea, files=self.baseline)))
            files |= {file.path: file.content for file in answer.files}
        scores, slowest = [], 0.0
        for seed in seeds:
            while True:
                score, seconds, log = self._once(files, seed)
                slowest = max(slowest, seconds)
                if score is not None:
                    scores.append(score)
                    break
                summary = log.strip().splitlines()[-1] if log.strip() else "no output"
                if len(repairs) == REPAIRS:
                    return Result(None, slowest, tuple(repairs), summary)
                try:
                    answer = asyncio.run(MODEL.ask(self._question(idea, files, summary, log)))
                except ModelFailed as error:
                    return Result(None, slowest, tuple(repairs), str(error))
                files |= {file.path: file.content for file in answer.files}
                repairs.append(answer.note)
        return Result(fmean(scores), slowest, tuple(repairs), "")

    def _question(self, idea: IdeaDraft, files: dict[str, str], summary: str, log: str) -> RepairCode:
        sources = tuple(SourceFile(path=path, content=text) for path, text in files.items())
        return RepairCode(
            task=self.brief(),
            idea=idea,
            files=sources,
            summary=summary,
            traceback=log,
            structure="",
            notes=(),
            attempt=1,
        )

    def _once(self, files: dict[str, str], seed: int) -> tuple[float | None, float, str]:
        with tempfile.TemporaryDirectory() as name:
            job = Path(name)
            for folder in ("code", "in", "out"):
                (job / folder).mkdir()
            for path, text in files.items():
                (job / "code" / path).write_text(text, encoding="utf-8")
            for path, source in self.data.inputs("validation").items():
                (job / "in" / path).symlink_to(source)
            command = [sys.executable if word == "python" else word for word in self.task.command(seed)]
            threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
            begin = time.perf_counter()
            try:
                done = subprocess.run(
                    command,
                    cwd=job,
                    env={**os.environ, **threads},
                    capture_output=True,
                    text=True,
                    check=False,
                    timeout=self.task.run.limits.wall_s,
                )
            except subprocess.TimeoutExpired:
                limit = f"timeout: longer than {self.task.run.limits.wall_s:.0f} s"
                return None, time.perf_counter() - begin, limit
            seconds = time.perf_counter() - begin
            if done.returncode:
                return None, seconds, done.stderr
            return self._scored(job / "out" / "predictions.csv"), seconds, ""

    def _scored(self, predictions: Path) -> float:
        hidden = np.load(self.data.labels("validation"))
        with predictions.open(encoding="utf-8") as file:
            predicted = {row["id"]: float(row["prediction"]) for row in csv.DictReader(file)}
        ordered = np.array([predicted[str(key)] for key in hidden["ids"].tolist()])
        return float(self.score(hidden["y"], ordered))


def measure(trial: Trial, pairs: int) -> str:
    """The section of one task: a table of components, and how the sampled pairs ended."""
    task = trial.task
    sign = 1 if task.metric.direction == "higher" else -1
    baseline = trial.run((), task.run.seeds)
    if baseline.score is None:
        raise SystemExit(f"{task.name}: the baseline fails: {baseline.failure}")
    components = fitting(trial.brief())
    lines = [
        f"## {task.name}",
        "",
        f"Baseline: {task.metric.name} {baseline.score:.4f} (mean of {len(task.run.seeds)} seeds, validation split), "
        f"{baseline.seconds:.1f} s a run. Differences are oriented so that positive is better; the smallest one worth "
        f"having is {task.metric.smallest_difference:g}.",
        "",
        "| component | slot | source | difference | seconds | repairs |",
        "|---|---|---|---:|---:|---|",
    ]
    for one in components:
        result = trial.run((one,), task.run.seeds)
        outcome = "failed" if result.score is None else f"{sign * (result.score - baseline.score):+.4f}"
        note = result.failure or "; ".join(result.repairs)
        source = Module(text=one.code).docstring
        lines.append(f"| {one.name} | {one.slot} | {source} | {outcome} | {result.seconds:.1f} | {note} |")
        sys.stderr.write(f"{task.name} {lines[-1]}\n")
    return "\n".join([*lines, "", _pairs(trial, components, pairs)])


def _pairs(trial: Trial, components: tuple[Component, ...], wanted: int) -> str:
    possible = [pair for pair in combinations(components, 2) if compatible(pair)]
    sample = possible[:: max(len(possible) // wanted, 1)][:wanted] if wanted else []
    results = {pair: trial.run(pair, trial.task.run.seeds[:1]) for pair in sample}
    failed = {pair: result for pair, result in results.items() if result.score is None}
    text = (
        f"Pairs: {len(possible)} are possible; {len(sample)} of them were run with one seed, "
        f"{len(sample) - len(failed)} ended with predictions, "
        f"{sum(bool(result.repairs) for result in results.values())} after repairs, "
        f"the slowest in {max((result.seconds for result in results.values()), default=0):.1f} s."
    )
    rows = [f"- {one.name} with {other.name}: {result.failure}" for (one, other), result in failed.items()]
    return "\n".join([text, *rows])


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("tasks", nargs="*", default=["digits", "denoise"])
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/catalogue.md")
    args = parser.parse_args()
    head = (
        "# The catalogue of the rule-based model\n\nGenerated by `python tests/benchmarks/catalogue.py`. Each "
        "component was written into the task's baseline alone and run as a program of its own on one core.\n"
    )
    with tempfile.TemporaryDirectory() as cache:
        sections = []
        for name in args.tasks:
            task = find(name)
            sections.append(measure(Trial(task, prepare(task, Path(cache))), args.pairs))
    args.out.write_text("\n".join([head, "\n\n".join(sections), ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
