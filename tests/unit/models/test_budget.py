"""A budget ends the asking in order: at the limit, at most one answer over, however many ask at once."""

from __future__ import annotations

import asyncio

import pytest

from agent.errors import BadConfiguration, BudgetSpent
from agent.models.budget import BudgetedModel, Spending
from agent.models.limits import IdeaLimits, ModelLimits
from agent.models.prices import Price, dollars_of, known_prices, price_table, require_prices
from agent.models.request import Request
from agent.models.requests import Ideas
from agent.models.usage import CallRecord, Usage, asking_about

PRICE = Price(prompt=1.0, completion=4.0)
PRICES = {"m": PRICE}


class Question(Request[Ideas]):
    kind = "question"
    answer_type = Ideas

    number: int


def call(prompt: int = 100, completion: int = 50) -> CallRecord:
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion)
    return CallRecord(model="openai:m", kind="k", key="x", attempt=0, form="text", status="valid", usage=usage)


class Endpoint:
    """A model from outside that takes a moment and bills each answer."""

    name = "m"
    describes_itself = "Bills."

    def __init__(self, spending: Spending, *sizes: int) -> None:
        self.spending, self.sizes = spending, list(sizes)
        self.answered = self.at_once = self.most_at_once = 0

    async def ask(self, _request):
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        self.answered += 1
        self.spending.charge(call(self.sizes[self.answered % len(self.sizes)], 0))
        return Ideas(ideas=())


@pytest.mark.parametrize("askers", [1, 2, 8, 40])
@pytest.mark.parametrize("limits", [ModelLimits(calls=25), ModelLimits(tokens=2500), ModelLimits(dollars=0.0025)])
async def test_no_more_than_one_answer_over_the_limit(askers, limits):
    spending = Spending(limits, PRICES)
    endpoint = Endpoint(spending, 70, 130)
    model = BudgetedModel(endpoint, spending)

    async def work() -> None:
        for number in range(100):
            await model.ask(Question(number=number))

    ended = await asyncio.gather(*(work() for _ in range(askers)), return_exceptions=True)
    assert {type(error) for error in ended} == {BudgetSpent}
    assert 1 <= spending.share() <= 1 + 130 / 2500
    if limits.calls:
        assert endpoint.answered == limits.calls


async def test_questions_go_side_by_side_while_enough_is_left():
    spending = Spending(ModelLimits(tokens=1_000_000), PRICES)
    endpoint = Endpoint(spending, 100)
    model = BudgetedModel(endpoint, spending)
    await asyncio.gather(*(model.ask(Question(number=number)) for number in range(20)))
    assert endpoint.most_at_once > 10


async def test_a_question_that_is_cancelled_leaves_its_turn_to_others():
    spending = Spending(ModelLimits(calls=5), PRICES)
    model = BudgetedModel(Endpoint(spending, 100), spending)
    first = asyncio.create_task(model.ask(Question(number=0)))
    await asyncio.sleep(0)
    first.cancel()
    async with asyncio.timeout(2):
        await model.ask(Question(number=1))


async def test_without_limits_everything_is_asked_and_still_counted():
    spending = Spending(ModelLimits(), {})
    model = BudgetedModel(Endpoint(spending, 100), spending)
    for number in range(5):
        await model.ask(Question(number=number))
    assert spending.spent.tokens == 500
    assert spending.share() == 0


def test_the_notice_comes_once_and_says_what_is_spent():
    notices: list[str] = []
    spending = Spending(ModelLimits(calls=10, tokens=100_000), PRICES, notice=notices.append)
    for _ in range(10):
        spending.charge(call())
    assert notices == ["80% of the model's budget is spent: 8 of 10 calls, 1200 of 100000 tokens"]


def test_what_earlier_sessions_spent_counts():
    spending = Spending(ModelLimits(dollars=0.001), PRICES, earlier=[call(), call()])
    assert spending.spent == (2, 300, pytest.approx(0.0006))
    assert spending.share() == pytest.approx(0.6)


def test_the_limits_of_one_idea_stop_that_idea_only():
    spending = Spending(ModelLimits(), PRICES, idea_limits=IdeaLimits(calls=2))
    for subject in ("r1-1", "r1-1", "r1-2", "r1", "r1", "r1"):
        spending.charge(call().model_copy(update={"subject": subject}))
    assert spending.why_no_more("r1-1") == "the model's budget for one idea is spent: 2 of 2 calls"
    assert [spending.why_no_more(subject) for subject in ("r1-2", "r1", "")] == ["", "", ""]
    with asking_about("r1-1"), pytest.raises(BudgetSpent, match="one idea"):
        spending.check()
    spending.check()


def test_prices_come_from_the_user_first_then_from_the_table():
    assert known_prices(["gpt-4.1", "local"], {}) == {"gpt-4.1": price_table().models["gpt-4.1"]}
    assert known_prices(["gpt-4.1"], {"gpt-4.1": PRICE}) == {"gpt-4.1": PRICE}


def test_an_unknown_price_is_a_question_and_not_zero():
    with pytest.raises(BadConfiguration, match="no price is known for the model local"):
        require_prices(["local"], {"gpt-4.1": PRICE})
    assert dollars_of(call(), {}) is None
    require_prices(["local"], {"local": Price(prompt=0, completion=0)})


def test_each_call_costs_what_its_own_model_costs():
    prices = {"a:1b": Price(prompt=10, completion=0), "b": Price(prompt=0, completion=1000)}
    spending = Spending(ModelLimits(dollars=1), prices)
    spending.charge(call().model_copy(update={"model": "openai:a:1b"}))
    spending.charge(call().model_copy(update={"model": "openai:b"}))
    assert spending.spent.dollars == pytest.approx(100 * 10 / 1e6 + 50 * 1000 / 1e6)
