"""The command as a person types it: what it answers, its exit codes, and that mistakes leave nothing behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from quick_runs import QUICK

COMMAND = [sys.executable, "-m", "agent.cli"]
FAST = ("--sandbox", "process", "--rounds", "1", "--ideas", "1", "--retrieval", "none")


def echolocate(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, away from any terminal."""
    environment = {**os.environ, "COLUMNS": "160", **env}
    return subprocess.run(
        [*COMMAND, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "digit"), "digit: neither a task's name nor a folder; did you mean digits?"),
        (("run", "digits", "--seeds", "1"), "--seeds 1: should be at least two different whole numbers, such as 0,1,2"),
        (("run", "digits", "--seeds", "a,b"), "--seeds a,b: should be"),
        (("run", "digits", "--gpus", "GPU-x"), "--gpus names 'GPU-x'; give none, all or UUIDs of this machine"),
        (("run", "digits", "--papers", "none.bib"), "none.bib: cannot be read"),
        (("run", "digits", "--error-rate", "2"), "--error-rate: Input should be less than 0.5"),
        (("run", "digits", "--minutes", "-1"), "--minutes: Input should be greater than 0"),
        (("discover", "--demo", "--review", "ideas"), "--review ideas: a discovery waits at hypotheses, or never"),
        (("run", "digits", "--name", "../x"), "--name ../x: should be letters"),
        (("run", "digits", "--model", "m", "--base-url", "host/v1"), "host/v1: should begin with http:// or https://"),
        (("run", "digits", "--runs", "/proc/nothing"), "choose another with --runs"),
        (("resume", "nobody"), "nobody/run.toml: no such file, so this folder is not a run"),
        (("papers", "search", " "), "name some words"),
        (("show",), "no runs here"),
        (("task", "validate", "nothing-like-it"), "neither a task's name nor a folder"),
        (("task", "new", "Bad Name"), "Bad Name"),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_2(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = echolocate(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("run",), ("run", "digits", "--rounds", "0"), ("run", "digits", "--sandbox", "vm")])
