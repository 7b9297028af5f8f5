"""`validate` finds what would otherwise break a run half-way; the built-in and the scaffolded task have nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workspaces.data import prepare
from workspaces.scoring import read_score, scorer_code, scorer_command
from workspaces.task import find, list_tasks, load, scaffold
from workspaces.validation import validate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return scaffold("mine", tmp_path / "mine")


@pytest.mark.parametrize("task", list_tasks(), ids=lambda task: task.name)
def test_built_in_tasks_are_valid(task):
    assert validate(task) == []


def test_a_scaffolded_task_is_valid(folder):
    assert validate(load(folder)) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "line"),
    [
        ("task.toml", '"lower"  ', '"higher"  ', "task.toml: metric.direction: higher cannot be better, for the true"),
        ("task.toml", "code/main.py", "code/man.py", "task.toml: run.command: code/man.py is not in baseline/"),
        ("evaluate.py", "def score(", "def scores(", "evaluate.py: lacks a function score()"),
        ("evaluate.py", "return float(", "return float((", "evaluate.py: line "),
        (
            "evaluate.py",
            "np.sqrt(",
            "np.sqroot(",
            "evaluate.py: cannot score the labels as predictions: AttributeError",
        ),
        (
            "evaluate.py",
            "return float(np.sqrt(",
            "return float(0 * np.sqrt(",
            "task.toml: metric.direction: lower cannot",
        ),
        (
            "evaluate.py",
            "return float(np.sqrt(",
            "return float(np.nan * np.sqrt(",
            "evaluate.py: cannot score the labels",
        ),
        ("evaluate.py", "!= y_true.shape", "== y_true.shape", "predictions should be one number a row"),
        ("data.py", "def make(", "def maker(", "data.py: lacks a function make()"),
        (
            "data.py",
            'RandomState(settings["seed"])',
            "RandomState()",
            "data.py: makes other data when it is asked again",
        ),
        ("baseline/model.py", "def build_model(seed", "def build_model(seed(", "baseline/model.py: line "),
    ],
)
def test_a_mistake_is_one_line(folder, name, old, new, line):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    (said,) = validate(load(folder))
    assert line in said
    assert "\n" not in said


def scored(folder: Path, predictions: bytes, labels: Path) -> object:
    scorer_code(find("digits"), folder / "code")
    for name in ("in", "out"):
        (folder / name).mkdir()
    shutil.copy(labels, folder / "in/labels.npz")
    (folder / "in/predictions.csv").write_bytes(predictions)
    subprocess.run([sys.executable, *scorer_command(200)[1:]], cwd=folder, check=True, timeout=60)
    json.loads((folder / "out/score.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
    return read_score(folder / "out/score.json")


def test_the_baseline_runs_and_is_scored_in_folders_as_a_sandbox_lays_them_out(tmp_path):
    task, data = find("digits"), prepare(find("digits"), tmp_path / "cache")
    job = tmp_path / "job"
    shutil.copytree(task.folder / "baseline", job / "code")
    (job / "in").mkdir()
    (job / "out").mkdir()
    for name, file in data.inputs("test").items():
        shutil.copy(file, job / "in" / name)
    subprocess.run([sys.executable, *task.command(0)[1:]], cwd=job, check=True, timeout=60)
    predictions = (job / "out/predictions.csv").read_bytes()
    score = scored(tmp_path / "score", predictions, data.labels("test"))
    assert score.status == "ok"
    assert score.metric == pytest.approx(0.948, abs=0.01)  # measured: 568 of 599; solvers differ in the last rows
    assert len(score.replicates) == 200
    other = scored(tmp_path / "wrong", predictions, data.labels("validation"))
    assert (other.status, other.metric, other.replicates) == ("invalid", None, ())
    assert "unknown id" in other.reason
