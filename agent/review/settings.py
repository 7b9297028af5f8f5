"""How a run is attended: what it asks people about, and for how long it waits for them."""

from __future__ import annotations

import re
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from agent.errors import BadConfiguration

Gate = Literal["ideas", "code", "results", "hypotheses"]
Policy = Literal["wait", "accept", "reject"]

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_POLICIES: tuple[Policy, ...] = get_args(Policy)
_TIMEOUT = re.compile(rf"(\d+(?:\.\d+)?)([smhd]):({'|'.join(_POLICIES)})")


class ReviewSettings(BaseModel):
    """Of `run.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gates: tuple[Gate, ...] = ()
    """What the run waits for a person's verdict on; nothing by default."""
    timeout_s: float = Field(default=0, ge=0)
    """Seconds that an item waits before `then` is done."""
    then: Policy = "wait"
    """Accept or reject what nobody has judged in time; or leave it waiting and let the process end."""


def parse_gates(text: str) -> tuple[Gate, ...]:
    """The value of `--review`: `never`, or gates with commas between.

    Raises:
        BadConfiguration: a word that is no gate.
    """
    words = [word.strip() for word in text.split(",")]
    if words == ["never"]:
        return ()
    known: dict[str, Gate] = {gate: gate for gate in get_args(Gate)}
    if wrong := [word for word in words if word not in known]:
        raise BadConfiguration(f"--review {text}: {wrong[0]!r} should be never or some of {','.join(known)}")
    return tuple(known[word] for word in dict.fromkeys(words))


def parse_timeout(text: str) -> tuple[float, Policy]:
    """The value of `--review-timeout`: seconds, and what is done then.

    Raises:
        BadConfiguration: it is not of the form `8h:accept`.
    """
    found = _TIMEOUT.fullmatch(text)
    if found is None:
        raise BadConfiguration(
            f"--review-timeout {text}: should be a time and what is done then, such as 8h:accept, 30m:reject or 2d:wait"
        )
    number, unit, word = found.groups()
    return float(number) * _SECONDS[unit], next(policy for policy in _POLICIES if policy == word)