def test_wrong_usage_is_exit_code_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert echolocate(tmp_path, *words).returncode == 2
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one finished run of the digits task, as a person starts it."""
    folder = tmp_path_factory.mktemp("finished")
    done = echolocate(folder, "run", "digits", "--name", "one", *FAST)
    assert done.returncode == 0, done.stderr
    assert "is no language model" in done.stdout
    assert "No protection" in done.stdout
    return folder


def test_a_finished_run_can_be_looked_at(finished: Path) -> None:
    assert "finished" in echolocate(finished, "list").stdout
    assert "r1-1" in echolocate(finished, "status").stdout
    idea = echolocate(finished, "show", "r1-1").stdout
    assert "validation, seed 2:" in idea
    assert "diff --git" in idea
    assert "diff --git" in echolocate(finished, "show", "r1-1-a1").stdout
    assert echolocate(finished, "show", "r9-9").returncode == 2
    assert echolocate(finished, "report").stdout.strip() == str(finished / "runs/one/report.html")
    for name in ("run.toml", "run.db", "graph.db", "report.html", "report.md", "ideas.csv", "references.bib"):
        assert (finished / "runs/one" / name).is_file(), name


def test_a_run_of_another_version_is_told_in_a_line_and_hides_no_other(finished: Path, tmp_path: Path) -> None:
    for name in ("old", "new"):
        shutil.copytree(finished / "runs" / "one", tmp_path / "runs" / name)
    with closing(sqlite3.connect(tmp_path / "runs" / "old" / "run.db")) as database:
        database.execute("ALTER TABLE attempts DROP COLUMN number")
    shown = echolocate(tmp_path, "show", "--run", "old")
    assert (shown.returncode, shown.stderr.count("\n")) == (2, 1)
    assert "made by another version of Echolocate (attempts has no number)" in shown.stderr
    listed = echolocate(tmp_path, "list")
    assert listed.returncode == 0
    assert "finished" in listed.stdout
    assert "attempts has no number" in listed.stdout


def test_resuming_a_finished_run_does_nothing_and_says_where_the_report_is(finished: Path) -> None:
    done = echolocate(finished, "resume", "one")
    assert done.returncode == 0, done.stderr
    assert "report.html" in done.stdout
    assert "measured" not in done.stdout


def test_the_same_name_twice_is_refused(finished: Path) -> None:
    done = echolocate(finished, "run", "digits", "--name", "one")
    assert done.returncode == 2
    assert "a run of this name exists" in done.stderr


def test_programs_get_one_json_object_a_line(tmp_path: Path) -> None:
    done = echolocate(tmp_path, "run", str(QUICK), "--json", *FAST)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"at", "kind", "subject", "text"} <= set(events[0])
    assert events[-1]["kind"] == "report"


@pytest.mark.parametrize("interrupts", [1, 2])
def test_an_interrupted_run_is_taken_up_again(tmp_path: Path, interrupts: int) -> None:
    """The first Ctrl-C lets running work end, the second does not wait; `resume` goes on after both."""
    command = [*COMMAND, "run", "digits", "--name", "cut", "--json", *FAST]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["kind"] == "baseline":
            break
    for _ in range(interrupts):
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "stopped" in echolocate(tmp_path, "list").stdout
    done = echolocate(tmp_path, "resume")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs/cut/report.html").is_file()


def test_stop_asks_the_working_process(tmp_path: Path) -> None:
    command = [*COMMAND, "run", "digits", "--name", "cut", "--json", *FAST]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    busy = echolocate(tmp_path, "resume", "cut")
    assert (busy.returncode, f"process {process.pid} works on this run" in busy.stderr) == (2, True)
    assert f"process {process.pid} stops" in echolocate(tmp_path, "stop").stdout
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert "no process works on it" in echolocate(tmp_path, "stop").stdout


def test_doctor_says_what_works(tmp_path: Path) -> None:
    done = echolocate(tmp_path, "doctor", "--base-url", "http://127.0.0.1:9/v1")
    assert done.returncode == 0
    for what in ("sandbox docker", "sandbox bubblewrap", "GPU", "model", "papers", "disk"):
        assert what in done.stdout
    assert "is the server running?" in done.stdout


def test_tasks_can_be_listed_made_checked_and_tried(tmp_path: Path) -> None:
    assert "digits" in echolocate(tmp_path, "task", "list").stdout
    assert "Folder:" in echolocate(tmp_path, "task", "show", "digits").stdout
    assert echolocate(tmp_path, "task", "new", "mine").returncode == 0
    checked = echolocate(tmp_path, "task", "validate", "mine")
    assert checked.returncode == 0, checked.stderr
    tried = echolocate(tmp_path, "task", "baseline", "mine", "--sandbox", "process")
    assert "seed 0:" in tried.stdout, tried.stderr
    again = echolocate(tmp_path, "task", "new", "mine")
    assert again.returncode == 2


def test_a_reader_that_goes_away_does_not_end_the_run(tmp_path: Path) -> None:
    """As in `echolocate run … | head`: the run goes on to its report."""
    command = [*COMMAND, "run", str(QUICK), "--name", "quick", *FAST]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=120) == 0
    assert (tmp_path / "runs/quick/report.html").is_file()


def test_a_task_that_changed_is_not_taken_for_the_one_that_was_begun(tmp_path: Path) -> None:
    task = tmp_path / "task"
    shutil.copytree(QUICK, task)
    assert echolocate(tmp_path, "run", str(task), "--name", "mine", *FAST).returncode == 0
    (task / "evaluate.py").write_text("def score(y_true, y_pred):\n    return 1.0\n")
    done = echolocate(tmp_path, "resume", "mine")
    assert done.returncode == 2
    assert "the task changed since the run began" in done.stderr
