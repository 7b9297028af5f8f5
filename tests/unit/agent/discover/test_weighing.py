"""What keeps a hypothesis from being accepted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.config import RunConfig
from agent.discover.evidence import Evidence, Fact, Row, Shuffle, Trial
from agent.discover.records import StepRecord
from agent.discover.weighing import _found_by_luck, _trial, objection
from agent.run import Run

AT = Row(step="o1-1-w1-s4", table="differential", row="P10636")


def trial(survived=True, direction="higher", at=AT):
    return Trial(variant="impute=minprob", at=at, direction=direction, called=survived, survived=survived)


def fact(**changes):
    made = {
        "at": AT,
        "entity": "MAPT",
        "names": ("MAPT",),
        "what": "differential",
        "direction": "higher",
        "called": True,
        "numbers": {"log2_fc": 1.2},
        "q_run": 0.001,
        "trials": (trial(), trial()),
    }
    return Fact(**{**made, **changes})


def evidence(*facts, by_luck=(0, 1, 0), found=20):
    shuffles = (Shuffle(table="o1-1-w1-s4/differential", found=found, by_luck=by_luck),)
    return Evidence(claims=facts or (fact(),), shuffles=shuffles, tests=5000)


def test_what_holds_everywhere_is_not_objected_to():
    assert objection(evidence()) == ""


@pytest.mark.parametrize(
    ("weighed", "why"),
    [
        (evidence(fact(), fact(called=False)), "own cut"),
        (evidence(fact(), fact(q_run=0.2)), "all tests of the run"),
        (evidence(fact(q_run=None)), "rests on no test"),
        (evidence(by_luck=()), "too few controls"),
        (evidence(by_luck=(0,)), "too few controls"),
        (evidence(by_luck=(0, 0, 10)), "find as much"),
        (evidence(fact(trials=(trial(), trial(False)))), "does not survive"),
        (evidence(fact(), fact(), fact(trials=(trial(), trial(False), trial(False)))), "does not survive"),
        (evidence(fact(held=trial(False, "lower"))), "say the opposite"),
        # The first claim was not found in the held-back samples: the second is still compared with its own.
        (evidence(fact(held=None), fact(direction="lower", held=trial())), "say the opposite"),
    ],
)
def test_each_control_can_refuse(weighed, why):
    assert why in objection(weighed)


def test_a_trial_that_could_not_be_run_is_no_trial():
    assert objection(evidence(fact(trials=(trial(), trial(False, at=None))))) == ""


def test_held_back_samples_that_are_too_few_to_confirm_do_not_contradict():
    weighed = evidence(fact(held=trial(survived=False)))
    assert objection(weighed) == ""
    assert weighed.confirmed is False


@pytest.mark.parametrize(
    ("variant", "row", "survived"),
    [
        ("normalise=quantile", "P10636,1.1,0.003,0.10", False),  # as many samples: the test's own cut again
        ("without AD 1", "P10636,1.1,0.003,0.10", True),  # fewer samples, asked about this claim alone
        ("without AD 1", "P10636,-1.1,0.003,0.10", False),
        ("without AD 1", "P10636,1.1,0.06,0.30", False),
        ("confirmation", "P10636,1.1,0.003,0.10", True),
        ("without AD 1", "P01033,1.1,0.003,0.10", False),  # it cannot be tested without this sample
    ],
)
def test_with_other_samples_one_claim_is_asked_about_and_not_a_whole_table(tmp_path, variant, row, survived):
    with Run.create(tmp_path, RunConfig(id="r", created=datetime.now(UTC), task="table.tsv")) as run:
        table = run.artefacts.keep_text(f"id,log2_fc,p,q\n{row}\n")
        step = StepRecord(id="s4", workflow_id="w1", number=4, tool="test_groups", status="ok", variant=variant)
        step.tables = {"differential": table}
        trial_ = _trial(run, fact(), variant, {"o1-1-w1-s4": step})
        assert (trial_.survived, trial_.at is None) == (survived, False)


def permuted(status, **parameters):
    return StepRecord(
        id="o1-1-w1-s5@shuffled-1", workflow_id="o1-1-w1", number=5, tool="enrich_ora", parameters=parameters,
        status=status, tables={}, tests=[],
    )  # fmt: skip


def test_a_permutation_whose_test_could_not_be_run_says_nothing(tmp_path):
    """Else a control that never ran would pass for one that found nothing."""
    with Run.create(tmp_path, RunConfig(id="r", created=datetime.now(UTC), task="table.tsv")) as run:
        assert _found_by_luck(run, None, "differential") is None
        assert _found_by_luck(run, permuted("failed", tests="s4.differential"), "enrichment") is None
        assert _found_by_luck(run, permuted("not applicable", group="diagnosis"), "differential") is None
        assert _found_by_luck(run, permuted("not applicable", tests="s4.differential"), "enrichment") == 0
