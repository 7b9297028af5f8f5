"""What small language models get wrong: parameters as text, levels that there are not, quotations made up."""

from __future__ import annotations

import pytest

from agent.discover.judging import mean_score, quoted
from agent.discover.records import JudgementRecord
from agent.discover.steps import parameters_of
from agent.models.discover_answers import (
    JUDGES,
    ColumnBrief,
    CriterionScore,
    DataBrief,
    ObjectiveDraft,
    ParameterBrief,
    StepDraft,
    ToolBrief,
    WorkflowPlan,
)
from agent.models.discover_flaws import flaw_of_objective
from agent.models.discover_requests import JudgeHypothesis, PlanWorkflow
from agent.models.rule_based.discover_judging import judge_hypothesis
from tools.tool import SampleColumnName, tool


@tool()
def compare(
    data,
    group: SampleColumnName,
    covariates: tuple[SampleColumnName, ...] = (),
    block: SampleColumnName | None = None,
    cut: float = 0.5,
    keep: bool = True,
):
    """Compare."""


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ({"group": "diagnosis"}, {"group": "diagnosis"}),
        ({"group": "g", "covariates": "site, age"}, {"group": "g", "covariates": ["site", "age"]}),
        ({"group": "g", "covariates": "[site]"}, {"group": "g", "covariates": ["site"]}),
        ({"group": "g", "covariates": "", "block": "none", "cut": ""}, {"group": "g"}),
    ],
)
def test_parameters_come_as_text(text, value):
    step = StepDraft.of("compare", **text)
    assert parameters_of(compare.spec, step.parameters) == value
    typed = compare.parameters.model_validate(parameters_of(compare.spec, step.parameters))
    assert typed.model_dump(exclude_unset=True).keys() == value.keys()


def test_what_python_has_comes_back():
    step = StepDraft.of("compare", group="g", covariates=("a", "b"), cut=0.25, keep=False)
    typed = compare.parameters.model_validate(parameters_of(compare.spec, step.parameters))
    assert typed.model_dump() == {"group": "g", "covariates": ("a", "b"), "block": None, "cut": 0.25, "keep": False}


DATA = DataBrief(
    samples=12,
    features=90,
    scale="log2",
    missing_share=0.0,
    columns=(ColumnBrief(name="group", kind="category", levels={"case": 6, "ctrl": 6}, role="group"),),
    feature_columns=(),
)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"column": "grop"}, "no column `grop`; it has group"),
        ({"numerator": "cases"}, "no level `cases`; `group` has case, ctrl"),
        ({"numerator": "ctrl"}, "are the same"),
        ({"column": ""}, "`column` is empty"),
        ({"covariates": ("site",)}, "no column `site`"),
        ({"aim": "survival"}, "survival needs `event`"),
        ({"aim": "against_reference"}, "what the values are ratios to"),
    ],
)
def test_an_objective_that_cannot_be_pursued_says_why(wrong, says):
    fields = {
        "title": "What differs", "question": "What differs?", "aim": "two_groups", "column": "group",
        "numerator": "case", "denominator": "ctrl",
    }  # fmt: skip
    assert flaw_of_objective(ObjectiveDraft(**fields), DATA) == ""
    assert says in flaw_of_objective(ObjectiveDraft(**{**fields, **wrong}), DATA)


def test_a_quotation_that_does_not_stand_there_is_not_shown():
    shown = ("For: MAPT is higher (q 3e-07).", "MAPT survives 5 of 6 other choices.")
    score = CriterionScore(criterion="novelty", score=3, quote="“MAPT  survives 5 of 6”")
    assert quoted(score, shown) == "MAPT survives 5 of 6"
    assert quoted(score.model_copy(update={"quote": "MAPT survives 6 of 6"}), shown) == ""


def question(judge="statistician", **measures):
    return JudgeHypothesis(
        judge=judge,
        statement="MAPT is higher.",
        conditions="",
        experiment="ELISA",
        evidence=("For: MAPT is higher.",),
        measures={"experiment": 1.0, "entities": 1.0, **measures},
        papers=(),
        criteria=("data support", "logical coherence", "agreement with literature", "novelty", "testability", "taste"),
    )


def scores(request):
    return {one.criterion: one.score for one in judge_hypothesis(request).scores}


@pytest.mark.parametrize("judge", JUDGES)
def test_every_judge_scores_every_criterion_higher_for_stronger_evidence(judge):
    strong = scores(question(judge, q_run=1e-9, luck=0.0, robust=1.0, confirmed=1.0))
    weak = scores(question(judge, q_run=0.04, luck=0.4, robust=0.5, confirmed=0.0, against=1.0))
    assert set(strong) == set(question().criteria)
    assert strong["data support"] > weak["data support"]
    assert strong["logical coherence"] > weak["logical coherence"]


def test_what_a_paper_says_already_is_less_novel_and_agrees_more():
    unknown, known = scores(question()), scores(question(agrees=1.0))
    assert known["novelty"] < unknown["novelty"]
    assert known["agreement with literature"] > unknown["agreement with literature"]


def test_the_rubric_weighs_criteria_and_not_how_many_judges_there_are():
    def row(judge, criterion, score):
        return JudgementRecord(judge=judge, criterion=criterion, score=score)

    rows = [row("a", "novelty", 1), row("b", "novelty", 3), row("a", "data support", 5)]
    assert mean_score(rows, {"novelty": 1.0, "data support": 1.0}) == pytest.approx(3.5)
    assert mean_score(rows, {"novelty": 1.0, "data support": 3.0}) == pytest.approx(4.25)
    assert mean_score(rows, {"novelty": 0.0, "data support": 1.0}) == pytest.approx(5)
    assert mean_score([], {"novelty": 1.0}) == 0


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ((StepDraft.of("compare", group="group"),), ""),
        ((StepDraft.of("compare", group="cluster"),), ""),
        ((StepDraft.of("compare", group="ctrl"),), "give `group` a column, such as `group`, not its level `ctrl`"),
        ((StepDraft.of("compare", group="group"), StepDraft.of("guess")), "there is no tool `guess`"),
        ((StepDraft.of("compare", groups="group"),), "`compare` has no parameter `groups`; it takes group"),
        ((StepDraft.of("log_transform"),), "no step tests anything; these tools do: compare"),
        ((), "`steps` is empty"),
    ],
)
def test_a_plan_that_cannot_answer_is_shown_back_before_anything_runs(steps, says):
    group = ParameterBrief(name="group", type="sample column", required=True)
    brief = {"summary": "", "tables": {}, "changes_data": False, "reads_data": True}
    request = PlanWorkflow(
        objective=ObjectiveDraft(title="Disease", question="What differs?", aim="two_groups", column="group"),
        data=DATA,
        tools=(
            ToolBrief(name="compare", parameters=(group,), tests=True, **brief),
            ToolBrief(name="log_transform", parameters=(), tests=False, **brief),
        ),
    )
    assert says in (flaw := request.flaw_of(WorkflowPlan(steps=steps)))
    assert bool(says) == bool(flaw)
