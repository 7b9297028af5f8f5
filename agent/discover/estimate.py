"""What a discovery may ask of its models and what that may come to, once its data is known."""

from __future__ import annotations

from collections.abc import Sequence

from agent.config import RunConfig
from agent.discover.nodes.hypothesise import ASKED, EACH
from agent.discover.nodes.workflow import MAX_STEPS, MAX_WORKFLOWS
from agent.discover.settings import DiscoverSettings
from agent.estimate import Estimate, Questions, reckon
from agent.models.discover_answers import JUDGES, DataBrief, DoneStep, Finding, ObjectiveDraft, ToolBrief
from agent.models.discover_requests import (
    AnswerObjective,
    JudgeHypothesis,
    PlanWorkflow,
    ProposeHypotheses,
    ProposeObjectives,
    ReviseWorkflow,
)

_STEPS = 4
"""Of a workflow that answers its objective, as rule-based discoveries have them on average."""
_FINDINGS = 12
_OBJECTIVE_TOKENS, _STEP_TOKENS, _HYPOTHESIS_TOKENS, _SCORE_TOKENS, _VERDICT_TOKENS = 120, 60, 150, 60, 40
"""Of an answer's parts, in the forms that are asked for."""
_OBJECTIVE = ObjectiveDraft(
    title="A short name", question="What differs between the groups?", aim="two_groups", column="group",
    numerator="case", denominator="control",
)  # fmt: skip
_STATEMENT = "A protein is higher in cases than in controls (log2 difference 1.00)."
_STEP = DoneStep(
    label="s1", tool="a_tool", parameters={"group": "group", "numerator": "case", "denominator": "control"},
    status="ok", summary="In a sentence or two, what the step found in the data.", facts={}, warnings=(),
)  # fmt: skip
_FINDING = Finding(
    id="f1", entity="A protein", names=("A protein",), what="case against control", direction="higher", called=True,
    numbers={"log2_fc": 1.0, "p": 0.001, "q": 0.01}, table="differential", row="1", step="s1",
)  # fmt: skip


def estimate(
    config: RunConfig, settings: DiscoverSettings, data: DataBrief, tools: Sequence[ToolBrief]
) -> Estimate | None:
    """Reckon with the run's rounds and objectives, the columns of its data and its tools, without papers and feedback.

    The least is of objectives that one workflow answers, and that find something. None when no model is asked that
    could cost anything; a replay asks none.
    """
    rounds, objectives = config.budget.rounds, config.planned_ideas
    workflows = objectives * (MAX_WORKFLOWS if "workflows" in settings.refine else 1)
    propose = ProposeObjectives(question=settings.hints.question, data=data, round=1, count=config.budget.ideas)
    plan = PlanWorkflow(objective=_OBJECTIVE, data=data, tools=tuple(tools))
    hypothesise = ProposeHypotheses(objective=_OBJECTIVE, findings=(_FINDING,) * _FINDINGS, count=EACH)
    questions = [
        Questions(propose, rounds, rounds, config.budget.ideas * _OBJECTIVE_TOKENS),
        Questions(plan, objectives, workflows, _STEPS * _STEP_TOKENS),
        Questions(hypothesise, objectives, objectives * ASKED, EACH * _HYPOTHESIS_TOKENS),
    ]
    if "steps" in settings.refine:
        revise = ReviseWorkflow(objective=_OBJECTIVE, data=data, done=(_STEP,) * _STEPS, remaining=(), tools=plan.tools)
        questions.append(Questions(revise, objectives * _STEPS, workflows * MAX_STEPS, _VERDICT_TOKENS))
    if "workflows" in settings.refine:
        answer = AnswerObjective(objective=_OBJECTIVE, done=(_STEP,) * _STEPS, workflows_left=1)
        questions.append(Questions(answer, objectives, workflows, _VERDICT_TOKENS))
    judge = JudgeHypothesis(
        judge=JUDGES[0], statement=_STATEMENT, conditions="", experiment=_STATEMENT, evidence=(_STATEMENT,) * _STEPS,
        measures={}, papers=(), criteria=tuple(settings.rubric),
    )  # fmt: skip
    judged = objectives * EACH * len(JUDGES)
    questions.append(Questions(judge, judged, judged, len(settings.rubric) * _SCORE_TOKENS))
    return reckon(config, questions)
