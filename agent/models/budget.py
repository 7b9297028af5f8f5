"""What a run spends on its models, and the wrapper that keeps to its limits.

Spending is told call by call (`Spending.charge` is a `Listener`), so that repairs and lost answers count too.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple, TypeVar

from agent.errors import BudgetSpent
from agent.models.limits import ModelLimits
from agent.models.model import Model
from agent.models.openai_model import MAX_REPAIRS
from agent.models.prices import Price, dollars_of
from agent.models.request import Answer, Request
from agent.models.usage import CallRecord, asked_about

A = TypeVar("A", bound=Answer)

NOTICE_AT = 0.8


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

    def share_of(self, limits: ModelLimits) -> float:
        """The share of the tightest limit that this is."""
        shares = [spent / limit for spent, limit in zip(self, _caps(limits), strict=True) if limit is not None]
        return max(shares, default=0.0)

    def against(self, limits: ModelLimits) -> str:
        """This beside each limit, in words."""
        parts = zip(self._fields, self, _caps(limits), strict=True)
        return ", ".join(f"{spent:.6g} of {limit:g} {name}" for name, spent, limit in parts if limit is not None)


def _caps(limits: ModelLimits) -> tuple[float | None, ...]:
    return (limits.calls, limits.tokens, limits.dollars)


class Spending:
    """One run's spending against its limits, and that of each of its ideas against theirs."""

    def __init__(
        self,
        limits: ModelLimits,
        prices: Mapping[str, Price],
        *,
        idea_limits: ModelLimits = ModelLimits(),  # noqa: B008  frozen
        earlier: Iterable[CallRecord] = (),
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Begin with what earlier sessions of the run spent.

        Args:
            limits: what the run may spend.
            prices: what tokens cost, by model; those of a model that is missing count as nothing.
            idea_limits: what may be spent on one idea.
            earlier: the calls of earlier sessions.
            notice: told once, in a sentence, when 80 % of a limit is reached.
        """
        self._limits = limits
        self._idea_limits = idea_limits
        self._prices = prices
        self._notice = notice
        self._noticed = False
        self.spent = Spent()
        self.largest = Spent()
        """The most of each that one call took."""
        self._by_subject: defaultdict[str, Spent] = defaultdict(Spent)
        self._seconds: defaultdict[str, float] = defaultdict(float)
        for call in earlier:
            self.charge(call)

    def charge(self, call: CallRecord) -> None:
        """Add a call."""
        usage = call.usage
        cost = Spent(1, usage.prompt_tokens + usage.completion_tokens, dollars_of(call, self._prices) or 0.0)
        self.spent = self.spent.plus(cost)
        self.largest = self.largest.at_least(cost)
        self._by_subject[call.subject] = self._by_subject[call.subject].plus(cost)
        self._seconds[call.subject] += usage.seconds
        if not self._noticed and self.share() >= NOTICE_AT:
            self._noticed = True
            self._notice(f"{NOTICE_AT:.0%} of the model's budget is spent: {self.spent.against(self._limits)}")

    def share(self, further_calls: int = 0) -> float:
        """The share of the run's tightest limit that is spent, or would be after so many more of the largest calls."""
        return self.spent.plus(self.largest, further_calls).share_of(self._limits)

    def seconds_on(self, subject: str) -> float:
        """Seconds that calls about an idea took."""
        return self._seconds[subject]

    def why_no_more(self, subject: str = "") -> str:
        """Which limit forbids another call about this subject, in a sentence; empty when none does."""
        if self.share() >= 1:
            return f"the model's budget is spent: {self.spent.against(self._limits)}"
        on_idea = self._by_subject[subject]
        if _is_idea(subject) and on_idea.share_of(self._idea_limits) >= 1:
            return f"the model's budget for one idea is spent: {on_idea.against(self._idea_limits)}"
        return ""

    def check(self) -> None:
        """Let another call about what is being asked about pass.

        Raises:
            BudgetSpent: a limit is reached.
        """
        if reason := self.why_no_more(asked_about()):
            raise BudgetSpent(reason)


def _is_idea(subject: str) -> bool:
    """Whether a call is about one idea (`r1-2`), and not about a round (`r1`) or the run."""
    return "-" in subject


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
            self._spending.check()
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
