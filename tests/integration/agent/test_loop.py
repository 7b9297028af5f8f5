"""The loop as a whole, on a task that takes a fraction of a second."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from quick_runs import BETTER, make_run, proposing, writing
from quick_runs import go as work_on

from agent.history import attempts
from agent.models.requests import CodeChange, RepairCode, WriteCode
from agent.records import IdeaRecord, MeasurementRecord, VerdictRecord
from agent.run import Run
from agent.testing import ScriptedModel
from workspaces.workspace import Workspace

BROKEN = "import numpy as np\n\n\ndef read(X, seed):\n    return X @ np.ones(3)\n"


def verdicts(run: Run, split: str = "validation") -> dict[str, str]:
    return {row.idea_id: row.verdict for row in run.all(VerdictRecord, split=split)}


def test_a_better_method_is_found_and_confirmed(tmp_path: Path) -> None:
    model = ScriptedModel({"propose_ideas": proposing("mean", "same"), "write_code": better_for("mean")})
    with make_run(tmp_path) as run:
        assert work_on(run, model) == "finished"
        assert verdicts(run) == {"r1-1": "improved", "r1-2": "same"}
        assert verdicts(run, "test") == {"r1-1": "improved"}
        measured = {(row.subject, row.split) for row in run.all(MeasurementRecord)}
        assert ("r1-1", "test") in measured
        assert ("r1-2", "test") not in measured
        assert (run.folder / "report.html").is_file()


def better_for(title: str):
    def answer(request: WriteCode) -> CodeChange:
        code = BETTER if request.idea.title == title else request.files[1].content + "# a comment\n"
        return writing(model=code)(request)

    return answer


def test_code_that_fails_is_repaired_from_its_traceback(tmp_path: Path) -> None:
    model = ScriptedModel(
        {"propose_ideas": proposing("mean"), "write_code": writing(model=BROKEN), "repair_code": writing(model=BETTER)}
    )
    with make_run(tmp_path, budget={"rounds": 1, "ideas": 1}) as run:
        work_on(run, model)
        tried = attempts(run, "r1-1")
        assert [row.status for row in tried] == ["error", "ok"]
        assert verdicts(run) == {"r1-1": "improved"}
        workspace = Workspace.open(run.folder / "workspace")
        assert workspace.files(tried[0].commit)["model.py"] == BROKEN
        assert workspace.files(tried[1].commit)["model.py"] == BETTER
    (repair,) = [request for request in model.asked if isinstance(request, RepairCode)]
    assert "matmul" in repair.summary
    assert "return X @ np.ones(3)" in repair.traceback
    assert "def read(X, seed):" in repair.structure


@pytest.mark.parametrize(
    ("repair", "status", "count"),
    [
        pytest.param(writing(model=BROKEN), "error", 3, id="the same code again"),
        pytest.param(writing(**{"../evil": "x"}), "refused", 3, id="a path outside"),
        pytest.param(None, "not written", 2, id="no answer"),
    ],
)
def test_an_idea_that_cannot_be_repaired_fails_alone(tmp_path: Path, repair, status: str, count: int) -> None:
    script = {"propose_ideas": proposing("broken", "mean"), "write_code": broken_for("broken")}
    with make_run(tmp_path) as run:
        work_on(run, ScriptedModel(script | ({"repair_code": repair} if repair else {})))
        assert verdicts(run) == {"r1-1": "failed", "r1-2": "improved"}
        tried = attempts(run, "r1-1")
        assert (tried[-1].status, len(tried)) == (status, count)


def broken_for(title: str):
    return lambda request: writing(model=BROKEN if request.idea.title == title else BETTER)(request)


def test_repairs_end_at_the_limit(tmp_path: Path) -> None:
    """Each repair fails in another way, so only the limit ends them."""

    def other_failure(request: RepairCode) -> CodeChange:
        return writing(model=f"def read(X, seed):\n    raise KeyError('k{'x' * request.attempt}')\n")(request)

    script = {"propose_ideas": proposing("one"), "write_code": writing(model=BROKEN), "repair_code": other_failure}
    with make_run(tmp_path, budget={"rounds": 1, "ideas": 1, "max_repairs": 2}) as run:
        work_on(run, ScriptedModel(script))
        assert len(attempts(run, "r1-1")) == 3


def test_the_next_round_knows_what_the_last_one_showed(tmp_path: Path) -> None:
    model = ScriptedModel({"propose_ideas": proposing("mean", "same"), "write_code": better_for("mean")})
    with make_run(tmp_path, budget={"rounds": 2, "ideas": 2}) as run:
        work_on(run, model)
    last = [request for request in model.asked if request.kind == "propose_ideas"][-1]
    assert [(idea.id, idea.verdict) for idea in last.history] == [("r1-1", "improved"), ("r1-2", "same")]


@pytest.mark.parametrize(("feedback", "known"), [("none", []), ("verdicts", [("r1-1", "")])])
def test_what_a_round_is_told_of_earlier_ideas_can_be_switched_off(tmp_path: Path, feedback: str, known: list) -> None:
    model = ScriptedModel({"propose_ideas": proposing("mean"), "write_code": writing(model=BETTER)})
    with make_run(tmp_path, budget={"rounds": 2, "ideas": 1}, feedback=feedback) as run:
        work_on(run, model)
    last = [request for request in model.asked if request.kind == "propose_ideas"][-1]
    assert [(idea.id, idea.reason) for idea in last.history] == known


def test_a_model_without_ideas_ends_the_run_in_order(tmp_path: Path) -> None:
    with make_run(tmp_path) as run:
        assert work_on(run, ScriptedModel({})) == "finished"
        assert run.all(IdeaRecord) == []
        assert (run.folder / "report.html").is_file()


def test_a_spent_budget_leaves_ideas_untried_and_says_so(tmp_path: Path) -> None:
    model = ScriptedModel({"propose_ideas": proposing("mean", "same"), "write_code": better_for("mean")})
    with make_run(tmp_path, budget={"rounds": 3, "ideas": 2, "wall_minutes": 1e-6}) as run:
        assert work_on(run, model) == "finished"
        assert [row.decision for row in run.all(IdeaRecord)] == ["not tried", "not tried"]
        assert verdicts(run) == {}


def test_a_checkpoint_does_not_grow_with_what_an_attempt_prints(tmp_path: Path) -> None:
    """Less than 20 KB a superstep, though every attempt prints 300 KB and fails with a long traceback."""
    noisy = "print('x' * 300_000)\nraise ValueError('y' * 100_000)\n"
    repairs = iter(range(100))
    script = {
        "propose_ideas": proposing("one", "two", "three"),
        "write_code": writing(model=noisy),
        "repair_code": lambda request: writing(model=f"# {next(repairs)}\n{noisy}")(request),
    }
    with make_run(tmp_path, budget={"rounds": 2, "ideas": 3, "max_repairs": 5}) as run:
        work_on(run, ScriptedModel(script))
        with sqlite3.connect(run.checkpoints) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (supersteps,) = connection.execute("SELECT count(*) FROM checkpoints").fetchone()
        assert supersteps > 20
        assert run.checkpoints.stat().st_size / supersteps < 20_000
