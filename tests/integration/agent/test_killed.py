"""`kill -9` at every node, before its work and between work and checkpoint: nothing is lost, nothing repeated."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from quick_runs import make_run

from agent.history import attempts, draft_of
from agent.records import AttemptRecord, IdeaRecord, MeasurementRecord, VerdictRecord
from agent.run import Run
from workspaces.workspace import Workspace

PROGRAM = Path(__file__).parents[2] / "support" / "killed_run.py"
NODES = (
    "establish",
    "retrieve",
    "propose",
    "screen",
    "implement",
    "execute",
    "repair",
    "measure",
    "analyse",
    "decide",
    "confirm",
    "report",
)


def work(folder: Path, node: str, when: str, log: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROGRAM), str(folder), node, when, str(log)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=dict(os.environ))


def outcome(run: Run) -> dict[str, object]:
    """Everything that a run found out, without times."""
    workspace = Workspace.open(run.folder / "workspace")
    return {
        "ideas": {row.id: (draft_of(row), row.decision) for row in run.all(IdeaRecord)},
        "attempts": {row.id: (row.status, workspace.files(row.commit)) for row in run.all(AttemptRecord)},
        "measurements": {row.id: (row.metric, row.predictions) for row in run.all(MeasurementRecord)},
        "verdicts": {row.id: (row.verdict, row.comparison) for row in run.all(VerdictRecord)},
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    home = tmp_path_factory.mktemp("undisturbed")
    make_run(home).close()
    done = work(home / "quick", "", "never", home / "log")
    assert done.stdout.strip() == "finished", done.stderr
    with Run.open(home / "quick") as run:
        assert [len(attempts(run, idea)) for idea in ("r1-1", "r1-2")] == [2, 2]
        return outcome(run)


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("node", NODES)
def test_a_killed_run_loses_nothing(tmp_path: Path, undisturbed: dict[str, object], node: str, when: str) -> None:
    make_run(tmp_path).close()
    folder, log = tmp_path / "quick", tmp_path / "log"
    killed = work(folder, node, when, log)
    assert killed.returncode == -9, killed.stderr
    resumed = work(folder, "", "never", log)
    assert resumed.stdout.strip() == "finished", resumed.stderr
    ran = Counter(log.read_text().split())
    # In a node that runs side by side, the kill may meet another branch's job in the middle: that one is unfinished
    # work, and is the only thing that may run again.
    repeated = [job for job, times in ran.items() if times > 1]
    assert len(repeated) <= (1 if node in ("implement", "execute", "repair", "measure") else 0), repeated
    with Run.open(folder) as run:
        assert outcome(run) == undisturbed
