"""`kill -9` at every gate, when the run asks and when it has been answered: no verdict is lost, none is done twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from quick_runs import BETTER, make_run

from agent.history import attempts, draft_of
from agent.records import AttemptRecord, IdeaRecord, MeasurementRecord, VerdictRecord
from agent.review.queue import items, pending, reviews, submit
from agent.review.settings import ReviewSettings
from agent.review.verdicts import Accept, Edit, Reject, Rerun, Verdict
from agent.run import Run
from workspaces.workspace import Workspace

PROGRAM = Path(__file__).parents[2] / "support" / "killed_run.py"
JUDGED: dict[str, list[Verdict]] = {
    "r1-1/idea": [Accept()],
    "r1-2/idea": [Edit(changes={"title": "another title"})],
    "r1-1/code": [Accept()],
    "r1-2/code": [Edit(changes={"model.py": BETTER})],
    "r1-1/result": [Rerun(seeds=(7, 8)), Accept()],
    "r1-2/result": [Reject(reason="no")],
}
"""What is said of each item, one after the other."""


def work(folder: Path, node: str, when: str, log: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), str(folder), node, when, str(log)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=dict(os.environ))


def judge(folder: Path) -> None:
    """Say of what waits what is to be said next."""
    with Run.open(folder) as run:
        for one in pending(run):
            said = len(reviews(run, one.id))
            submit(run, one.id, one.version, JUDGED[one.id][said], "ada")


def through(home: Path, node: str, when: str) -> dict[str, object]:
    """Work on a run to its end, with verdicts whenever it rests; killed once, at a node."""
    make_run(home, review=ReviewSettings(gates=("ideas", "code", "results"))).close()
    folder, log = home / "quick", home / "log"
    killed = not node
    for _ in range(12):
        done = work(folder, node, "never" if killed else when, log)
        if done.returncode == -9:
            killed = True
        elif done.stdout.strip() == "finished":
            assert killed
            return outcome(folder, log)
        else:
            assert done.stdout.strip() == "resting", done.stderr
            judge(folder)
    raise AssertionError("the run does not end")


def outcome(folder: Path, log: Path) -> dict[str, object]:
    """Everything that a run found out, without times."""
    workspace = Workspace.open(folder / "workspace")
    with Run.open(folder) as run:
        assert [len(attempts(run, idea)) for idea in ("r1-1", "r1-2")] == [2, 2]
        return {
            "ideas": {row.id: (draft_of(row), row.decision) for row in run.all(IdeaRecord)},
            "attempts": {row.id: (row.status, workspace.files(row.commit)) for row in run.all(AttemptRecord)},
            "measurements": {row.id: (row.metric, row.predictions) for row in run.all(MeasurementRecord)},
            "verdicts": {row.id: (row.verdict, row.comparison) for row in run.all(VerdictRecord)},
            "items": {one.id: (one.state, one.verdict, one.version) for one in items(run)},
            "reviews": Counter((one.item_id, one.verdict.action, one.counts) for one in reviews(run)),
            "jobs": Counter(log.read_text().split()),
        }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    return through(tmp_path_factory.mktemp("undisturbed"), "", "never")


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("node", ["review_idea", "review_code", "review_result", "rerun"])
def test_a_run_that_is_killed_at_a_gate_loses_nothing(
    tmp_path: Path, undisturbed: dict[str, object], node: str, when: str
) -> None:
    assert through(tmp_path, node, when) == undisturbed
