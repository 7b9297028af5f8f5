"""The questions of a discovery: objectives, workflows, hypotheses, judgements.

Answers are small and flat, so that a small language model can give them: parameters are name and value as text, and a
hypothesis points at findings by their number instead of naming tables, rows and columns.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from agent.models.requests import Answer, Choices, Context, Lengths, PaperExcerpt, Request

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


_ABOUT = 5
"""Findings that one hypothesis is about at most, where an endpoint forces answers: small models list them all."""


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

    scores: tuple[CriterionScore, ...]


class PastObjective(Context):
    """An objective of an earlier round, and what was found."""

    id: str
    objective: ObjectiveDraft
    status: str
    reason: str
    found: tuple[str, ...]
    """Statements that came of it, with what became of them."""


# -- questions ------------------------------------------------------------------------------------------------------


class ProposeObjectives(Request[Objectives]):
    """Objectives for a data set, from its profile and from what earlier rounds found."""

    kind = "propose_objectives"
    answer_type = Objectives

    question: str
    """The user's own; may be empty."""
    data: DataBrief
    round: int
    count: int
    history: tuple[PastObjective, ...] = ()
    files: tuple[str, ...] = ()
    """Further files of the user's, by name."""

    def flaw_of(self, answer: Objectives) -> str:
        """An answer is of use when one objective can be pursued."""
        flaws = [flaw_of_objective(one, self.data) for one in answer.objectives]
        return "" if "" in flaws else "; ".join(flaws) or "`objectives` is empty"

    def choices(self) -> Choices:
        """Columns and levels of the sample sheet, or nothing where a field does not apply."""
        columns = tuple(column.name for column in self.data.columns)
        levels = tuple(level for column in self.data.columns for level in column.levels)
        return {
            **dict.fromkeys(("column", "pairs", "event", "within_column"), ("", *columns)),
            **dict.fromkeys(("numerator", "denominator", "within_level"), ("", *levels)),
            "covariates": columns,
            "builds_on": [past.id for past in self.history],
        }

    def lengths(self) -> Lengths:
        """As many objectives as are asked for, at most."""
        return {"objectives": (1, self.count)}


class PlanWorkflow(Request[WorkflowPlan]):
    """The steps that would answer an objective."""

    kind = "plan_workflow"
    answer_type = WorkflowPlan

    objective: ObjectiveDraft
    data: DataBrief
    tools: tuple[ToolBrief, ...]
    files: tuple[str, ...] = ()
    earlier: tuple[PastWorkflow, ...] = ()
    """Workflows that were tried for it."""

    def flaw_of(self, answer: WorkflowPlan) -> str:
        """A plan of unknown tools answers nothing, nor does one without a test what only a test can answer."""
        if not answer.steps:
            return "`steps` is empty"
        tests = [tool.name for tool in self.tools if tool.tests]
        if self.objective.aim in _TESTED and tests and not any(step.tool in tests for step in answer.steps):
            return f"no step tests anything; these tools do: {', '.join(tests)}"
        return flaw_of_steps(answer.steps, self.tools, self.data)

    def choices(self) -> Choices:
        """Tools that there are, and their parameters."""
        return _names_of(self.tools)

    def lengths(self) -> Lengths:
        """No more parameters than a tool has."""
        return _most_of(self.tools)


class ReviseWorkflow(Request[Revision]):
    """Whether the plan still fits after a step."""

    kind = "revise_workflow"
    answer_type = Revision

    objective: ObjectiveDraft
    data: DataBrief
    """As it is after the step."""
    done: tuple[DoneStep, ...]
    remaining: tuple[StepDraft, ...]
    tools: tuple[ToolBrief, ...]
    files: tuple[str, ...] = ()

    def flaw_of(self, answer: Revision) -> str:
        """A change needs steps, of known tools."""
        if answer.action != "change":
            return ""
        if not answer.steps:
            return "`action` is change and `steps` is empty"
        return flaw_of_steps(answer.steps, self.tools, self.data)

    def choices(self) -> Choices:
        """Tools that there are, and their parameters."""
        return _names_of(self.tools)

    def lengths(self) -> Lengths:
        """No more parameters than a tool has."""
        return _most_of(self.tools)


class AnswerObjective(Request[ObjectiveVerdict]):
    """Whether a workflow answered its objective."""

    kind = "answer_objective"
    answer_type = ObjectiveVerdict

    objective: ObjectiveDraft
    done: tuple[DoneStep, ...]
    workflows_left: int
    """Further workflows that may be tried."""

    def flaw_of(self, answer: ObjectiveVerdict) -> str:
        """Another workflow needs one to be left."""
        return "no further workflow may be tried" if answer.status == "another" and not self.workflows_left else ""


class ProposeHypotheses(Request[Hypotheses]):
    """Hypotheses that an objective's findings support."""

    kind = "propose_hypotheses"
    answer_type = Hypotheses

    objective: ObjectiveDraft
    findings: tuple[Finding, ...]
    count: int
    refused: tuple[str, ...] = ()
    """Statements of an earlier answer, each with the reason why it cannot stand."""

    def flaw_of(self, answer: Hypotheses) -> str:
        """Claims must name findings that there are."""
        known = {one.id for one in self.findings}
        wrong = [claim.finding for one in answer.hypotheses for claim in one.claims if claim.finding not in known]
        return f"there is no finding {wrong[0]}" if wrong and len(wrong) >= len(answer.hypotheses) else ""

    def choices(self) -> Choices:
        """Findings that there are."""
        ids = [one.id for one in self.findings]
        return {"finding": ids, "against": ids}

    def lengths(self) -> Lengths:
        """As many hypotheses as are asked for, at most, each about something."""
        return {"hypotheses": (1, self.count), "entities": (1, _ABOUT), "claims": (1, _ABOUT)}


