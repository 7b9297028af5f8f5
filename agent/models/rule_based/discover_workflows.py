"""Workflows by rules: the standard analysis for each aim, from the data's state and the tools that there are."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.models.discover_answers import (
    DataBrief,
    ObjectiveDraft,
    ObjectiveVerdict,
    Revision,
    StepDraft,
    ToolBrief,
    Value,
    WorkflowPlan,
)
from agent.models.discover_requests import AnswerObjective, PlanWorkflow, ReviseWorkflow

SMALL_GROUP = 8
"""Samples a group below which an effect must be large to be believed: suppression and interference alone move proteins
a little (PROTEOMICS: 21 to 79 % false discoveries on a spike-in set with q alone)."""
LARGE_EFFECT, SMALL_EFFECT = 0.585, 0.263
"""log2 of 1.5 and of 1.2."""
_SETS = re.compile(r"set|gmt|pathway|go_|complex|reactome|hallmark", re.IGNORECASE)
_EDGES = re.compile(r"ppi|network|edge|interact", re.IGNORECASE)
_WINDOW = re.compile(r"window|flank", re.IGNORECASE)
_ANSWERING = ("test_", "build_panel", "find_")
_ADJUSTING = ("covariates", "block")
_BY_BULK, _BY_PEPTIDES = {"null": "empirical"}, {"method": "deqms"}
_PEPTIDES = "peptides"
_SITES = frozenset({"window", "position"})
"""Columns of features that are sites: a treatment moves many of them."""
_BULK = 400
"""Features whose bulk says what no change looks like: the test needs 200, and filtering can take half."""
_ENOUGH_FOR_FISHER = 4
"""Samples a group from which Fisher's exact test can reach p < 0.05 at all."""
_MISSING = 0.02
"""Share of missing values from which presence and absence are worth a test of their own."""


class _Plan:
    """Steps so far. What no tool can do is left out, and so are parameters that a tool has not."""

    def __init__(self, tools: tuple[ToolBrief, ...]) -> None:
        self.steps: list[StepDraft] = []
        self._tools = {tool.name: tool for tool in tools}

    def add(self, name: str, purpose: str, **parameters: object) -> str:
        """Add a step; returns its label, empty when there is no such tool."""
        if name not in self._tools:
            return ""
        known = {one.name for one in self._tools[name].parameters}
        given = {key: value for key, value in parameters.items() if key in known and value not in ("", None, ())}
        self.steps.append(StepDraft.of(name, purpose, **given))
        return f"s{len(self.steps)}"


def plan_workflow(request: PlanWorkflow) -> WorkflowPlan:
    """The standard workflow of the objective's aim; after one that did not answer, a plainer one."""
    plan = _Plan(request.tools)
    plainer = bool(request.earlier)
    _prepare(plan, request.objective, request.data, plainer=plainer)
    _TESTS[request.objective.aim](plan, request, plainer)
    return WorkflowPlan(steps=tuple(plan.steps))


def _prepare(plan: _Plan, asked: ObjectiveDraft, data: DataBrief, *, plainer: bool) -> None:
    """From the data as read to data that a test can take. Normalisation comes before filtering: on a three-species
    benchmark that order has a fifth of the false discoveries of the other one. A test against the bulk takes a common
    shift out itself, and finds more after filtering, since the median is then one of the same features throughout."""
    if asked.within_level:
        plan.add(
            "select_samples", "only these are asked about", column=asked.within_column, values=(asked.within_level,)
        )
    for cells in data.with_role("cells of")[:1]:
        plan.add("log_transform", "counts of cells", method="arcsinh")
        populations = not plainer and bool(plan.add("cluster_cells", "a stimulus acts on some kinds of cells only"))
        within = {"population": "cluster"} if populations else {}
        plan.add("aggregate_cells", "cells of a sample are no replicates", sample=cells.name, **within)
    column = data.column(asked.column)
    if asked.aim == "against_reference":
        plan.add("select_samples", "the group that is held against it", column=asked.column, values=(asked.numerator,))
    if asked.aim in {"two_groups", "panel"} and column is not None and len(column.levels) > 2:
        both = (asked.numerator, asked.denominator)
        plan.add("select_samples", "the two groups that are compared", column=asked.column, values=both)
    if data.scale == "raw" and not data.with_role("cells of"):
        plan.add("log_transform", "so that differences are ratios")
    bulk = not plainer and _bulk_is_unchanged(asked, data)
    if not bulk:
        _normalise(plan, data)
    if asked.aim == "two_groups" and data.missing_share > _MISSING:
        method = "fisher" if _smallest_group(asked, data) >= _ENOUGH_FOR_FISHER else "abundance"
        _two(plan, "test_presence", "found in one group and not in the other", asked, method=method)
    by_group = column is not None and column.kind == "category" and not plainer and asked.aim != "against_reference"
    group = {"group": asked.column, "groups": "all" if asked.aim != "several_groups" else "one"} if by_group else {}
    plan.add("filter_features", "what was hardly measured cannot be tested", minimum=2 if by_group else 3, **group)
    if bulk:
        _normalise(plan, data)


