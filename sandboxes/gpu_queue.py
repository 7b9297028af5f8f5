"""Who is next: which waiting jobs get which devices."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Claim(NamedTuple):
    """A job that holds devices or waits for them."""

    ticket: int
    """Place in the order of arrival."""
    job: str
    owner: str
    """Whose turn counts: fairness is between owners."""
    wanted: int
    """Number of devices; a job gets all of them at once or none."""
    per_device: int
    """How many jobs may be on a device together with this one, itself included."""
    allowed: tuple[str, ...]
    """UUIDs that it may get."""
    held: tuple[str, ...]
    """UUIDs that it has; empty while it waits."""


def grants(claims: Iterable[Claim], clean: Collection[str]) -> dict[int, tuple[str, ...]]:
    """Return ticket → devices, for each waiting claim that can have its devices now.

    Next is who came first of those whose owner holds the fewest devices. What is open but too little for the next one
    is kept for it, or a job that wants several devices would wait for ever behind jobs that want one.

    Args:
        claims: all claims, holding and waiting.
        clean: devices on which nobody computes. A device without a holder is given away only when it is clean.
    """
    claims = list(claims)
    users: dict[str, list[int]] = defaultdict(list)
    holds: Counter[str] = Counter()
    for claim in claims:
        _seat(claim, claim.held, users)
        holds[claim.owner] += len(claim.held)
    waiting = [claim for claim in claims if not claim.held]
    given: dict[int, tuple[str, ...]] = {}
    while waiting:
        claim = min(waiting, key=lambda claim: (holds[claim.owner], claim.ticket))
        waiting.remove(claim)
        open_ = [uuid for uuid in claim.allowed if _is_open(uuid, claim, users[uuid], clean)]
        devices = tuple(sorted(open_, key=lambda uuid: len(users[uuid]))[: claim.wanted])
        _seat(claim, devices, users)
        if len(devices) == claim.wanted:
            given[claim.ticket] = devices
            holds[claim.owner] += claim.wanted
    return given


def _seat(claim: Claim, devices: Iterable[str], users: dict[str, list[int]]) -> None:
    for uuid in devices:
        users[uuid].append(claim.per_device)


def _is_open(uuid: str, claim: Claim, users: list[int], clean: Collection[str]) -> bool:
    """Say whether a device is free, or all on it (`users`: how many each tolerates) and this claim would share it."""
    return len(users) < min([claim.per_device, *users]) if users else uuid in clean
