"""Whole runs that ask a language model over HTTP: replayed, limited, fed with faults, and searched for the key."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from fault_server import FaultServer
from quick_runs import QUICK

from agent.cli_models import find_recording
from agent.config import ModelChoice
from agent.errors import ReplayDeparted
from agent.loop import Ending, open_context, work
from agent.recordings import read_recording, scrubbed, write_recording
from agent.records import AttemptRecord, CallRow, IdeaRecord, VerdictRecord
from agent.run import Run
from agent.session import new_run, replaying, session_model
from sandboxes.process import ProcessSandbox

KEY = "sk-planted-0815-0815-0815"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)


def make(home: Path, server: FaultServer, **wishes: Any) -> Run:
    """A run of the fast task that asks the server."""
    defaults: dict[str, Any] = {
        "name": "recorded",
        "task": str(QUICK),
        "model": ModelChoice(name="fake", base_url=server.url),
        "sandbox": "process",
        "budget": {"rounds": 2, "ideas": 2},
        "experiments": 2,
        "seeds": None,
        "error_rate": 0.05,
        "sources": "",
        "offline": False,
        "papers": [],
        "retrieval": "none",
        "debug_context": "full",
    }
    return new_run(home, **defaults | wishes)


def go(run: Run) -> Ending:
    """Work on a run to its end, as the command does."""
    with run.locked():
        model, spending = session_model(run)
        with open_context(run, model, ProcessSandbox(), spending) as context:
            return asyncio.run(work(context))


def facts(run: Run) -> list[tuple[object, ...]]:
    """Ideas, code and verdicts."""
    return [
        *((row.id, str(row.draft), row.decision, row.decision_reason) for row in run.all(IdeaRecord)),
        *((row.id, row.code_hash, row.status, row.summary) for row in run.all(AttemptRecord, AttemptRecord.id)),
        *((row.id, row.verdict, row.reason, str(row.comparison)) for row in run.all(VerdictRecord, VerdictRecord.id)),
    ]


def without_times(report: str) -> str:
    """A report without times, commits (they hold times) and the run's name."""
    report = re.sub(r"\b[0-9a-f]{10,40}\b", "HASH", report)
    return re.sub(r"\d+(\.\d+)? (s|min)\b", "TIME", report.replace("again", "recorded"))


def test_a_replayed_run_gives_the_same_and_asks_nobody(tmp_path: Path, server: FaultServer) -> None:
    server.will(server.researches)
    with make(tmp_path, server) as run:
        assert go(run) == "finished"
        asked, expected = len(server.calls), facts(run)
        report = (run.folder / "report.md").read_text()
    server.will(server.fails(500))
    with replaying(tmp_path, "again", find_recording("recorded", tmp_path)) as again:
        assert go(again) == "finished"
        assert facts(again) == expected
        assert len([row for row in expected if str(row[0]).endswith("a2")]) == 2
        assert len(again.all(CallRow)) == asked
        replayed = (again.folder / "report.md").read_text()
    assert len(server.calls) == asked
    assert without_times(replayed) == without_times(report)


def test_a_replay_that_departs_says_where(tmp_path: Path, server: FaultServer) -> None:
    server.will(server.researches)
    with make(tmp_path, server, budget={"rounds": 1, "ideas": 2}) as run:
        go(run)
    recording = find_recording("recorded", tmp_path)
    more = recording.config.model_copy(update={"budget": recording.config.budget.model_copy(update={"rounds": 2})})
    with (
        replaying(tmp_path, "again", recording.model_copy(update={"config": more})) as again,
        pytest.raises(ReplayDeparted, match=r"did not ask this propose_ideas; .* round \(recorded '1', now '2'\)"),
    ):
        go(again)


def test_an_exported_recording_repeats_the_run_and_holds_no_key(tmp_path: Path, server: FaultServer) -> None:
    """The model gives the key back, as endpoints and prompts have done: the recording has it nowhere."""
    server.will(server.researches)
    with make(tmp_path, server, budget={"rounds": 1, "ideas": 2}) as run:
        go(run)
        expected = facts(run)
    found = find_recording("recorded", tmp_path)
    (call, *others) = found.calls
    leaking = found.model_copy(update={"calls": (call.model_copy(update={"thinking": f"it is {KEY}"}), *others)})
    file = tmp_path / "recording.json"
    write_recording(scrubbed(leaking), file)
    assert "it is [key]" in file.read_text()
    assert not [secret for secret in (KEY, server.url) if secret in file.read_text()]
    with replaying(tmp_path, "again", read_recording(file)) as again:
        assert go(again) == "finished"
        assert facts(again) == expected