class JudgeHypothesis(Request[Judgement]):
    """Scores for a hypothesis, from the evidence alone."""

    kind = "judge_hypothesis"
    answer_type = Judgement

    judge: Judge
    statement: str
    conditions: str
    experiment: str
    evidence: tuple[str, ...]
    """For, against and controls, a sentence each, as the harness wrote them."""
    measures: dict[str, float]
    """The same as numbers, for judges that reckon: see `agent.discover.judging`."""
    papers: tuple[PaperExcerpt, ...]
    criteria: tuple[str, ...]

    def flaw_of(self, answer: Judgement) -> str:
        """Each criterion needs its score."""
        absent = [name for name in self.criteria if name not in {one.criterion for one in answer.scores}]
        return f"there is no score for {', '.join(absent)}" if absent else ""

    def choices(self) -> Choices:
        """The criteria."""
        return {"criterion": self.criteria}

    def lengths(self) -> Lengths:
        """One score for each."""
        return {"scores": (len(self.criteria), len(self.criteria))}


DISCOVER_REQUESTS: tuple[type[Request[Any]], ...] = (
    ProposeObjectives,
    PlanWorkflow,
    ReviseWorkflow,
    AnswerObjective,
    ProposeHypotheses,
    JudgeHypothesis,
)
"""Every kind of question that a discovery asks."""


# -- what is wrong with an answer -----------------------------------------------------------------------------------


_TESTED = frozenset(
    {"two_groups", "against_reference", "several_groups", "trend", "time_course", "survival", "interaction"}
)
"""Aims that nothing but a test reaches."""


def flaw_of_objective(draft: ObjectiveDraft, data: DataBrief) -> str:
    """Why tools cannot pursue an objective, in words for a model; empty when they can."""
    columns = (draft.column, draft.pairs, draft.event, draft.within_column, *draft.covariates)
    known = ", ".join(column.name for column in data.columns)
    for name in columns:
        if name and data.column(name) is None:
            return f"“{draft.title}”: the sample sheet has no column `{name}`; it has {known}"
    column = data.column(draft.column)
    if column is None and draft.aim != "modules":
        return f"“{draft.title}”: `column` is empty; the sample sheet has {known}"
    if draft.aim == "survival" and not draft.event:
        return f"“{draft.title}”: survival needs `event`"
    if draft.aim == "against_reference" and not data.reference:
        return f"“{draft.title}”: nothing is known of what the values are ratios to"
    if column is not None and draft.aim in {"two_groups", "panel", "against_reference"}:
        return _flaw_of_levels(draft, column, data)
    return ""


def _flaw_of_levels(draft: ObjectiveDraft, column: ColumnBrief, data: DataBrief) -> str:
    levels = ", ".join(column.levels) or "no levels"
    compared = (draft.numerator,) if draft.aim == "against_reference" else (draft.numerator, draft.denominator)
    for name in compared:
        if name not in column.levels:
            others = [f"`{one.name}`" for one in data.columns if name in one.levels]
            hint = f"; it is a level of {', '.join(others)}" if others else ""
            return f"“{draft.title}”: `{column.name}` has no level `{name}`{hint}; `{column.name}` has {levels}"
    same = draft.numerator == draft.denominator
    return f"“{draft.title}”: numerator and denominator are the same" if same else ""


def flaw_of_steps(steps: tuple[StepDraft, ...], tools: tuple[ToolBrief, ...], data: DataBrief) -> str:
    """Which step calls what there is not, or names a level for a column; empty when all can be called."""
    known = {tool.name: tool for tool in tools}
    flaws = (
        _flaw_of_parameters(step, known[step.tool], data) if step.tool in known else f"there is no tool `{step.tool}`"
        for step in steps
    )
    return next((flaw for flaw in flaws if flaw), "")


def _flaw_of_parameters(step: StepDraft, tool: ToolBrief, data: DataBrief) -> str:
    """Earlier steps may add columns, so only a name that is known to be something else is wrong."""
    named = {one.name for one in tool.parameters if one.type.endswith("sample column")}
    takes = [one.name for one in tool.parameters]
    for one in step.parameters:
        if one.name not in takes:
            return f"`{step.tool}` has no parameter `{one.name}`; it takes {', '.join(takes) or 'none'}"
        of = next((column.name for column in data.columns if one.value in column.levels), "")
        if one.name in named and of and data.column(one.value) is None:
            return f"`{step.tool}`: give `{one.name}` a column, such as `{of}`, not its level `{one.value}`"
    return ""


def _names_of(tools: tuple[ToolBrief, ...]) -> Choices:
    """What a step can call, and what can be given to it."""
    return {"tool": [tool.name for tool in tools], "name": [one.name for tool in tools for one in tool.parameters]}


def _most_of(tools: tuple[ToolBrief, ...]) -> Lengths:
    return {"parameters": (0, max((len(tool.parameters) for tool in tools), default=0))}


def as_text(value: object) -> str:
    """A parameter as an answer writes it: a list with commas, nothing for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
