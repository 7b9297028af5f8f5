"""What a person may say of an item. A question is no verdict: see `agent.review.asking`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, StringConstraints, TypeAdapter

Action = Literal["accept", "reject", "edit", "rerun"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class _Verdict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Accept(_Verdict):
    """The run goes on with it as it is."""

    action: Literal["accept"] = "accept"
    reason: Reason = ""


class Reject(_Verdict):
    """The run goes on without it, and the next round's requests hold the reason."""

    action: Literal["reject"] = "reject"
    reason: Annotated[Reason, Field(min_length=1)]


class Edit(_Verdict):
    """The run goes on with it as changed here."""

    action: Literal["edit"] = "edit"
    changes: Annotated[dict[str, str], Field(min_length=1)]
    """New texts of the fields that change (`agent.review.kinds.Kind.fields`): of an idea its title, summary or
    motivation; of code a path and the file's whole text."""
    reason: Reason = ""


class Rerun(_Verdict):
    """Measure it again, beside the baseline, and judge it on these seeds alone."""

    action: Literal["rerun"] = "rerun"
    seeds: Annotated[tuple[NonNegativeInt, ...], Field(min_length=2)]
    wall_s: Annotated[float, Field(gt=0)] | None = None
    """Seconds that one run may take; the task's own limit when left out."""
    reason: Reason = ""


Verdict = Annotated[Accept | Reject | Edit | Rerun, Field(discriminator="action")]

VERDICT: TypeAdapter[Verdict] = TypeAdapter(Verdict)
"""Reads a verdict from data."""
