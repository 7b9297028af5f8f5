"""Whole runs that ask a language model over HTTP: replayed, limited, fed with faults, and searched for the key."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fault_server import PASSING, REPAIRED, TOKENS, FaultServer, serving
from quick_runs import QUICK

from agent.cli_models import find_recording
from agent.config import ModelChoice
from agent.errors import ReplayDeparted
from agent.loop import Ending, open_context, work
from agent.models import endpoint
from agent.models.prices import Price
from agent.recordings import read_recording, scrubbed, write_recording
from agent.records import AttemptRecord, CallRow, EventRecord, IdeaRecord, VerdictRecord
from agent.run import Run
from agent.session import new_run, replaying, session_model
from sandboxes.process import ProcessSandbox

KEY = "sk-planted-0815-0815-0815"
TWO_ROUNDS = {"rounds": 2, "ideas": 2}


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
        "budget": TWO_ROUNDS,
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
    """A report without times, commits and numbers of events (which hold times), and the run's name."""
    report = re.sub(r" Its answers are repeated from the record of the run \w+\.", "", report)
    report = re.sub(r"```text\necholocate run.*?```", "COMMAND", report, flags=re.DOTALL)
    report = re.sub(r"journal( |-)\d+(-\w{8})?", "JOURNAL", report)
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
        assert (again.folder / "usage.json").read_text() == (run.folder / "usage.json").read_text()
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


def test_a_third_of_the_tokens_ends_a_run_in_order(tmp_path: Path, server: FaultServer) -> None:
    server.will(server.researches)
    with make(tmp_path, server, name="whole") as whole:
        go(whole)
    limit = server.billed // 3
    with make(tmp_path, server, name="third", budget={**TWO_ROUNDS, "model": {"tokens": limit}}) as run:
        before = server.billed
        assert go(run) == "finished"
        assert limit <= server.billed - before <= limit + TOKENS
        assert sum(row.prompt_tokens + row.completion_tokens for row in run.all(CallRow)) == server.billed - before
        (ending,) = run.all(EventRecord, kind="finished")
        assert ending.text.startswith("the model's budget is spent: ")
        (notice,) = run.all(EventRecord, kind="budget")
        assert "80% of the model's budget" in notice.text
        report = (run.folder / "report.md").read_text()
        assert ending.text in report
        assert all(f'id="{row.id}"' in report for row in run.all(IdeaRecord))


def test_broken_answers_at_the_limit_cost_one_answer_at_most(tmp_path: Path, server: FaultServer) -> None:
    """What one question may cost is more than one answer, because answers are repaired."""
    server.will(server.researches, server.answers("no"))
    with make(tmp_path, server, budget={**TWO_ROUNDS, "model": {"tokens": TOKENS + 1}}) as run:
        assert go(run) == "finished"
        assert server.billed == 2 * TOKENS


@pytest.mark.parametrize(
    ("limits", "statuses"),
    [({"calls": 5}, ["error", "ok"]), ({"calls": 4}, ["error", "not written"]), ({"minutes": 1e-6}, ["error"])],
)
def test_an_idea_keeps_to_its_own_limits(tmp_path: Path, server: FaultServer, limits, statuses) -> None:
    """An idea takes three calls to be compared with papers, one to be written, one to be repaired."""
    server.will(server.researches)
    with make(tmp_path, server, budget={"rounds": 1, "ideas": 2, "idea": limits}) as run:
        assert go(run) == "finished"
        tried = run.all(AttemptRecord, AttemptRecord.number)
        assert [row.status for row in tried if row.idea_id == "r1-2"] == statuses
        assert [row.status for row in tried if row.idea_id == "r1-1"] == ["ok"]


