"""What a discovery speaks of: what its questions show of data, tools and results, and what answers are made of.

Answers are small and flat, so that a small language model can give them: parameters are name and value as text, and a
hypothesis points at findings by their number instead of naming tables, rows and columns.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from agent.models.request import Answer, Context, keyed_by

Aim = Literal[
    "two_groups", "against_reference", "several_groups", "trend", "time_course", "survival", "interaction", "panel",
    "modules",
]  # fmt: skip
"""What kind of question an objective asks of the data: it decides which standard workflow fits."""
Direction = Literal["higher", "lower", "different"]
Judge = Literal["statistician", "domain expert", "sceptic"]
JUDGES: tuple[Judge, ...] = ("statistician", "domain expert", "sceptic")
Role = Literal["group", "covariate", "pairs", "time", "event", "number", "cells of", "part"]
"""`cells of`: which sample a cell comes from; `part`: a part of a preparation, such as an enrichment."""


# -- what requests show ---------------------------------------------------------------------------------------------


class ColumnBrief(Context):
    """A column of the sample sheet."""

    name: str
    kind: Literal["category", "number", "identifier", "constant"]
    levels: dict[str, int]
    missing: int = 0
    """Samples without a value."""
    role: Role | None = None
    """What the harness takes it for; None where it does not know."""
    notes: tuple[str, ...] = ()
    """What the design check says: a batch that equals a group, too few samples."""
    usable: bool = True
    """False: comparing by this column is stopped, and `notes` say why."""


class DataBrief(Context):
    """The data as it stands, without a number of its matrix."""

    samples: int
    features: int
    scale: str
    missing_share: float
    columns: tuple[ColumnBrief, ...]
    feature_columns: tuple[str, ...]
    reference: str = ""
    """The condition that the values are ratios to; empty where groups cannot be held against it."""
    remarks: tuple[str, ...] = ()
    """What the profile's tools said."""

    def column(self, name: str) -> ColumnBrief | None:
        """A column by name."""
        return next((one for one in self.columns if one.name == name), None)

    def with_role(self, role: Role) -> tuple[ColumnBrief, ...]:
        """The columns that are taken for this."""
        return tuple(one for one in self.columns if one.role == role)


class ParameterBrief(Context):
    """A parameter of a tool."""

    name: str
    type: str
    required: bool
    about: str = ""
    choices: tuple[str, ...] = ()


class ToolBrief(Context):
    """A tool that a step can call."""

    name: str
    summary: str
    parameters: tuple[ParameterBrief, ...]
    tables: dict[str, str]
    """Table → what one row is."""
    tests: bool
    """Whether it tests something."""
    changes_data: bool
    reads_data: bool
    adds: tuple[str, ...] = ()
    """Sample columns that the data has after it."""


class DoneStep(Context):
    """A step that was run."""

    label: str
    tool: str
    parameters: dict[str, str]
    """As given; what was left to its default is not among them, or is empty."""
    status: str
    summary: str
    facts: dict[str, float | int | str | bool]
    warnings: tuple[str, ...]


class PastWorkflow(Context):
    """A workflow that did not answer the objective."""

    steps: tuple[DoneStep, ...]
    reason: str


class Finding(Context):
    """A row of a table of tests: what a hypothesis can claim."""

    id: str
    """`f1`, `f2`, …: how an answer names it."""
    entity: str
    names: tuple[str, ...]
    """What the entity may be called in a statement."""
    what: str
    """What was tested, in words."""
    direction: Direction
    called: bool
    """Whether it passes the test's own cut."""
    numbers: dict[str, float]
    highest: str = ""
    """Of several groups: the one with the highest mean."""
    lowest: str = ""
    table: str
    row: str
    step: str


# -- answers --------------------------------------------------------------------------------------------------------


class ObjectiveDraft(Answer):
    """A research objective that tools can pursue."""

    title: str = Field(min_length=3, max_length=160)
    question: str = Field(min_length=5, max_length=600)
    aim: Aim
    column: str = ""
    """Of the sample sheet: groups to compare, number to follow, or time until an event."""
    numerator: str = ""
    """Of two groups: the one that is looked at."""
    denominator: str = ""
    """Of two groups: the one that it is compared with."""
    covariates: tuple[str, ...] = ()
    pairs: str = ""
    event: str = ""
    """Of survival: the column that says whether the event came."""
    within_column: str = ""
    """Look only at samples that have `within_level` here."""
    within_level: str = ""
    why: str = Field(default="", max_length=600)
    builds_on: tuple[str, ...] = ()
    """Ids of earlier objectives."""


class Objectives(Answer):
    """An answer to `ProposeObjectives`."""

    objectives: tuple[ObjectiveDraft, ...]


class Value(Answer):
    """A parameter of a step; a list is written with commas."""

    name: str
    value: str


class StepDraft(Answer):
    """A step of a workflow: one call of a tool."""

    tool: str = Field(min_length=1)
    parameters: tuple[Value, ...] = ()
    purpose: str = Field(default="", max_length=400)

    @classmethod
    def of(cls, tool: str, purpose: str = "", **parameters: object) -> StepDraft:
        """A step, from parameters as Python has them."""
        values = tuple(Value(name=name, value=as_text(value)) for name, value in parameters.items())
        return cls(tool=tool, parameters=values, purpose=purpose)


class WorkflowPlan(Answer):
    """An answer to `PlanWorkflow`."""

    steps: tuple[StepDraft, ...]


class Revision(Answer):
    """An answer to `ReviseWorkflow`."""

    action: Literal["keep", "change", "stop"]
    """`change`: `steps` take the place of those that have not run; `stop`: nothing more need run."""
    steps: tuple[StepDraft, ...] = ()
    reason: str = Field(default="", max_length=600)


class ObjectiveVerdict(Answer):
    """An answer to `AnswerObjective`."""

    status: Literal["answered", "another", "dead"]
    reason: str = Field(default="", max_length=600)


class Claim(Answer):
    """That a finding says something."""

    finding: str
    """`f1`, …"""
    direction: Direction


class HypothesisDraft(Answer):
    """A hypothesis, as written."""

    statement: str = Field(min_length=10, max_length=900)
    entities: tuple[str, ...] = Field(min_length=1)
    conditions: str = Field(default="", max_length=400)
    claims: tuple[Claim, ...] = Field(min_length=1)
    against: tuple[str, ...] = ()
    """Findings that speak against it."""
    experiment: str = Field(default="", max_length=900)
    """What would test it."""


class Hypotheses(Answer):
    """An answer to `ProposeHypotheses`."""

    hypotheses: tuple[HypothesisDraft, ...]


class CriterionScore(Answer):
    """A judge's score on one criterion."""

    criterion: str
    score: int = Field(ge=1, le=5)
    quote: str = Field(default="", max_length=400)
    """Words of the evidence that the score rests on, as they stand there."""
    reason: str = Field(default="", max_length=400)


class Judgement(Answer):
    """An answer to `JudgeHypothesis`."""

    scores: Annotated[tuple[CriterionScore, ...], keyed_by("criterion")]


class PastObjective(Context):
    """An objective of an earlier round, and what was found."""

    id: str
    objective: ObjectiveDraft
    status: str
    reason: str
    found: tuple[str, ...]
    """Statements that came of it, with what became of them."""


def as_text(value: object) -> str:
    """A parameter as an answer writes it: a list with commas, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
