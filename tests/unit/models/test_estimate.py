"""What a run may come to, said before it starts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.config import Budget, ModelChoice, RunConfig
from agent.estimate import estimate
from agent.models.prices import Price
from agent.models.requests import WriteCode

CONTEXTS = Path(__file__).parent / "contexts"
WRITE = WriteCode.model_validate_json((CONTEXTS / "write_code.json").read_text())
BUDGET = Budget(rounds=2, ideas=3, max_repairs=1)


def config(**settings: object) -> RunConfig:
    values = {"id": "r", "created": datetime.now(UTC), "task": "digits", "budget": BUDGET, **settings}
    return RunConfig.model_validate({"model": ModelChoice(name="m", max_tokens=100), **values})


@pytest.mark.parametrize(("retrieval", "scored"), [("none", (0, 0)), ("ranked", (2, 2 * 5))])
def test_calls_follow_from_rounds_ideas_repairs_and_papers(retrieval, scored):
    """Each idea is compared with papers three times; a bank of 50 papers is scored ten at a time."""
    found = estimate(config(retrieval=retrieval), WRITE.task, WRITE.files)
    fewest, most = 2 + 6 + 3 * 6 + scored[0], 3 * (2 * 3 + 6 + 6 + 3 * 6 + scored[1])
    assert (found.least.calls, found.most.calls) == (fewest, most)
    assert found.least.tokens < found.most.tokens
    assert f"{fewest} to {most} calls" in str(found)


def test_money_is_reckoned_by_each_questions_own_model():
    def least(**models: ModelChoice) -> float:
        prices = {"m": Price(prompt=1, completion=1), "coder": Price(prompt=100, completion=100)}
        return estimate(config(prices=prices, models=models), WRITE.task, WRITE.files).least.dollars

    assert least(write_code=ModelChoice(name="coder")) > 10 * least() > 0
    assert least(repair_code=ModelChoice(name="coder")) == pytest.approx(least())


def test_a_price_that_nobody_knows_gives_no_sum():
    assert "$" not in str(estimate(config(), WRITE.task, WRITE.files))


def test_a_run_without_language_model_costs_nothing_to_tell_of():
    assert estimate(config(model=ModelChoice()), WRITE.task, WRITE.files) is None