def test_a_second_endpoint_takes_over_where_the_first_one_dies_and_the_report_says_who_answered(
    tmp_path: Path, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It dies when all ideas of the first round are compared with papers and none is written."""
    monkeypatch.setattr(endpoint, "LONGEST_WAIT_S", 0.01)
    server.will(server.researches)
    second = ModelChoice(name="second", base_url=server.url)
    with serving() as first:
        first.will(*[first.researches] * 7, first.dies)
        choice = ModelChoice(name="first", base_url=first.url)
        with make(tmp_path, server, model=choice, models={"fallback": second}) as run:
            assert go(run) == "finished"
            usage = json.loads((run.folder / "usage.json").read_text())
            report = (run.folder / "report.md").read_text()
            (notice,) = run.all(EventRecord, kind="model")
            assert {row.status for row in run.all(AttemptRecord) if row.id.endswith("a2")} == {"ok"}
    assert notice.text.startswith("openai:second takes over: first at http://127.0.0.1:")
    usable = {(one["round"], one["kind"], one["model"]): one["usable"] for one in usage}
    assert usable["r1", "propose_ideas", "openai:first"] == 1
    assert usable["r1", "write_code", "openai:first"] == 0
    assert usable["r1", "write_code", "openai:second"] == 2
    assert {model for round_, _, model in usable if round_ == "r2"} == {"openai:second"}
    assert first.billed + server.billed == sum(one["prompt_tokens"] + one["completion_tokens"] for one in usage)
    assert "| Answered by | first; fallback: second." in report
    assert all(f"openai:{name}" in report for name in ("first", "second"))


@pytest.mark.slow
def test_a_run_completes_through_every_fault_and_pays_for_each_answer_once(tmp_path: Path, server: FaultServer) -> None:
    """Between two good answers the endpoint fails in two ways and gives one answer that cannot be used."""
    passing = [*PASSING.values(), server.hangs]
    for number, unusable in enumerate(REPAIRED.values()):
        server.will(*passing[2 * number : 2 * number + 2], unusable, server.researches)
    choice = ModelChoice(name="fake", base_url=server.url, timeout_s=2)
    with make(tmp_path, server, model=choice, budget={"rounds": 3, "ideas": 2}, error_rate=0.3) as run:
        assert go(run) == "finished"
        assert len(server.script) == 1, "not every fault was met"
        assert "improved" in {row.verdict for row in run.all(VerdictRecord)}
        assert sum(row.prompt_tokens + row.completion_tokens for row in run.all(CallRow)) == server.billed
        assert (run.folder / "report.html").is_file()


def test_the_key_is_found_nowhere(tmp_path: Path, server: FaultServer) -> None:
    """The endpoint gives it back in errors and answers, and the candidate's program prints all that it can find."""
    prints = (
        "import os\n\n\ndef read(X, seed):\n    raise ValueError(dict(os.environ), open('/proc/self/environ').read())\n"
    )
    spy = f"My key is {KEY}.\n\nFILE: model.py\n```python\n{prints}```\n"
    server.will(
        server.fails(429, f"too fast, {KEY}"),
        server.answers(f"no ideas for {KEY}", reasoning_content=f"hm, {KEY}"),
        *[server.researches] * 7,  # ideas, and each compared with papers three times
        server.fails(400, f"{KEY} may not ask that"),
        server.answers(spy),
    )
    words = ["run", str(QUICK), "--model", "fake", "--base-url", server.url, "--sandbox", "process", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli", *words, "--ideas", "2", "--repairs", "1", "--retrieval", "none"],
        cwd=tmp_path,
        env={**os.environ, "OPENAI_API_KEY": KEY},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert set(server.keys) == {f"Bearer {KEY}"}
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(b"may not ask that" in path.read_bytes() for path in files)
    assert any(b"PATH" in path.read_bytes() for path in files if path.name.startswith("log"))
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in done.stdout + done.stderr


def test_each_kind_of_question_goes_to_its_model_where_the_default_is_the_rule_based_one(
    tmp_path: Path, server: FaultServer
) -> None:
    server.will(server.researches)
    names = {"propose_ideas": "strong", "write_code": "coder", "compare_papers": "judge"}
    models = {kind: ModelChoice(name=name, base_url=server.url) for kind, name in names.items()}
    budget = {"rounds": 1, "ideas": 1, "max_repairs": 0}
    with make(tmp_path, server, model=ModelChoice(), models=models, budget=budget) as run:
        assert go(run) == "finished"
        asked = {(row.kind, row.model) for row in run.all(CallRow)}
        (told,) = run.all(EventRecord, kind="estimate")
    assert asked == {(kind, f"openai:{name}") for kind, name in names.items()}
    assert told.text.startswith(f"{len(server.calls)} to ")


def test_usage_stands_in_the_report_by_kind_model_and_round(tmp_path: Path, server: FaultServer) -> None:
    server.will(server.answers("no"), server.researches)
    prices = {"fake": Price(prompt=1000, completion=5000), "coder": Price(prompt=0, completion=0)}
    coder = ModelChoice(name="coder", base_url=server.url)
    with make(tmp_path, server, models={"repair_code": coder}, prices=prices) as run:
        go(run)
        told = [event.text.split(",")[0] for event in run.all(EventRecord, kind="estimate")]
        usage = json.loads((run.folder / "usage.json").read_text())
        report = (run.folder / "report.md").read_text()
        evidence = json.loads((run.folder / "evidence.json").read_text())
    rows = {(one["round"], one["kind"], one["model"]): one for one in usage}
    assert rows["r1", "propose_ideas", "openai:fake"] | {"seconds": 0} == {
        "round": "r1", "kind": "propose_ideas", "model": "openai:fake", "calls": 2, "usable": 1, "prompt_tokens": 200,
        "completion_tokens": 40, "seconds": 0, "dollars": pytest.approx(0.4),
    }  # fmt: skip
    assert told == ["18 to 126 calls"]
    assert rows["r2", "repair_code", "openai:coder"]["dollars"] == 0
    assert sum(one["prompt_tokens"] + one["completion_tokens"] for one in usage) == server.billed
    (line,) = [line for line in report.splitlines() if line.startswith("| r1 | write") and "[2](#" in line]
    assert "$0.4000" in line
    assert "calls:write_code, openai:fake, r1" in evidence["sources"]
    header, *lines = (run.folder / "usage.csv").read_text().splitlines()
    assert header.startswith("round,kind,model,calls,usable,prompt_tokens")
    assert len(lines) == len(usage)
