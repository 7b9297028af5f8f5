from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from agent.config import RunConfig
from agent.evidence.ledger import Cited, Ledger, Source
from agent.records import AttemptRecord, IdeaRecord, MeasurementRecord, VerdictRecord
from agent.run import Run
from workspaces.task import Metric

ACCURACY = Metric(name="accuracy", direction="higher", smallest_difference=0.005)
COMPARISON: dict[str, Any] = {
    "verdict": "improved",
    "reason": "Better by 0.0312.",
    "baseline": 0.94,
    "candidate": 0.9712,
    "difference": 0.03123,
    "low": -0.0001,
    "high": 0.0625,
    "confidence": 0.99375,
    "row_error": 0.01,
    "seed_error": 0.001,
    "comparisons": 8,
    "error_rate": 0.05,
}


def measured(subject: str, seed: int, metric: float | None, commit: str) -> MeasurementRecord:
    return MeasurementRecord(
        id=f"{subject}/validation/{seed}",
        subject=subject,
        split="validation",
        seed=seed,
        commit=commit,
        code_hash=f"code of {commit}",
        data_hash="data",
        status="ok",
        metric=metric,
        predictions=f"predictions {subject} {seed}",
        wall_s=75.2,
        isolation={},
    )


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with Run.create(tmp_path, RunConfig(id="r", created=datetime.now(UTC), task="digits")) as run:
        idea = IdeaRecord(id="r1-1", round=1, draft={}, decision="accepted", decision_reason="new", nearest={})
        run.save(idea)
        for number in (1, 2):
            attempt = {"id": f"r1-1-a{number}", "idea_id": "r1-1", "number": number, "wall_s": 3.25, "seed": 0}
            run.save(AttemptRecord(**attempt, commit=f"commit {number}", code_hash=f"code of commit {number}"))
        for seed in (0, 1):
            run.save(measured("baseline", seed, 0.94, "main"), measured("r1-1", seed, 0.97125, "commit 2"))
        verdict = {"id": "r1-1/validation", "idea_id": "r1-1", "split": "validation", "verdict": "improved"}
        run.save(VerdictRecord(**verdict, reason=COMPARISON["reason"], comparison=COMPARISON))
        yield run


def test_a_metric_carries_attempt_commit_data_seed_and_predictions(run: Run) -> None:
    row = run.all(MeasurementRecord, subject="r1-1", seed=1)[0]
    cited = Ledger(run, ACCURACY).metric(row)
    assert cited is not None
    assert cited.value == 0.97125
    assert cited.source == Source(
        kind="measurement",
        row="r1-1/validation/1",
        attempt="r1-1-a2",
        commit="commit 2",
        code_hash="code of commit 2",
        data_hash="data",
        seeds=(1,),
        predictions=("predictions r1-1 1",),
    )


def test_the_attempt_is_the_one_whose_code_was_measured(run: Run) -> None:
    cited = Ledger(run, ACCURACY).metric(measured("r1-1", 0, 0.95, "commit 1"))
    assert cited is not None
    assert cited.source.attempt == "r1-1-a1"


def test_a_verdict_carries_the_measurements_of_both_sides(run: Run) -> None:
    ledger = Ledger(run, ACCURACY)
    compared = ledger.compared(run.all(VerdictRecord)[0])
    assert compared is not None
    source = compared.difference.source
    assert (source.attempt, source.commit, source.data_hash, source.seeds) == ("r1-1-a2", "commit 2", "data", (0, 1))
    assert source.predictions == ("predictions r1-1 0", "predictions r1-1 1")
    parts = {f"measurement:{subject}/validation/{seed}" for subject in ("baseline", "r1-1") for seed in (0, 1)}
    assert set(source.follows_from) == parts
    assert parts <= {one.id for one in ledger.sources}, "what a number follows from is evidence too"


def test_numbers_are_rounded_to_what_the_task_can_tell_apart(run: Run) -> None:
    verdict = run.all(VerdictRecord)[0]

    def printed(smallest: float | None) -> list[str]:
        metric = None if smallest is None else ACCURACY.model_copy(update={"smallest_difference": smallest})
        compared = Ledger(run, metric).compared(verdict)
        assert compared is not None
        return [str(one) for one in (compared.difference, compared.low, compared.candidate)]

    assert printed(0.005) == ["+0.0312", "−0.0001", "0.9712"]
    assert printed(0.5) == ["+0.03", "−0.00", "0.97"]
    assert printed(20.0) == ["+0", "−0", "1"]
    assert printed(None) == ["+0.03123", "−0.0001", "0.9712"]


def test_the_ledger_holds_what_it_gave_and_nothing_else(run: Run) -> None:
    ledger = Ledger(run, ACCURACY)
    cited = ledger.count(IdeaRecord, decision="accepted")
    assert ledger.holds(cited)
    assert not ledger.holds(cited.model_copy(update={"text": "7"}))
    assert not ledger.holds(cited.model_copy(update={"value": 7}))
    elsewhere = cited.source.model_copy(update={"row": "ideas"})
    assert not ledger.holds(Cited(value=1, name="count", text="1", source=elsewhere))
    assert not Ledger(run, ACCURACY).holds(cited)


def test_counts_say_what_was_counted(run: Run) -> None:
    ledger = Ledger(run)
    assert ledger.count(AttemptRecord).value == 2
    accepted = ledger.count(IdeaRecord, decision="accepted", round=1)
    assert (accepted.text, accepted.source.row) == ("1", "ideas where decision = accepted and round = 1")
    assert ledger.count(IdeaRecord, decision="dropped").text == "0"
    assert ledger.counted("papers", ["a", "b", "a"]).text == "2"


def test_settings_come_from_the_frozen_configuration(run: Run) -> None:
    ledger = Ledger(run, ACCURACY)
    assert ledger.setting("budget.rounds").text == "2"
    assert ledger.setting("error_rate").text == "5 %"
    with pytest.raises(KeyError):
        ledger.setting("budget.wall_minutes")  # not set
    with pytest.raises(KeyError):
        ledger.setting("task")


@pytest.mark.parametrize(
    ("seconds", "text"), [(3.25, "3.2 s"), (75.2, "1 min 15 s"), (3725, "1 h 2 min"), (59.96, "1 min 0 s")]
)
def test_times_are_for_people(run: Run, seconds: float, text: str) -> None:
    row = run.all(AttemptRecord)[0]
    row.wall_s = seconds
    cited = Ledger(run).wall(row)
    assert cited is not None
    assert (cited.value, cited.text) == (seconds, text)


def test_nothing_is_cited_of_what_was_not_measured(run: Run) -> None:
    ledger = Ledger(run, ACCURACY)
    assert ledger.metric(measured("r1-1", 2, None, "commit 2")) is None
    failed = VerdictRecord(id="r1-2/validation", idea_id="r1-2", split="validation", verdict="failed", reason="no")
    assert ledger.compared(failed) is None
    assert ledger.reason(failed) is None, "the words of a program are no statement of the harness"
    attempt = AttemptRecord(id="x-a1", idea_id="x", number=1, commit="c", code_hash="")
    assert ledger.wall(attempt) is None