def _normalise(plan: _Plan, data: DataBrief) -> None:
    if data.scale != "ratio" and not data.with_role("cells of"):
        plan.add("normalise", "samples differ in how much was measured", method="median")


def _two(plan: _Plan, tool: str, purpose: str, asked: ObjectiveDraft, **more: object) -> str:
    contrast = {"group": asked.column, "numerator": asked.numerator, "denominator": asked.denominator}
    return plan.add(tool, purpose, **contrast, **more)


def _test_two_groups(plan: _Plan, request: PlanWorkflow, plainer: bool) -> None:  # noqa: FBT001
    asked = request.objective
    adjust: dict[str, object] = {} if plainer else {"covariates": asked.covariates, "block": asked.pairs}
    cut = _smallest_effect(request)
    known: dict[str, str] = {} if plainer else _assumptions(asked, request.data)
    tests = _two(plan, "test_differential", "which features differ", asked, **adjust, **known, smallest_log2_fc=cut)
    if tests:
        plan.add("plot_volcano", "effect against evidence", tests=f"{tests}.differential")
        plan.add("plot_heatmap", "the strongest in all samples", tests=f"{tests}.differential", group=asked.column)
        _interpret(plan, request, f"{tests}.differential", adjust)


def _assumptions(asked: ObjectiveDraft, data: DataBrief) -> dict[str, str]:
    """What a test of few samples can take from the features together: how far those lie that do not change, and how
    much those of as many peptides scatter."""
    if not _bulk_is_unchanged(asked, data):
        return {}
    return _BY_BULK | (_BY_PEPTIDES if _PEPTIDES in data.feature_columns else {})


def _bulk_is_unchanged(asked: ObjectiveDraft, data: DataBrief) -> bool:
    """Whether most features can be taken for unchanged, and few samples make that worth it: never of sites, cells or a
    targeted panel."""
    few = asked.aim == "two_groups" and 0 < _smallest_group(asked, data) < SMALL_GROUP
    return few and data.features >= _BULK and not _SITES & set(data.feature_columns)


def _test_against_reference(plan: _Plan, request: PlanWorkflow, plainer: bool) -> None:  # noqa: FBT001, ARG001
    asked = request.objective
    level = {"group": asked.column, "numerator": asked.numerator}
    plan.add("test_reference", "which features differ from it", **level, smallest_log2_fc=_smallest_effect(request))
    for name in (one for one in request.files if _SETS.search(one)):
        plan.add("enrich_camera", "what they have in common", **level, gene_sets=name)
    for name in (one for one in request.data.feature_columns if _WINDOW.search(one)):
        plan.add("score_kinases", "which kinases could have made the sites", **level, windows=name)


def _smallest_effect(request: PlanWorkflow) -> float:
    return LARGE_EFFECT if _smallest_group(request.objective, request.data) < SMALL_GROUP else SMALL_EFFECT


def _smallest_group(asked: ObjectiveDraft, data: DataBrief) -> int:
    """Samples of the smaller of the two groups; 0 for cells, where it is not known before they are put together."""
    column = None if data.with_role("cells of") else data.column(asked.column)
    return min(column.levels.get(name, 0) for name in (asked.numerator, asked.denominator)) if column else 0


def _interpret(plan: _Plan, request: PlanWorkflow, tests: str, adjust: dict[str, object]) -> None:
    """What the features that differ have in common: sets, kinases. A test that knows how features vary together is
    taken before one that sees a table only."""
    asked = request.objective
    for name in (one for one in request.files if _SETS.search(one)):
        if not _two(plan, "enrich_camera", "what they have in common", asked, **adjust, gene_sets=name):
            plan.add("enrich_ora", "what they have in common", tests=tests, gene_sets=name)
    for name in (one for one in request.data.feature_columns if _WINDOW.search(one)):
        _two(plan, "score_kinases", "which kinases could have made the sites", asked, **adjust, windows=name)


def _test_several(plan: _Plan, request: PlanWorkflow, plainer: bool) -> None:  # noqa: FBT001
    asked = request.objective
    adjust = {} if plainer else {"covariates": asked.covariates, "block": asked.pairs}
    plan.add("test_groups", "which features differ between any groups", group=asked.column, **adjust)


def _test_trend(plan: _Plan, request: PlanWorkflow, plainer: bool) -> None:  # noqa: FBT001
    asked = request.objective
    adjust = {} if plainer else {"covariates": asked.covariates}
    plan.add("test_trend", "which features rise or fall with it", variable=asked.column, **adjust)


def _test_time_course(plan: _Plan, request: PlanWorkflow, plainer: bool) -> None:  # noqa: FBT001
    asked = request.objective
    adjust = {} if plainer else {"covariates": asked.covariates}
    if not plan.add("test_time_course", "which features change over time", time=asked.column, **adjust):
        _test_trend(plan, request, plainer)


