"""Reviewing from a terminal, as a person does it: commands, a real pseudo-terminal, and a run that waits."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from agent.records import VerdictRecord
from agent.review.queue import item, questions, reviews
from agent.review.verdicts import Edit, Reject
from agent.run import Run
from workspaces.task import scaffold

COMMAND = [sys.executable, "-m", "agent.cli"]
FAST = ("--sandbox", "process", "--rounds", "1", "--ideas", "2", "--retrieval", "none")


def echolocate(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "160", "ECHOLOCATE_WHO": "ada", **env}
    return subprocess.run(
        [*COMMAND, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run that waits for verdicts on two ideas."""
    folder = tmp_path_factory.mktemp("made")
    task = scaffold("mine", folder / "mine")
    done = echolocate(folder, "run", str(task), "--name", "one", "--review", "ideas", *FAST)
    assert done.returncode == 0, done.stderr
    assert "At rest: 2 to judge" in done.stdout
    assert "echolocate resume one" in done.stdout
    return folder / "runs"


@pytest.fixture
def resting(made: Path, tmp_path: Path) -> Path:
    """A folder with a copy of that run."""
    shutil.copytree(made, tmp_path / "runs")
    return tmp_path


def opened(folder: Path) -> Run:
    return Run.open(folder / "runs/one")


def test_a_run_is_judged_by_commands_and_goes_on(resting: Path) -> None:
    listed = echolocate(resting, "review", "list", "one", "--json").stdout.splitlines()
    assert [json.loads(line)["id"] for line in listed] == ["r1-1/idea", "r1-2/idea"]
    assert "Screening: repeats no earlier idea" in echolocate(resting, "review", "show", "one", "r1-1/idea").stdout
    assert "resume one" in echolocate(resting, "review", "accept", "one", "r1-1/idea").stdout
    rejected = echolocate(resting, "review", "reject", "one", "r1-2/idea", "--reason", "known since 1967")
    assert rejected.returncode == 0, rejected.stderr
    assert "nothing waits" in echolocate(resting, "review", "list", "one").stdout
    assert "ada" in echolocate(resting, "review", "show", "one", "r1-2/idea").stdout
    assert echolocate(resting, "resume", "one").returncode == 0
    with opened(resting) as run:
        assert [row.idea_id for row in run.all(VerdictRecord, split="validation")] == ["r1-1"]
    assert (resting / "runs/one/report.html").is_file()


def test_an_edit_takes_a_field_a_file_or_the_editor(resting: Path) -> None:
    (resting / "why.txt").write_text("Because.")
    words = ("review", "edit", "one", "r1-1/idea", "--set", "title=A title", "--set", "motivation=@why.txt")
    assert echolocate(resting, *words).returncode == 0
    editor = resting / "editor"
    editor.write_text("#!/bin/sh\nsed -i '/##### title #####/{n;s/.*/A better title/}' \"$1\"\n")
    editor.chmod(0o755)
    done = echolocate(resting, "review", "edit", "one", "r1-2/idea", EDITOR=str(editor))
    assert done.returncode == 0, done.stderr
    with opened(resting) as run:
        first, second = (one.verdict for one in reviews(run))
    assert first == Edit(changes={"title": "A title", "motivation": "Because."})
    assert second == Edit(changes={"title": "A better title"})


def test_an_edit_that_cannot_be_leaves_the_item_waiting(resting: Path) -> None:
    for words in (("--set", "title=x"), ("--set", "titel=Another"), ("--set", "title"), ("--set", "title=@nothing")):
        done = echolocate(resting, "review", "edit", "one", "r1-2/idea", *words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert echolocate(resting, "review", "edit", "one", "r1-2/idea", EDITOR="true").returncode == 2
    with opened(resting) as run:
        assert item(run, "r1-2/idea").state == "waiting"


def test_a_stale_verdict_gets_one_line_and_exit_code_2(resting: Path) -> None:
    echolocate(resting, "review", "accept", "one", "r1-1/idea")
    late = echolocate(resting, "review", "reject", "one", "r1-1/idea", "--reason", "no", "--version", "1")
    assert late.returncode == 2
    assert "ada said accept meanwhile" in late.stderr
    assert late.stderr.count("\n") == 1


def test_a_question_is_answered_from_the_ledger(resting: Path) -> None:
    asked = echolocate(resting, "review", "ask", "one", "r1-1/idea", "Why was it accepted?")
    assert asked.returncode == 0, asked.stderr
    assert "repeats no earlier idea" in asked.stdout
    with opened(resting) as run:
        (kept,) = questions(run, "r1-1/idea")
        assert (kept.who, kept.model) == ("ada", "rule-based")


def test_the_queue_is_walked_with_the_arrow_keys(resting: Path) -> None:
    """In a real pseudo-terminal: reject the second idea with a reason, go back, ask, accept the first."""
    child = pexpect.spawn(
        sys.executable,
        ["-m", "agent.cli", "review", "walk", "one"],
        cwd=str(resting),
        env={**os.environ, "ECHOLOCATE_WHO": "ada", "TERM": "xterm"},
        dimensions=(40, 140),
        timeout=30,
        encoding="utf-8",
    )
    child.expect("r1-2/idea")
    child.send("\x1b[B")  # down
    child.send("r")
    child.expect("Why")
    child.send("too slow\r")
    child.expect(r"1-2/idea:.*reject")  # a screen is drawn in pieces
    child.send("\x1b[A")  # up
    child.send("?")
    child.expect("Ask")
    child.send("Why was it accepted?\r")
    child.expect("has answered")
    child.send("a")
    child.expect(r"1-1/idea:.*accept")  # and only what changes
    child.send("q")
    child.expect(pexpect.EOF)
    with opened(resting) as run:
        assert [(one.item_id, one.verdict.action) for one in reviews(run)] == [
            ("r1-2/idea", "reject"),
            ("r1-1/idea", "accept"),
        ]
        assert reviews(run, "r1-2/idea")[0].verdict == Reject(reason="too slow")
        assert len(questions(run, "r1-1/idea")) == 1


def test_walking_needs_a_terminal(resting: Path) -> None:
    done = echolocate(resting, "review", "walk", "one")
    assert (done.returncode, "needs a terminal" in done.stderr) == (2, True)


def test_a_run_that_waits_in_place_goes_on_with_the_answer(tmp_path: Path) -> None:
    task = scaffold("mine", tmp_path / "mine")
    command = [*COMMAND, "run", str(task), "--name", "one", "--review", "ideas", "--wait", "--json", *FAST]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["kind"] == "resting":
                break
        listed = echolocate(tmp_path, "review", "list", "one", "--json").stdout.splitlines()
        waiting = [json.loads(line)["id"] for line in listed]
        assert echolocate(tmp_path, "review", "accept", "one", *waiting).returncode == 0
        events = [json.loads(line)["kind"] for line in process.stdout]
        assert process.wait(timeout=120) == 0
    assert events.count("reviewed") == len(waiting)
    assert events[-1] == "report"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "digits", "--review", "idea"), "--review idea: 'idea' should be never or some of ideas,"),
        (("run", "digits", "--review-timeout", "8h"), "--review-timeout 8h: should be a time and what is done then"),
        (("review", "list", "nobody"), "nobody/run.toml: no such file"),
    ],
)
def test_a_mistake_gets_one_line(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = echolocate(tmp_path, *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert says in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_results_cannot_be_put_under_review_later(resting: Path) -> None:
    done = echolocate(resting, "resume", "one", "--review", "results")
    assert (done.returncode, "only from a run's start" in done.stderr) == (2, True)
    assert echolocate(resting, "resume", "one", "--review", "never").returncode == 0
