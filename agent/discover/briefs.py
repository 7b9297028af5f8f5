"""Tools and steps as a request shows them."""

from __future__ import annotations

from collections.abc import Sequence

from agent.discover.context import DiscoverContext
from agent.discover.records import StepRecord
from agent.discover.steps import label_of
from agent.models.discover_answers import DoneStep, ParameterBrief, ToolBrief, as_text
from tools.tool import ToolSpec

_CONTROLS = frozenset({"hold_back", "leave_out", "shuffle_labels", "turn_ratios"})


def tool_briefs(context: DiscoverContext) -> tuple[ToolBrief, ...]:
    """The tools that a planner may choose from: readers have done their work, and controls belong to the harness."""
    return tuple(
        brief_of(tool.spec)
        for name, tool in context.toolbox.tools.items()
        if name not in _CONTROLS and (tool.spec.reads_data or not tool.spec.changes_data)
    )


def brief_of(spec: ToolSpec) -> ToolBrief:
    """A tool, as a request shows it."""
    required = spec.parameters.get("required", ())
    return ToolBrief(
        name=spec.name,
        summary=spec.summary,
        parameters=tuple(
            _parameter(name, part, required=name in required)
            for name, part in spec.parameters.get("properties", {}).items()
        ),
        tables={table.name: table.what for table in spec.tables},
        tests=any(table.tests for table in spec.tables),
        changes_data=spec.changes_data,
        adds=spec.adds,
        reads_data=spec.reads_data,
    )


def _parameter(name: str, part: dict[str, object], *, required: bool) -> ParameterBrief:
    inner = [part, *_parts(part.get("anyOf")), *_parts([part.get("items")])]
    named = next((str(one["names"]) for one in inner if "names" in one), "")
    types = [str(one["type"]) for one in inner if "type" in one and one["type"] != "null"]
    choices = next((one["enum"] for one in inner if "enum" in one), ())
    kind = ("list of " if "array" in types else "") + (named or types[-1] if types or named else "text")
    return ParameterBrief(
        name=name,
        type=kind,
        required=required,
        about=str(part.get("description", "")),
        choices=tuple(map(str, choices)) if isinstance(choices, list | tuple) else (),
    )


def _parts(value: object) -> list[dict[str, object]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def done_steps(rows: Sequence[StepRecord]) -> tuple[DoneStep, ...]:
    """Steps as a request shows them."""
    return tuple(
        DoneStep(
            label=label_of(row),
            tool=row.tool,
            parameters={name: text for name, value in row.parameters.items() if (text := as_text(value))},
            status=row.status,
            summary=row.summary or row.reason,
            facts=row.facts,
            warnings=tuple(row.warnings),
        )
        for row in rows
    )
