"""What a discovery may come to, said before it asks anything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.config import Budget, ModelChoice, RunConfig
from agent.discover.estimate import estimate
from agent.discover.settings import DiscoverSettings
from agent.models.discover_requests import PlanWorkflow

CONTEXTS = Path(__file__).parents[2] / "models" / "contexts"
PLAN = PlanWorkflow.model_validate_json((CONTEXTS / "plan_workflow.json").read_text())


def expected(settings: DiscoverSettings, model: ModelChoice, tools: int = 1, **routed: ModelChoice):
    config = RunConfig(
        id="d",
        created=datetime.now(UTC),
        task="table.csv",
        budget=Budget(rounds=2, ideas=3),
        model=model,
        models=routed,
        discover=settings,
    )
    return estimate(config, settings, PLAN.data, PLAN.tools * tools)


def test_calls_follow_from_rounds_objectives_and_what_may_be_refined():
    model = ModelChoice(name="m", max_tokens=100)
    whole, fixed = (expected(DiscoverSettings(files={}, **kept), model) for kept in ({}, {"refine": ()}))
    judged = 2 * 3 * 4 * 3
    assert whole.least.calls == 2 + 6 + 6 * 4 + 6 + 6 + judged
    assert whole.most.calls == 3 * (2 + 18 + 18 * 16 + 18 + 12 + judged)
    assert fixed.least.calls == 2 + 6 + 6 + judged
    assert fixed.most.calls == 3 * (2 + 6 + 12 + judged)


def test_tokens_grow_with_the_tools_that_a_planner_is_shown():
    few, many = (expected(DiscoverSettings(files={}), ModelChoice(name="m"), tools=number) for number in (1, 10))
    assert many.least.calls == few.least.calls
    assert many.least.tokens > few.least.tokens


@pytest.mark.parametrize(("routed", "calls"), [({}, None), ({"plan_workflow": ModelChoice(name="m")}, 6)])
def test_only_questions_that_cost_something_count(routed, calls):
    found = expected(DiscoverSettings(files={}), ModelChoice(), **routed)
    assert (found.least.calls if found else None) == calls
