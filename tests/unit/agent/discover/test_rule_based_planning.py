"""The rule-based planner: standard analyses, and what it does when a step fails."""

from __future__ import annotations

import pytest

from agent.models.discover_answers import (
    ColumnBrief,
    DataBrief,
    DoneStep,
    ObjectiveDraft,
    ParameterBrief,
    PastObjective,
    StepDraft,
    ToolBrief,
)
from agent.models.discover_requests import PlanWorkflow, ProposeObjectives, ReviseWorkflow
from agent.models.rule_based.discover_objectives import control_of, propose_objectives
from agent.models.rule_based.discover_workflows import plan_workflow, revise_workflow


def tool(name, *parameters):
    made = tuple(ParameterBrief(name=one, type="string", required=False) for one in parameters)
    return ToolBrief(
        name=name, summary=name, parameters=made, tables={}, tests=False, changes_data=False, reads_data=True
    )


TOOLS = (
    tool("select_samples", "column", "values"),
    tool("log_transform", "method"),
    tool("normalise", "method"),
    tool("filter_features", "group", "minimum", "groups"),
    tool("test_presence", "group", "numerator", "denominator"),
    tool(
        "test_differential",
        *("group", "numerator", "denominator", "covariates", "block", "method", "null", "smallest_log2_fc"),
    ),
    tool("test_reference", "group", "numerator", "smallest_log2_fc"),
    tool("test_groups", "group", "covariates"),
    tool("test_survival", "time", "event", "covariates"),
    tool("cluster_cells"),
    tool("aggregate_cells", "sample", "method", "population"),
    tool("plot_volcano", "tests"),
    tool("enrich_ora", "tests", "gene_sets"),
    tool("enrich_camera", "group", "numerator", "denominator", "gene_sets", "covariates"),
    tool("score_kinases", "group", "numerator", "denominator", "windows", "covariates"),
)


def column(name, role, **levels):
    return ColumnBrief(name=name, kind="category" if levels else "number", levels=levels, role=role)


def data(*columns, scale="raw", missing=0.2, features=(), samples=12, measured=300):
    return DataBrief(
        samples=samples,
        features=measured,
        scale=scale,
        missing_share=missing,
        columns=columns,
        feature_columns=features,
    )


TWO = data(column("group", "group", ctrl=6, case=6), column("batch", "covariate", b1=6, b2=6))
ASKED = ObjectiveDraft(
    title="What differs", question="What differs?", aim="two_groups", column="group", numerator="case",
    denominator="ctrl", covariates=("batch",),
)  # fmt: skip


def planned(objective=ASKED, data=TWO, files=(), tools=TOOLS):
    return plan_workflow(PlanWorkflow(objective=objective, data=data, tools=tools, files=files)).steps


def given(step):
    return {one.name: one.value for one in step.parameters}


def objectives(data, round_=1, history=(), count=4):
    request = ProposeObjectives(question="", data=data, round=round_, count=count, history=history)
    return propose_objectives(request).objectives


def test_two_groups_of_raw_intensities():
    steps = planned()
    assert [one.tool for one in steps] == [
        "log_transform", "normalise", "test_presence", "filter_features", "test_differential", "plot_volcano",
    ]  # fmt: skip
    assert given(steps[4]) == {
        "group": "group", "numerator": "case", "denominator": "ctrl", "covariates": "batch", "smallest_log2_fc": "0.585"
    }  # fmt: skip
    assert given(steps[5]) == {"tests": "s5.differential"}


def many(features=("gene", "peptides"), size=6, measured=900):
    groups = column("group", "group", ctrl=size, case=size)
    return data(groups, features=features, measured=measured, samples=2 * size)


def test_few_samples_of_many_proteins_are_tested_against_their_bulk_after_filtering():
    steps = planned(data=many())
    assert [one.tool for one in steps[:5]] == [
        "log_transform", "test_presence", "filter_features", "normalise", "test_differential",
    ]  # fmt: skip
    assert (given(steps[4])["method"], given(steps[4])["null"]) == ("deqms", "empirical")
    uncounted = next(one for one in planned(data=many(("gene",))) if one.tool == "test_differential")
    assert (given(uncounted).get("method"), given(uncounted)["null"]) == (None, "empirical")


@pytest.mark.parametrize(
    "other",
    [
        many(size=8),
        many(measured=300),
        many(("gene", "peptides", "position")),
        many(("window",)),
        data(column("group", "group", ctrl=6, case=6), column("sample", "cells of", s1=6, s2=6), measured=900),
    ],
)
def test_many_samples_panels_sites_and_cells_are_not(other):
    (step,) = (one for one in planned(data=other) if one.tool == "test_differential")
    assert not {"method", "null"} & set(given(step))


