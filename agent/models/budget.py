"""What a run may spend on its model, and the wrapper that keeps to it.

Spending is told call by call (`Spending.charge` is a `Listener`), so that repairs and lost answers count too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from agent.errors import BudgetSpent
from agent.models.model import Model
from agent.models.openai_model import MAX_REPAIRS
from agent.models.prices import Price
from agent.models.requests import Answer, Request
from agent.models.usage import CallRecord

A = TypeVar("A", bound=Answer)

NOTICE_AT = 0.8


class ModelLimits(BaseModel):
    """What may be spent; None is no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: int | None = Field(default=None, ge=1)
    tokens: int | None = Field(default=None, ge=1)
    """Prompt and completion together."""
    dollars: float | None = Field(default=None, gt=0)


class Spent(NamedTuple):
    """Sums over calls."""

    calls: int = 0
    tokens: int = 0
    dollars: float = 0.0

    def plus(self, other: Spent, times: int = 1) -> Spent:
        """This and so many times the other."""
        return Spent(
            self.calls + times * other.calls, self.tokens + times * other.tokens, self.dollars + times * other.dollars
        )

    def at_least(self, other: Spent) -> Spent:
        """The larger of each."""
        return Spent(max(self.calls, other.calls), max(self.tokens, other.tokens), max(self.dollars, other.dollars))


class Spending:
    """One run's spending against its limits."""

    def __init__(
        self,
        limits: ModelLimits,
        price: Price | None,
        earlier: Iterable[CallRecord] = (),
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Begin with what earlier sessions of the run spent.

        Args:
            limits: what may be spent.
            price: what tokens cost; None only without a limit of money.
            earlier: the calls of earlier sessions.
            notice: told once, in a sentence, when 80 % of a limit is reached.
        """
        self._limits = limits
        self._price = price or Price(prompt=0, completion=0)
        self._notice = notice
        self._noticed = False
        self.spent = Spent()
        self.largest = Spent()
        """The most of each that one call took."""
        for call in earlier:
            self.charge(call)

    def charge(self, call: CallRecord) -> None:
        """Add a call."""
        usage = call.usage
        cost = Spent(1, usage.prompt_tokens + usage.completion_tokens, self._price.dollars(usage))
        self.spent = self.spent.plus(cost)
        self.largest = self.largest.at_least(cost)
        if not self._noticed and self.share() >= NOTICE_AT:
            self._noticed = True
            self._notice(f"{NOTICE_AT:.0%} of the model's budget is spent: {self.standing()}")

    def share(self, further_calls: int = 0) -> float:
        """The share of the tightest limit that is spent, or would be after so many more calls of the largest size."""
        total = self.spent.plus(self.largest, further_calls)
        shares = [spent / limit for spent, limit in zip(total, self._caps(), strict=True) if limit is not None]
        return max(shares, default=0.0)

    def standing(self) -> str:
        """What is spent of each limit, in words."""
        names = ("calls", "tokens", "dollars")
        parts = zip(names, self.spent, self._caps(), strict=True)
        return ", ".join(f"{spent:.6g} of {limit:g} {name}" for name, spent, limit in parts if limit is not None)

    def _caps(self) -> tuple[float | None, ...]:
        return (self._limits.calls, self._limits.tokens, self._limits.dollars)


class BudgetedModel:
    """Asks another model while there is something left to spend.

    Spending is known only after an answer. So that a limit is passed by one answer at most, questions are asked side by
    side only while what is left is enough for all of them at the largest size seen, with every repair.
    """

    def __init__(self, inner: Model, spending: Spending) -> None:
        self._inner = inner
        self._spending = spending
        self._asking = 0
        self._changed = asyncio.Condition()

    @property
    def name(self) -> str:
        """The name of the model that is asked."""
        return self._inner.name

    @property
    def describes_itself(self) -> str:
        """What the model that is asked says of itself."""
        return self._inner.describes_itself

    async def ask(self, request: Request[A]) -> A:
        """Answer one request.

        Raises:
            BudgetSpent: a limit is reached; nothing was asked.
            ModelFailed: no usable answer.
            ModelUnavailable: nothing answers at all.
        """
        async with self._turn():
            return await self._inner.ask(request)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        async with self._changed:
            await self._changed.wait_for(self._is_clear)
            if self._spending.share() >= 1:
                raise BudgetSpent(f"the model's budget is spent: {self._spending.standing()}")
            self._asking += 1
        try:
            yield
        finally:
            async with self._changed:
                self._asking -= 1
                self._changed.notify_all()

    def _is_clear(self) -> bool:
        """Whether it is certain that a question may, or may not, be asked now."""
        spending = self._spending
        if self._asking == 0 or spending.share() >= 1:
            return True
        known = spending.spent.calls > 0
        return known and spending.share(further_calls=(self._asking + 1) * (1 + MAX_REPAIRS)) <= 1
