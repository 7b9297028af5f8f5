"""What a run's calls came to, by kind of question, model and round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from agent.models.prices import Price, dollars_of
from agent.models.usage import CallRecord


class Total(NamedTuple):
    """Sums over the calls of one kind to one model in one round."""

    round: str
    """`r1`; empty for what was asked about the run as a whole. Of `total_about`, what was asked about."""
    kind: str
    model: str
    calls: int
    usable: int
    """Calls that gave a usable answer; the others were repaired, or lost."""
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    dollars: float | None
    """None where the model's price is not known."""

    @property
    def id(self) -> str:
        """Unique in the run."""
        return ", ".join(part for part in (self.kind, self.model, self.round) if part)


def totals(calls: Iterable[CallRecord], prices: Mapping[str, Price]) -> tuple[Total, ...]:
    """Sum calls, in the order of rounds, and within a round of first asking."""
    groups: dict[tuple[str, str, str], list[CallRecord]] = {}
    for call in calls:
        groups.setdefault((call.subject.partition("-")[0], call.kind, call.model), []).append(call)
    return tuple(
        _total(key, groups[key], prices) for key in sorted(groups, key=lambda key: int(key[0].lstrip("r") or 0))
    )


def total_about(subject: str, calls: Iterable[CallRecord], prices: Mapping[str, Price]) -> Total:
    """Sum the calls about an idea, an objective or a hypothesis, of whatever kind and to whichever model."""
    return _total((subject, "", ""), list(calls), prices)


def _total(key: tuple[str, str, str], calls: list[CallRecord], prices: Mapping[str, Price]) -> Total:
    costs = [cost for call in calls if (cost := dollars_of(call, prices)) is not None]
    return Total(
        *key,
        calls=len(calls),
        usable=sum(call.status == "valid" for call in calls),
        prompt_tokens=sum(call.usage.prompt_tokens for call in calls),
        completion_tokens=sum(call.usage.completion_tokens for call in calls),
        seconds=sum(call.usage.seconds for call in calls),
        dollars=sum(costs) if len(costs) == len(calls) else None,
    )
