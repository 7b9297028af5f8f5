"""A broken task says every mistake at once, each in a line that a person can act on."""

from __future__ import annotations

from pathlib import Path

import pytest

from workspaces.errors import TaskInvalid
from workspaces.task import find, list_tasks, load, scaffold


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return scaffold("mine", tmp_path / "mine")


def problems(folder: Path) -> list[str]:
    with pytest.raises(TaskInvalid) as caught:
        load(folder)
    return caught.value.problems


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "task.toml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_scaffolded_task_is_a_task(folder):
    task = load(folder)
    assert task.name == "mine"
    assert task.command(7)[-2:] == ("--seed", "7")
    assert sorted(task.baseline()) == ["features.py", "main.py", "model.py", "training.py"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('direction = "lower"', 'direction = "up"', "metric.direction: 'up': should be 'higher' or 'lower'"),
        ('direction = "lower"', 'directoin = "lower"', "metric.directoin: unknown key; did you mean direction?"),
        ('direction = "lower"', "", 'metric.direction: is missing: Which way is better: "higher" or "lower".'),
        ("smallest_difference = 0.1", "smallest_difference = 0", "metric.smallest_difference: 0: should be greater"),
        ("smallest_difference = 0.1", "smallest_difference = nan", "metric.smallest_difference: nan: should be"),
        ("smallest_difference = 0.1", 'smallest_difference = "0.1"', "metric.smallest_difference: '0.1': should be"),
        ("smallest_difference = 0.1", "smallest_difference = true", "metric.smallest_difference: True: should be"),
        ("seeds = [0, 1, 2]", "seeds = [3]", "run.seeds: [3]: should be at least two different whole numbers"),
        ("seeds = [0, 1, 2]", "seeds = [3, 3]", "run.seeds: [3, 3]: should be at least two different"),
        ("seeds = [0, 1, 2]", "seeds = [0, 1.5]", "run.seeds.1: 1.5: should be a valid integer"),
        ("seeds = [0, 1, 2]", "seeds = [-1, 1]", "run.seeds: [-1, 1]: should be at least two"),
        ('"{seed}"', '"{sede}"', "placeholder that is unknown; {seed} is the only one"),
        ("wall_s = 60 ", "wall_s = 0 ", "run.limits.wall_s: 0: should be greater than 0: Seconds of wall time"),
        ("memory_mb = 2048", "memory = 2048", "run.limits.memory: unknown key; did you mean memory_mb?"),
        ('name = "mine"', 'name = "My Task"', "name: 'My Task': "),
        ('kind = "regression"', 'kind = ""', "attributes.kind: ''"),
        ('name = "mine"', 'name = "mine"\nfolder = "x"', "folder: unknown key; known: name, question, topic"),
        ("[data]", "[dat]", "dat: unknown key; did you mean data?"),
        ('topic = "nonlinear', 'topic = "non\\nlinear', "topic: 'non\\nlinear"),
    ],
)
def test_a_mistake_names_file_key_and_what_would_be_right(folder, old, new, line):
    change(folder, old, new)
    (said,) = problems(folder)
    assert said.startswith("task.toml: ")
    assert line in said
    assert "\n" not in said


def test_all_mistakes_of_the_folder_come_together(folder):
    change(folder, 'direction = "lower"', 'direction = "up"')
    change(folder, "seeds = [0, 1, 2]", "sedes = [0, 1, 2]")
    (folder / "data.py").unlink()
    for file in (folder / "baseline").iterdir():
        file.unlink()
    said = problems(folder)
    assert len(said) == 4
    assert [line.split(": ")[0] for line in said] == ["data.py", "baseline/", "task.toml", "task.toml"]


def test_toml_that_is_none_is_placed(folder):
    (folder / "task.toml").write_text('name = "x"\nquestion = \n', encoding="utf-8")
    (said,) = problems(folder)
    assert said.startswith("task.toml: is no TOML: ")
    assert "line 2" in said


def test_a_baseline_that_links_outside_is_refused(folder):
    (folder / "baseline/secret.py").symlink_to("/etc/passwd")
    with pytest.raises(TaskInvalid, match=r"baseline/secret\.py: only regular files"):
        load(folder).baseline()


def test_built_in_tasks_do_not_share_metric_direction_and_kind():
    tasks = {task.name: task for task in list_tasks()}
    assert {task.metric.direction for task in tasks.values()} == {"higher", "lower"}
    assert {task.attributes.kind for task in tasks.values()} >= {"classification", "regression"}


def test_find_takes_a_name_a_folder_or_says_what_is_close(folder):
    assert find("digits").name == "digits"
    assert find(str(folder)).name == "mine"
    assert find("mine", [folder.parent]).name == "mine"
    with pytest.raises(TaskInvalid, match="did you mean digits"):
        find("digts")
    with pytest.raises(TaskInvalid, match=r"there is no task\.toml"):
        find(str(folder.parent))


def test_scaffold_overwrites_nothing(folder):
    before = (folder / "task.toml").read_bytes()
    with pytest.raises(TaskInvalid, match="is there already"):
        scaffold("other", folder)
    assert (folder / "task.toml").read_bytes() == before
    with pytest.raises(TaskInvalid, match="cannot be a task's name"):
        scaffold("../up", folder.parent / "up")
    assert not (folder.parent / "up").exists()
