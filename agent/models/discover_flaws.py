"""What is wrong with an answer to a question of a discovery, in words for a model."""

from __future__ import annotations

from agent.models.discover_answers import ColumnBrief, DataBrief, ObjectiveDraft, StepDraft, ToolBrief


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
