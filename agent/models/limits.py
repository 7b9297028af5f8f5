"""What may be spent on models."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ModelLimits(BaseModel):
    """What may be spent; None is no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    calls: int | None = Field(default=None, ge=1)
    tokens: int | None = Field(default=None, ge=1)
    """Prompt and completion together."""
    dollars: float | None = Field(default=None, gt=0)


class IdeaLimits(ModelLimits):
    """What one idea may take: of its model, and of time."""

    minutes: float | None = Field(default=None, gt=0)
    """Of its model's answers and of the runs of its code; not of its measurements, which every idea needs alike."""