def _test_survival(plan: _Plan, request: PlanWorkflow, plainer: bool) -> None:  # noqa: FBT001
    asked = request.objective
    adjust = {} if plainer else {"covariates": asked.covariates}
    plan.add("test_survival", "which features go with the time", time=asked.column, event=asked.event, **adjust)


def _test_interaction(plan: _Plan, request: PlanWorkflow, plainer: bool) -> None:  # noqa: FBT001
    asked = request.objective
    adjust: dict[str, object] = {} if plainer else {"covariates": asked.covariates, "block": asked.pairs}
    _two(plan, "test_interaction", "does the difference depend on it", asked, **adjust, modifier=asked.within_column)


def _build_panel(plan: _Plan, request: PlanWorkflow, plainer: bool) -> None:  # noqa: FBT001, ARG001
    asked = request.objective
    _two(plan, "build_panel", "do a few features tell the groups apart", asked)


def _find_modules(plan: _Plan, request: PlanWorkflow, plainer: bool) -> None:  # noqa: FBT001
    plan.add("find_modules", "which features go together", trait=request.objective.column)
    if plainer:
        _test_several(plan, request, plainer)


_TESTS: dict[str, Callable[[_Plan, PlanWorkflow, bool], None]] = {
    "two_groups": _test_two_groups,
    "against_reference": _test_against_reference,
    "several_groups": _test_several,
    "trend": _test_trend,
    "time_course": _test_time_course,
    "survival": _test_survival,
    "interaction": _test_interaction,
    "panel": _build_panel,
    "modules": _find_modules,
}


def revise_workflow(request: ReviseWorkflow) -> Revision:
    """Keep the plan while steps go well. What a failed step would have given is not waited for: steps that name its
    tables go; a failed test is tried again without what asks most of the data: peptide counts, the bulk of the features
    as its null, covariates and pairs."""
    last, number = request.done[-1], len(request.done)
    if last.status == "ok":
        return Revision(action="keep", reason="the step went well")
    reason = f"{last.tool} gave nothing: {last.summary}"[:560]
    if last.tool == "aggregate_cells":
        return Revision(action="stop", reason=f"{reason}; cells of a sample are no replicates"[:600])
    planned = list(enumerate(request.remaining, start=number + 1))
    if last.tool.startswith("test_") and (much := _asking_much(last.parameters)):
        again = _without(much, last.tool, last.parameters)
        reason = f"{reason}; tried without {' and '.join(much)}"
        return Revision(action="change", steps=_renumbered([(number, again), *planned], number + 1), reason=reason)
    left = [(old, step) for old, step in planned if not _names_table_of(step, last.label)]
    if len(left) < len(planned):
        return Revision(action="change" if left else "stop", steps=_renumbered(left, number + 1), reason=reason)
    return Revision(action="keep", reason=reason)


def _renumbered(steps: list[tuple[int, StepDraft]], start: int) -> tuple[StepDraft, ...]:
    """Steps that stood at other numbers, with the tables that they name under their new ones."""
    new = {f"s{old}": f"s{place}" for place, (old, _) in enumerate(steps, start)}
    return tuple(
        step.model_copy(update={"parameters": tuple(map(_renamer(new), step.parameters))}) for _, step in steps
    )


def _renamer(new: dict[str, str]) -> Callable[[Value], Value]:
    def rename(one: Value) -> Value:
        label, dot, table = one.value.partition(".")
        return Value(name=one.name, value=f"{new.get(label, label)}{dot}{table}")

    return rename


def _names_table_of(step: StepDraft, label: str) -> bool:
    return any(one.value.startswith(f"{label}.") for one in step.parameters)


def _asking_much(parameters: dict[str, str]) -> tuple[str, ...]:
    """The parameters by which a test asks most of the data, of those that it has."""
    if parameters.get("method") == _BY_PEPTIDES["method"]:
        return ("method",)
    if parameters.get("null") == _BY_BULK["null"]:
        return ("null",)
    return tuple(name for name in _ADJUSTING if parameters.get(name))


def _without(names: tuple[str, ...], tool: str, parameters: dict[str, str]) -> StepDraft:
    """The same test without these."""
    kept = {name: value for name, value in parameters.items() if name not in names}
    return StepDraft.of(tool, f"without {' and '.join(names)}", **kept)


def answer_objective(request: AnswerObjective) -> ObjectiveVerdict:
    """Answered once a test has run; a plainer workflow when none has, as long as one may be tried."""
    tests = [one for one in request.done if one.status == "ok" and one.tool.startswith(_ANSWERING)]
    if tests:
        return ObjectiveVerdict(status="answered", reason=tests[-1].summary[:600] or "the test ran")
    failed = next((one for one in reversed(request.done) if one.status != "ok"), None)
    why = f"{failed.tool}: {failed.summary}" if failed else "no step tested anything"
    return ObjectiveVerdict(status="another" if request.workflows_left > 0 else "dead", reason=why[:600])