def test_ratios_need_no_logarithm_and_complete_data_no_presence():
    tools = [one.tool for one in planned(data=TWO.model_copy(update={"scale": "ratio", "missing_share": 0.0}))]
    assert tools == ["filter_features", "test_differential", "plot_volcano"]


def test_gene_sets_and_sites_are_used_where_they_are():
    steps = planned(data=TWO.model_copy(update={"feature_columns": ("window",)}), files=("gene_sets", "notes"))
    assert [one.tool for one in steps[-2:]] == ["enrich_camera", "score_kinases"]
    contrast = {"group": "group", "numerator": "case", "denominator": "ctrl", "covariates": "batch"}
    assert given(steps[-2]) == {**contrast, "gene_sets": "gene_sets"}
    assert given(steps[-1]) == {**contrast, "windows": "window"}


def test_without_the_samples_gene_sets_are_looked_for_in_the_table():
    tools = tuple(one for one in TOOLS if one.name != "enrich_camera")
    (step,) = (one for one in planned(files=("gene_sets",), tools=tools) if one.tool == "enrich_ora")
    assert given(step) == {"tests": "s5.differential", "gene_sets": "gene_sets"}


def test_cells_are_put_together_before_they_are_compared():
    cells = data(column("group", "group", a=600, b=600), column("sample_id", "cells of", s1=600, s2=600), missing=0.0)
    steps = planned(data=cells)
    assert [one.tool for one in steps][:3] == ["log_transform", "cluster_cells", "aggregate_cells"]
    assert given(steps[2]) == {"sample": "sample_id", "population": "cluster"}
    simpler = tuple(one for one in TOOLS if one.name != "cluster_cells")
    assert given(planned(data=cells, tools=simpler)[1]) == {"sample": "sample_id"}


def test_cells_that_cannot_be_put_together_are_not_compared():
    remaining = (StepDraft.of("test_differential", group="group"),)
    request = ReviseWorkflow(
        objective=ASKED, data=TWO, done=(failed("s1", "aggregate_cells"),), remaining=remaining, tools=TOOLS
    )
    assert revise_workflow(request).action == "stop"


def test_tools_that_there_are_not_and_parameters_that_a_tool_lacks_are_left_out():
    few = (tool("test_differential", "group", "numerator", "denominator"),)
    (step,) = planned(tools=few)
    assert set(given(step)) == {"group", "numerator", "denominator"}


TREATED = data(
    column("group", "group", drug=4, both=4), scale="ratio", missing=0.0, features=("window",), samples=8
).model_copy(update={"reference": "basal"})  # fmt: skip


def test_what_ratios_are_to_is_asked_about_first_and_only_where_it_is_named():
    first = objectives(TREATED)[:2]
    assert [(one.aim, one.numerator, one.denominator) for one in first] == [
        ("against_reference", "drug", "basal"), ("against_reference", "both", "basal"),
    ]  # fmt: skip
    pool = TREATED.model_copy(update={"reference": ""})
    assert {one.aim for one in objectives(pool)} == {"two_groups"}


def test_a_group_is_held_against_its_reference_alone():
    steps = planned(objectives(TREATED)[0], TREATED)
    assert [one.tool for one in steps] == ["select_samples", "filter_features", "test_reference", "score_kinases"]
    assert given(steps[0]) == {"column": "group", "values": "drug"}
    assert given(steps[2]) == {"group": "group", "numerator": "drug", "smallest_log2_fc": "0.585"}
    assert given(steps[3]) == {"group": "group", "numerator": "drug", "windows": "window"}


@pytest.mark.parametrize(
    "aim", ["several_groups", "trend", "time_course", "survival", "interaction", "panel", "modules"]
)
def test_every_aim_has_a_plan(aim):
    assert planned(ASKED.model_copy(update={"aim": aim, "event": "batch"}))


def failed(label, tool, **parameters):
    return DoneStep(
        label=label, tool=tool, parameters=parameters, status="not applicable", summary="no", facts={}, warnings=()
    )


def test_after_a_failed_test_the_plainer_one_takes_its_place_and_its_tables():
    done = (failed("s1", "test_differential", group="group", covariates="batch"),)
    remaining = (
        StepDraft.of("plot_volcano", tests="s1.differential"),
        StepDraft.of("enrich_ora", tests="s1.differential"),
    )
    request = ReviseWorkflow(objective=ASKED, data=TWO, done=done, remaining=remaining, tools=TOOLS)
    revision = revise_workflow(request)
    assert [one.tool for one in revision.steps] == ["test_differential", "plot_volcano", "enrich_ora"]
    assert given(revision.steps[0]) == {"group": "group"}
    assert {given(one)["tests"] for one in revision.steps[1:]} == {"s2.differential"}


