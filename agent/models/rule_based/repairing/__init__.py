"""Repairs by rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.errors import ModelFailed

if TYPE_CHECKING:
    from agent.models.requests import CodeChange, RepairCode


def repair(request: RepairCode) -> CodeChange:
    """The files that a rule changed.

    Raises:
        ModelFailed: no rule knows this failure.
    """
    raise ModelFailed(f"the rule-based model has no rule for: {request.summary}")
