"""The questions of a discovery: objectives, workflows, hypotheses, judgements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.models.discover_answers import (
    DataBrief,
    DoneStep,
    Finding,
    Hypotheses,
    Judge,
    Judgement,
    ObjectiveDraft,
    Objectives,
    ObjectiveVerdict,
    ParameterBrief,
    PastObjective,
    PastWorkflow,
    Revision,
    StepDraft,
    ToolBrief,
    WorkflowPlan,
)
from agent.models.discover_flaws import flaw_of_objective, flaw_of_steps
from agent.models.request import Leeway, Request
from agent.models.requests import PaperExcerpt

_ABOUT = 5
"""Findings that one hypothesis is about at most, where an endpoint forces answers: small models list them all."""
_MOST_NAMES = 12
"""Columns, or levels, up to which they are forced: some sixty parameters name one, and OpenAI takes 1,000 values in a
schema."""
_TESTED = frozenset(
    {"two_groups", "against_reference", "several_groups", "trend", "time_course", "survival", "interaction"}
)
"""Aims that nothing but a test reaches."""


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

    def leeway(self) -> Leeway:
        """As many objectives as are asked for, at most, of the sample sheet's columns and levels, or of nothing where
        a field does not apply."""
        columns = tuple(column.name for column in self.data.columns)
        levels = tuple(level for column in self.data.columns for level in column.levels)
        choices = {
            **dict.fromkeys(("column", "pairs", "event", "within_column"), ("", *columns)),
            **dict.fromkeys(("numerator", "denominator", "within_level"), ("", *levels)),
            "covariates": columns,
            "builds_on": tuple(past.id for past in self.history),
        }
        return Leeway(choices=choices, lengths={"objectives": (1, self.count)})


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

    def leeway(self) -> Leeway:
        """Calls of tools that there are, with the parameters that they take."""
        return _calls_of(self.tools, self.data)


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

    def leeway(self) -> Leeway:
        """Calls of tools that there are, with the parameters that they take."""
        return _calls_of(self.tools, self.data)


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

    def leeway(self) -> Leeway:
        """As many hypotheses as are asked for, at most, each about something, on findings that there are."""
        ids = [one.id for one in self.findings]
        return Leeway(
            choices={"finding": ids, "against": ids, "entities": [one.entity for one in self.findings]},
            lengths={"hypotheses": (1, self.count), "entities": (1, _ABOUT), "claims": (1, _ABOUT)},
        )


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

    def leeway(self) -> Leeway:
        """One score for each criterion, on the scale."""
        return Leeway(choices={"score": range(1, 6)}, keys={"scores": ("criterion", self.criteria)})


DISCOVER_REQUESTS: tuple[type[Request[Any]], ...] = (
    ProposeObjectives,
    PlanWorkflow,
    ReviseWorkflow,
    AnswerObjective,
    ProposeHypotheses,
    JudgeHypothesis,
)
"""Every kind of question that a discovery asks."""


def _calls_of(tools: tuple[ToolBrief, ...], data: DataBrief) -> Leeway:
    added = (name for tool in tools for name in tool.adds)
    names = {
        "sample column": (*(column.name for column in data.columns), *added),
        "level": tuple(level for column in data.columns for level in column.levels),
    }
    few = {kind: known for kind, of in names.items() if len(known := tuple(dict.fromkeys(of))) <= _MOST_NAMES}
    return Leeway(alternatives={"steps": [_call_of(tool, few) for tool in tools]})


def _call_of(tool: ToolBrief, names: Mapping[str, tuple[str, ...]]) -> Leeway:
    """A step that calls this tool: its parameters by name, with the values that they can have."""
    return Leeway(
        choices={"tool": (tool.name,)},
        lengths={"parameters": (sum(one.required for one in tool.parameters), len(tool.parameters))},
        alternatives={"parameters": [_value_of(one, names) for one in tool.parameters]},
    )


def _value_of(parameter: ParameterBrief, names: Mapping[str, tuple[str, ...]]) -> Leeway:
    """One of several values, or of the sample sheet's names; anything else is left open, and so are lists."""
    known = names.get(parameter.type, parameter.choices)
    if not known or parameter.type.startswith("list"):
        return Leeway(choices={"name": (parameter.name,)})
    return Leeway(choices={"name": (parameter.name,), "value": known if parameter.required else ("", *known)})