def test_what_a_test_refused_is_given_up_one_by_one():
    parameters = given(next(one for one in planned(data=many()) if one.tool == "test_differential"))
    tried = [parameters]
    while {"method", "null"} & set(parameters):
        request = ReviseWorkflow(
            objective=ASKED,
            data=TWO,
            done=(failed("s1", "test_differential", **parameters),),
            remaining=(),
            tools=TOOLS,
        )
        parameters = given(revise_workflow(request).steps[0])
        tried.append(parameters)
    assert [(one.get("method"), one.get("null")) for one in tried] == [
        ("deqms", "empirical"), (None, "empirical"), (None, None),
    ]  # fmt: skip
    assert all(one["covariates"] == "batch" for one in tried)


def test_steps_that_wait_for_what_never_came_are_left_out_and_the_others_renumbered():
    done = (failed("s1", "enrich_ora"),)
    remaining = (
        StepDraft.of("plot_volcano", tests="s1.enrichment"),
        StepDraft.of("test_groups", group="group"),
        StepDraft.of("plot_volcano", tests="s3.groups"),
    )
    request = ReviseWorkflow(objective=ASKED, data=TWO, done=done, remaining=remaining, tools=TOOLS)
    revision = revise_workflow(request)
    assert [one.tool for one in revision.steps] == ["test_groups", "plot_volcano"]
    assert given(revision.steps[1]) == {"tests": "s2.groups"}


def test_the_design_says_what_is_asked():
    clinic = data(
        column("days", "time"), column("event", "event", yes=5, no=7), column("group", "group", ctrl=4, mild=4, bad=4)
    )
    assert [one.aim for one in objectives(clinic)] == ["survival", "several_groups", "two_groups", "two_groups"]
    assert [(one.numerator, one.denominator) for one in objectives(clinic)[2:]] == [("mild", "ctrl"), ("bad", "ctrl")]


LOPSIDED = data(
    column("grade", "group", Normal=101, Low=3), column("age", "number"), column("sex", "group", m=52, f=52),
    samples=104,
)  # fmt: skip


def test_comparing_a_few_samples_with_many_comes_last_and_says_so():
    asked = objectives(LOPSIDED)
    assert [(one.aim, one.column) for one in asked] == [
        ("two_groups", "sex"),
        ("trend", "age"),
        ("two_groups", "grade"),
    ]
    assert asked[-1].why.endswith("asked late, since only 3 samples are grade Low, against 101")
    assert not any("late" in one.why for one in asked[:-1])


@pytest.mark.parametrize(
    ("one", "other", "late"), [(3, 3, False), (4, 15, False), (4, 16, True), (5, 95, False), (9, 191, True)]
)
def test_few_samples_are_too_few_only_beside_many(one, other, late):
    (asked,) = objectives(data(column("grade", "group", Low=one, Normal=other)))
    assert ("asked late" in asked.why) == late


def test_later_rounds_build_on_answers_and_repeat_nothing():
    first = objectives(TWO)
    past = PastObjective(id="o1-1", objective=first[0], status="answered", reason="", found=("x (accepted)",))
    second = objectives(TWO, round_=2, history=(past,))
    assert all(one.column != first[0].column or one.within_column or one.aim != "two_groups" for one in second)
    assert all("o1-1" in one.builds_on for one in second)


def test_batches_and_persons_are_adjusted_for_as_far_as_the_samples_allow():
    nested = data(
        column("group", "group", a=12, b=12), column("batch", "covariate", x=12, y=12),
        column("plex", "covariate", p=8, q=8, r=8), column("age", "covariate"), samples=24,
    )  # fmt: skip
    assert objectives(nested)[0].covariates == ("age", "batch")


@pytest.mark.parametrize(
    ("levels", "control"),
    [
        ({"case": 9, "ctrl": 3}, "ctrl"),
        ({"HeLa": 30, "positive_control": 3}, "HeLa"),
        ({"b": 5, "a": 5}, "a"),
        ({"1.0": 78, "0.0": 25}, "0.0"),
    ],
)
def test_what_others_are_compared_with(levels, control):
    assert control_of(levels) == control


@pytest.mark.parametrize(("lacking", "covariates"), [(2, ("site",)), (5, ())])
def test_a_few_samples_without_a_site_do_not_keep_it_from_being_adjusted_for(lacking, covariates):
    site = ColumnBrief(name="site", kind="category", levels={"x": 12, "y": 10}, missing=lacking, role="covariate")
    assert objectives(data(column("group", "group", a=12, b=12), site, samples=24))[0].covariates == covariates
