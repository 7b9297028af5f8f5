"""A discovery as its records hold it, with chosen words wherever words of others go."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from agent.config import RunConfig
from agent.discover.records import HypothesisRecord, JudgementRecord, ObjectiveRecord, StepRecord, WorkflowRecord
from agent.discover.settings import DiscoverSettings
from agent.review.settings import ReviewSettings
from agent.run import Run

STEP = "o1-1-w1-s1"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003010100c9fe92ef"
    "0000000049454e44ae426082"
)


def discovery(home: Path, words: str) -> Run:
    """A discovery with one step, one hypothesis and two judges, and the words wherever words of others go."""
    settings = DiscoverSettings(files={"table": "table.csv"})
    review = ReviewSettings(gates=("hypotheses",))
    created = datetime(2026, 1, 2, tzinfo=UTC)
    run = Run.create(home, RunConfig(id="found", created=created, task="table.csv", discover=settings, review=review))
    table = run.artefacts.keep_text("protein,log2_fc,p,q\nMAPT,1.5,0.0001,0.001\n")
    picture, program = run.artefacts.keep(PNG), run.artefacts.keep_text("<svg onload='document.title=1'>")
    plan = {"title": words[:160], "question": words[:600], "aim": "two_groups"}
    fact = {
        "at": {"step": STEP, "table": "test", "row": "MAPT"}, "entity": words, "names": ["MAPT"], "what": words,
        "direction": "higher", "called": True, "numbers": {"q": 0.001}, "q_run": 0.0001,
    }  # fmt: skip
    paper = {"paper": "p1", "title": words, "year": 2020, "says": "agrees", "passage": words}
    evidence = {"claims": [fact], "against": [fact], "tests": 1, "literature": [paper]}
    draft = {
        "statement": words[:900], "entities": [words], "conditions": words[:400], "experiment": words[:900],
        "claims": [{"finding": "MAPT", "direction": "higher"}],
    }  # fmt: skip
    run.save(ObjectiveRecord(id="o1-1", round=1, draft=plan, status="answered", reason=words))
    run.save(WorkflowRecord(id="o1-1-w1", objective_id="o1-1", number=1, steps={"steps": []}, reason=words))
    run.save(
        StepRecord(
            id=STEP, workflow_id="o1-1-w1", number=1, tool="test_groups", origin="echolocate 0.1.0", status="ok",
            parameters={words[:80]: words}, purpose=words, summary=words, warnings=[words], job="el-1", data="el-0",
            tables={"test": table}, tests=["test"], figures={"volcano.png": picture, "evil.png": program},
            versions={"scipy": "1.15"}, wall_s=1.5, log=run.artefacts.keep_text(words),
        )
    )  # fmt: skip
    run.save(
        HypothesisRecord(
            id="h1-1", round=1, objective_id="o1-1", draft=draft, evidence=evidence, status="accepted", reason=words
        )
    )
    for judge, score in (("a", 5), ("b", 2)):
        facts = {"criterion": "data support", "score": score, "quote": words, "reason": words}
        run.save(JudgementRecord(id=f"h1-1/{judge}", hypothesis_id="h1-1", judge=judge, **facts))
    run.tell("finished", "", words)
    return run
