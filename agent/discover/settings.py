"""What a discovery was started with: a part of `run.toml`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.servers import McpServer

Refinement = Literal["steps", "workflows", "objectives"]
"""The three levels at which a plan is changed by what came out."""
REFINEMENTS: tuple[Refinement, ...] = ("steps", "workflows", "objectives")

CRITERIA = ("data support", "logical coherence", "agreement with literature", "novelty", "testability")


class Hints(BaseModel):
    """What the user knows of the design; empty where the sample sheet must tell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: str = ""
    group: str = ""
    """Column of the groups to compare."""
    covariates: tuple[str, ...] = ()
    """Columns that are in the way: a site, a batch, age."""
    pairs: str = ""
    """Column that says which samples belong together: a patient, a replicate."""
    time: str = ""
    """Column of a time: until an event where there is `event`, else of a course."""
    event: str = ""
    """Column that says whether the event came (1) or the time ended before (0)."""
    reference: str = ""
    """What each sample's values are ratios to, in a word, such as untreated: a condition that groups can be held
    against. Empty where the values are none, or ratios to a pool."""


class GivenFile(BaseModel):
    """A file where it came from, so that a reader of the report can tell which one it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str


class DiscoverSettings(BaseModel):
    """Of a run that discovers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    files: dict[str, str]
    """Name → file name below the run's folder `data/`: copies, so that the run does not change when the files do.
    `table` is the table of quantities, `samples` the sample sheet."""
    given: dict[str, GivenFile] = Field(default_factory=dict)
    """Name → what its copy was made of."""
    hints: Hints = Hints()
    tools: tuple[str, ...] = ()
    """Folders of the user's own tools."""
    servers: tuple[McpServer, ...] = ()
    """MCP servers whose tools are used as well."""
    refine: tuple[Refinement, ...] = REFINEMENTS
    """Levels of planning that may be changed by results; fewer is an ablation."""
    rubric: dict[str, float] = Field(default_factory=lambda: dict.fromkeys(CRITERIA, 1.0), min_length=1)
    """Criterion → its weight in a hypothesis's score."""
