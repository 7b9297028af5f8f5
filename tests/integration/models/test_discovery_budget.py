"""A discovery that asks a language model over HTTP says what it may come to, and ends in order at its limit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fake_analyst import analyses
from fault_server import TOKENS, FaultServer

from agent.discover.records import HypothesisRecord, ObjectiveRecord, StepRecord
from agent.records import CallRow, EventRecord
from agent.run import Run

pytest.importorskip("anndata")

from tools.proteomics.generate import SpikeIn, write_spike_in

NOTHING_TO_FIND = SpikeIn(features=60, samples_per_group=3, levels=(1.0, 1.001), missing_share=0.0)
WHOLE = 10
"""Answers of this model to a discovery that finds something: six to one objective, one hypothesis, three judges."""


@pytest.mark.slow
def test_a_third_of_the_tokens_ends_a_discovery_in_order(tmp_path: Path, server: FaultServer) -> None:
    server.will(analyses)
    files = write_spike_in(tmp_path / "data", NOTHING_TO_FIND)
    limit = WHOLE * TOKENS // 3
    words = [str(files["table"]), "--samples", str(files["samples"]), "--model", "fake", "--base-url", server.url]
    words += ["--sandbox", "process", "--rounds", "1", "--objectives", "1", "--offline", "--tokens", str(limit)]
    done = subprocess.run(
        [sys.executable, "-m", "agent.cli", "discover", *words, "--name", "found"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert limit <= server.billed <= limit + TOKENS
    with Run.open(tmp_path / "runs" / "found") as run:
        assert sum(row.prompt_tokens + row.completion_tokens for row in run.all(CallRow)) == server.billed
        (objective,) = run.all(ObjectiveRecord)
        assert [row.status for row in run.all(StepRecord, workflow_id=f"{objective.id}-w1")] == ["ok"] * 3
        assert not run.all(HypothesisRecord)
        told = run.all(EventRecord, EventRecord.n)
        events = {row.kind: row for row in told}
        assert told.index(events["estimate"]) < told.index(events["proposed"])
        assert "20 to 207 calls" in events["estimate"].text
        assert "80% of the model's budget" in events["budget"].text
        assert events["finished"].text.startswith("the model's budget is spent: ")
        report = (run.folder / "report.md").read_text(encoding="utf-8")
    assert events["finished"].text in report
    assert objective.draft["title"] in report
