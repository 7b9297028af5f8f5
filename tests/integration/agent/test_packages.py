"""A candidate asks for packages in a requirements.txt, gets them in Docker, and is told why where it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from quick_runs import BETTER, go, make_run, proposing

from agent.experiment import asked_packages
from agent.history import attempts
from agent.models.requests import CodeChange, RepairCode, WholeFile, WriteCode
from agent.records import VerdictRecord
from agent.testing import ScriptedModel
from sandboxes.choose import choose
from sandboxes.errors import SandboxUnavailable

USING = "import tabulate\n\n\ndef read(X, seed):\n    return X.mean(axis=1)\n"


def asking(request: WriteCode | RepairCode) -> CodeChange:
    files = {"model.py": USING, "requirements.txt": "# tables\ntabulate>=0.9  # any newer one\n"}
    return CodeChange(files=tuple(WholeFile(path=path, content=text) for path, text in files.items()))


def without(request: RepairCode) -> CodeChange:
    files = {"model.py": BETTER, "requirements.txt": "# none\n"}
    return CodeChange(files=tuple(WholeFile(path=path, content=text) for path, text in files.items()))


def test_a_request_is_a_line_without_its_comment(tmp_path: Path) -> None:
    assert asked_packages(tmp_path) == ()
    (tmp_path / "requirements.txt").write_text("# all\n\nnumpy\n xgboost>=2 # trees\n", encoding="utf-8")
    assert asked_packages(tmp_path) == ("numpy", "xgboost>=2")


def test_a_refusal_is_a_failure_that_can_be_repaired(tmp_path: Path) -> None:
    model = ScriptedModel({"propose_ideas": proposing("tables"), "write_code": asking, "repair_code": without})
    with make_run(tmp_path, budget={"rounds": 1, "ideas": 1}) as run:
        assert go(run, model) == "finished"
        assert [row.status for row in attempts(run, "r1-1")] == ["error", "ok"]
        assert [row.verdict for row in run.all(VerdictRecord, split="validation")] == ["improved"]
    (repair,) = [request for request in model.asked if isinstance(request, RepairCode)]
    assert "requirements.txt: packages can be added in Docker alone" in repair.summary


@pytest.mark.docker
@pytest.mark.slow
def test_in_docker_it_gets_them(tmp_path: Path) -> None:
    try:
        sandbox = choose("docker")
    except SandboxUnavailable as unavailable:
        if "docker" in os.environ.get("ECHOLOCATE_REQUIRE", "").split(","):
            raise
        pytest.skip(str(unavailable))
    model = ScriptedModel({"propose_ideas": proposing("tables"), "write_code": asking})
    with make_run(tmp_path, budget={"rounds": 1, "ideas": 1}) as run:
        assert go(run, model, sandbox) == "finished"
        assert [row.status for row in attempts(run, "r1-1")] == ["ok"]
