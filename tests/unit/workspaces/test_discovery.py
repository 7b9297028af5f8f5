"""A task that discovers names its files and what is known of them; what is wrong with it is a line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from workspaces.discovery import Discovery, find_discovery, list_discoveries, load_discovery
from workspaces.errors import TaskInvalid
from workspaces.task import find, list_tasks

TASK = """
name = "mine"
question = "Which proteins differ?"

[discover]
table = "proteins.tsv"
samples = "samples.csv"
covariates = ["site"]

[discover.files]
gene_sets = "sets.gmt"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "mine"
    home.mkdir()
    (home / "task.toml").write_text(TASK)
    for name in ("README.md", "proteins.tsv", "samples.csv", "sets.gmt"):
        (home / name).write_text("x")
    return home


def problems(task: Discovery, made: Path) -> list[str]:
    with pytest.raises(TaskInvalid) as caught:
        task.files(made)
    return caught.value.problems


def test_paths_are_below_the_tasks_folder(folder, tmp_path):
    task = find_discovery(str(folder))
    assert task.files(tmp_path / "made") == {
        "table": folder / "proteins.tsv",
        "samples": folder / "samples.csv",
        "gene_sets": folder / "sets.gmt",
    }
    assert task.discover.covariates == ("site",)
    assert task.tools is None
    (folder / "tools").mkdir()
    assert task.tools == folder / "tools"


def test_with_a_data_py_they_are_below_what_it_writes(folder, tmp_path):
    names = "('proteins.tsv', 'samples.csv')"
    (folder / "data.py").write_text(f"def make(out, settings):\n    [(out / n).write_text('y') for n in {names}]\n")
    (made := tmp_path / "made").mkdir()
    (said,) = problems(load_discovery(folder), made)
    assert said.startswith("task.toml: discover.files.gene_sets: sets.gmt: data.py writes no such file")
    assert (made / "proteins.tsv").read_text() == "y"


def test_files_that_are_not_there_are_a_line_each(folder, tmp_path):
    (folder / "proteins.tsv").unlink()
    (folder / "sets.gmt").unlink()
    found = problems(load_discovery(folder), tmp_path)
    assert [line.split(": ")[1] for line in found] == ["discover.table", "discover.files.gene_sets"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('table = "proteins.tsv"', "", "task.toml: discover.table: is missing: The table of quantities"),
        ("covariates", "covariate", "task.toml: discover.covariate: unknown key; did you mean covariates?"),
        ('question = "Which proteins differ?"', "", "task.toml: question: is missing"),
    ],
)
def test_a_mistake_is_a_line(folder, old, new, line):
    (folder / "task.toml").write_text(TASK.replace(old, new))
    with pytest.raises(TaskInvalid, match="^" + line.replace("?", r"\?")):
        load_discovery(folder)


def test_the_two_kinds_of_task_are_told_apart():
    assert "spike-in" in {task.name for task in list_discoveries()}
    assert "spike-in" not in {task.name for task in list_tasks()}
    with pytest.raises(TaskInvalid, match="start it with `echolocate discover spike-in`"):
        find("spike-in")
    with pytest.raises(TaskInvalid, match="start it with `echolocate run digits`"):
        find_discovery("digits")
