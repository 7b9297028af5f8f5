"""Whether a task works: everything that would otherwise be found out in the middle of a run."""

from __future__ import annotations

import ast
import csv
import subprocess
import sys
import tempfile
from pathlib import Path
from shutil import copyfile
from typing import TYPE_CHECKING

import numpy as np

from workspaces.data import prepare
from workspaces.errors import ScoreUnreadable, TaskInvalid
from workspaces.scoring import SCORE_FILE, read_score, scorer_code, scorer_command

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workspaces.data import DataSet
    from workspaces.task import Task


def validate(task: Task) -> list[str]:
    """What is wrong with a task, one line per mistake; empty when nothing is.

    Makes the splits (twice, in folders of their own: they must be equal) and scores the true labels and shuffled ones
    as if a candidate had predicted them. The baseline is parsed here; running it needs a sandbox.
    """
    try:
        problems = _program_problems(task)
        if problems:
            return problems
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            data = prepare(task, folder / "once")
            if prepare(task, folder / "again").hash != data.hash:
                return ["data.py: makes other data when it is asked again; give every random choice a seed"]
            return _metric_problems(task, data, folder)
    except TaskInvalid as error:
        return error.problems


def _program_problems(task: Task) -> list[str]:
    files = task.baseline()
    problems = [
        f"task.toml: run.command: {word} is not in baseline/"
        for word in task.run.command
        if word.startswith("code/") and word.removeprefix("code/") not in files
    ]
    programs = {f"baseline/{path}": text for path, text in files.items() if path.endswith(".py")}
    wanted = {"evaluate.py": "score", "data.py": "make"}
    programs |= {path: (task.folder / path).read_text(encoding="utf-8") for path in wanted}
    for path, text in programs.items():
        try:
            tree = ast.parse(text)
        except SyntaxError as error:
            problems.append(f"{path}: line {error.lineno}: {error.msg}")
            continue
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        if path in wanted and wanted[path] not in defined:
            problems.append(f"{path}: lacks a function {wanted[path]}()")
    return problems


def _metric_problems(task: Task, data: DataSet, folder: Path) -> list[str]:
    with np.load(data.labels("validation"), allow_pickle=False) as labels:
        ids, y = labels["ids"], labels["y"]
    try:
        true = _metric(task, data, ids, y, folder / "true")
        shuffled = _metric(task, data, ids, np.random.RandomState(0).permutation(y), folder / "shuffled")
    except ScoreUnreadable as error:
        return [f"evaluate.py: cannot score the labels as predictions: {error}"]
    if true == shuffled or (true > shuffled) != (task.metric.direction == "higher"):
        return [
            f"task.toml: metric.direction: {task.metric.direction} cannot be better, "
            f"for the true labels score {true:.6g} and shuffled ones {shuffled:.6g}"
        ]
    return []


def _metric(task: Task, data: DataSet, ids: NDArray[np.generic], y: NDArray[np.generic], folder: Path) -> float:
    """What the scorer says of labels `y` as predictions. Trusted code only, so no sandbox is needed."""
    scorer_code(task, folder / "code")
    (folder / "in").mkdir()
    (folder / "out").mkdir()
    copyfile(data.labels("validation"), folder / "in/labels.npz")
    columns = y.reshape(len(y), -1)
    with (folder / "in/predictions.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(["id", "prediction", *(f"prediction_{column}" for column in range(1, columns.shape[1]))])
        table.writerows([name, *row] for name, row in zip(ids.tolist(), columns.tolist(), strict=True))
    command = [sys.executable, "-B", *scorer_command(replicates=0)[1:]]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, errors="replace")
    if done.returncode != 0:
        raise ScoreUnreadable((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    score = read_score(folder / "out" / SCORE_FILE)
    if score.metric is None:
        raise ScoreUnreadable(score.reason)
    return score.metric
