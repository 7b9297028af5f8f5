"""The embedded default model."""

from __future__ import annotations

from typing import TypeVar, cast

from agent.config import RULE_BASED
from agent.errors import ModelFailed
from agent.models.discover_requests import (
    AnswerObjective,
    JudgeHypothesis,
    PlanWorkflow,
    ProposeHypotheses,
    ProposeObjectives,
    ReviseWorkflow,
)
from agent.models.request import Answer, Request
from agent.models.requests import AskAboutItem, ProposeIdeas, RepairCode, WriteCode
from agent.models.rule_based.answering import answer_about
from agent.models.rule_based.discover_hypotheses import propose_hypotheses
from agent.models.rule_based.discover_judging import judge_hypothesis
from agent.models.rule_based.discover_objectives import propose_objectives
from agent.models.rule_based.discover_workflows import answer_objective, plan_workflow, revise_workflow
from agent.models.rule_based.proposing import propose
from agent.models.rule_based.repairing import repair
from agent.models.rule_based.writing import write

A = TypeVar("A", bound=Answer)


class RuleBasedModel:
    """Answers requests from a catalogue of method components and from rules: the same question, the same answer."""

    name = RULE_BASED
    describes_itself = (
        "A rule-based model: it combines methods of a built-in catalogue, plans standard analyses and repairs code by "
        "fixed rules; it is no language model and asks no network."
    )

    async def ask(self, request: Request[A]) -> A:
        """Answer one request.

        Raises:
            ModelFailed: no rule and no component answers this question.
        """
        answer = self._answer(request)
        if not isinstance(answer, request.answer_type):
            raise ModelFailed(f"the rule-based model does not answer {request.kind} requests")
        return cast("A", answer)

    def _answer(self, request: Request[A]) -> Answer | None:
        match request:
            case ProposeIdeas():
                return propose(request)
            case WriteCode():
                return write(request.idea, request.files)
            case RepairCode():
                return repair(request)
            case AskAboutItem():
                return answer_about(request)
        return _discovery(request)


def _discovery(request: Request[A]) -> Answer | None:
    match request:
        case ProposeObjectives():
            return propose_objectives(request)
        case PlanWorkflow():
            return plan_workflow(request)
        case ReviseWorkflow():
            return revise_workflow(request)
        case AnswerObjective():
            return answer_objective(request)
        case ProposeHypotheses():
            return propose_hypotheses(request)
        case JudgeHypothesis():
            return judge_hypothesis(request)
    return None
