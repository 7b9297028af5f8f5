"""Calling tools in the sandbox, with everything that they need and that must be kept of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from agent.discover.context import DiscoverContext
from agent.discover.records import StepRecord
from agent.experiment import job_id, run_in_sandbox
from agent.models.discover_answers import StepDraft, Value
from agent.tool_calls import place_of
from sandboxes.sandbox import Job, Limits, Outcome
from tools.calls import DATA, Call, Returned, collect, prepare_chain
from tools.data import DataState
from tools.errors import NotApplicable, ToolFailed, ToolUnknown
from tools.sources import source_of
from tools.tool import Tool, ToolSpec, references

_WALL_S = {"seconds": 300.0, "minutes": 1800.0, "hours": 14400.0}
_MEMORY_MB, _OUTPUT_MB = 8192, 1024
_LOG = 4000
"""Characters of a failed tool's log that its reason and whoever plans are shown the end of."""


class PlannedStep(BaseModel):
    """A step with its name within the workflow, by which its tables are referred to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str
    draft: StepDraft


@dataclass(frozen=True)
class Standing:
    """What a step finds: the data and the tables of the steps before it."""

    state: DataState | None = None
    data: str = ""
    """The job whose data it is."""
    tables: Mapping[str, str] = field(default_factory=dict)
    """`label.table` → artefact."""

    def after(self, row: StepRecord) -> Standing:
        """What the next step finds."""
        if row.status != "ok":
            return self
        label = label_of(row)
        tables = {**self.tables, **{f"{label}.{name}": digest for name, digest in row.tables.items()}}
        return Standing(state=None if row.state is None else state_of(row), data=row.data, tables=tables)


class Place(NamedTuple):
    """Where a step belongs."""

    workflow: str
    variant: str = ""

    def id(self, label: str) -> str:
        """The id of a step here."""
        return f"{self.workflow}-{label}" + (f"@{self.variant}" if self.variant else "")


def label_of(row: StepRecord) -> str:
    """The step's name within its workflow."""
    return row.id.partition("@")[0].removeprefix(f"{row.workflow_id}-")


def state_of(row: StepRecord) -> DataState:
    """What the data was like after a step."""
    return DataState.model_validate(row.state)


def standing_after(rows: Sequence[StepRecord], start: Standing) -> Standing:
    """What the step after these finds."""
    for row in rows:
        start = start.after(row)
    return start


async def run_step(
    context: DiscoverContext, place: Place, number: int, step: PlannedStep, standing: Standing
) -> StepRecord:
    """Run a step, or collect it when it ran already; what came of it is kept. A failure is a status, never raised.

    Raises:
        SandboxUnavailable, JobRejected: see `sandboxes.sandbox.Sandbox.run`.
    """
    return (await _run_chain(context, place, number, (step,), standing))[0]


async def run_steps(
    context: DiscoverContext, place: Place, first: int, steps: Sequence[PlannedStep], standing: Standing
) -> AsyncIterator[StepRecord]:
    """As `run_step` for each of these steps, for when nobody decides anything in between: in as few programs as
    possible. A step that fails costs itself only: those after it are another program.

    Args:
        context: the run.
        place: where the steps belong.
        first: number of the first of them.
        steps: what to run.
        standing: what the first of them finds.
    """
    while steps:
        rows = await _run_chain(context, place, first, steps, standing)
        for row in rows:
            yield row
        first, steps, standing = first + len(rows), steps[len(rows) :], standing_after(rows, standing)


async def _run_chain(
    context: DiscoverContext, place: Place, first: int, steps: Sequence[PlannedStep], standing: Standing
) -> list[StepRecord]:
    """Run the first of these steps, and with it those that can be the same program, up to one that fails."""
    try:
        calls = _calls(context, steps, standing)
    except (NotApplicable, ToolUnknown) as error:
        row = _row(place, first, steps[0], standing)
        row.status, row.reason = "not applicable", str(error)
        rows = [row]
    else:
        job = await asyncio.to_thread(_job, context, place, calls, standing)
        outcome = await run_in_sandbox(context, job, place_of(calls[0].tool.spec, lambda: context.sandbox))
        rows = []
        for number, call in enumerate(calls):
            row = _row(place, first + number, steps[number], standing)
            _fill(context, row, call, outcome, number)
            rows.append(row)
            standing = standing.after(row)
            if row.status != "ok":
                break
    for row in rows:
        context.run.save(row)
        _tell(context, row)
    return rows


def _calls(context: DiscoverContext, steps: Sequence[PlannedStep], standing: Standing) -> list[Call]:
    """The first steps as calls, as many as can be one program: tools of one source, in one place.

    Raises:
        NotApplicable, ToolUnknown: by what is wrong with the first; a later one has its turn as the first.
    """
    tool = context.toolbox.get(steps[0].draft.tool)
    values = parameters_of(tool.spec, steps[0].draft.parameters)
    checked = tool.check(values, standing.state, frozenset(context.files), frozenset(standing.tables))
    calls = [Call(steps[0].label, tool, checked.model_dump(mode="json"))]
    for step in steps[1:]:
        other = context.toolbox.tools.get(step.draft.tool)
        if other is None or _needs(other) != _needs(tool):
            break
        try:
            typed = other.typed(parameters_of(other.spec, step.draft.parameters))
        except NotApplicable:
            break
        calls.append(Call(step.label, other, typed.model_dump(mode="json")))
    return calls


def _needs(tool: Tool) -> tuple[str, str, bool]:
    """What tools share that can be one program."""
    return source_of(tool).hash, tool.spec.image, tool.spec.server is None


def _row(place: Place, number: int, step: PlannedStep, standing: Standing) -> StepRecord:
    return StepRecord(
        id=place.id(step.label),
        workflow_id=place.workflow,
        number=number,
        variant=place.variant,
        tool=step.draft.tool,
        parameters={one.name: one.value for one in step.draft.parameters},
        purpose=step.draft.purpose,
        status="ok",
        warnings=[],  # a step that is refused has none, and the column's default comes with the database only
        state=None if standing.state is None else standing.state.model_dump(mode="json"),
        data=standing.data,
    )


def _fill(context: DiscoverContext, row: StepRecord, call: Call, outcome: Outcome, place: int) -> None:
    """What came of a call, when the program that made it has ended."""
    row.origin, row.parameters = call.tool.spec.origin, dict(call.parameters)
    row.job, row.wall_s, row.isolation = outcome.job_id, outcome.wall_s, outcome.isolation.model_dump(mode="json")
    try:
        _keep(context, row, call.tool.spec, collect(call.tool.spec, outcome.outputs, place))
    except NotApplicable as error:
        row.status, row.reason = "not applicable", str(error)
    except ToolFailed as error:
        row.status, row.reason = "failed", str(error)
        if outcome.status != "ok":
            row.reason, row.log = _how_it_ended(outcome), context.run.artefacts.keep_text(outcome.log)


def _tell(context: DiscoverContext, row: StepRecord) -> None:
    context.run.tell(
        "control" if row.variant else "step",
        row.id,
        row.summary or row.reason,
        tool=row.tool,
        status=row.status,
        variant=row.variant,
        job=row.job,
    )
    for warning in () if row.variant else row.warnings:
        context.run.tell("note", row.id, warning)


def parameters_of(spec: ToolSpec, values: Sequence[Value]) -> dict[str, Any]:
    """Parameters from text. What is empty is left to its default, and a list is split at its commas."""
    found: dict[str, Any] = {}
    required = spec.parameters.get("required", ())
    for one in values:
        part = spec.parameters.get("properties", {}).get(one.name, {})
        kinds = [inner.get("type") for inner in (part, *part.get("anyOf", ()))]
        if one.value.strip().lower() in {"", "none", "null"} and one.name not in required:
            continue
        if "array" in kinds:
            found[one.name] = [word.strip() for word in one.value.strip("[]() ").split(",") if word.strip()]
        else:
            found[one.name] = one.value
    return found


def _job(context: DiscoverContext, place: Place, calls: Sequence[Call], standing: Standing) -> Job:
    """The calls as a program, with only the files and tables that their parameters name."""
    artefacts = context.run.artefacts
    named = {to: {name for call in calls for name in _named(call, to)} for to in ("file", "table")}
    files = {name: path for name, path in context.files.items() if name in named["file"]}
    tables = {name: artefacts.path(digest) for name, digest in standing.tables.items() if name in named["table"]}
    prepared = prepare_chain(calls, context.run.folder / "calls", files, tables)
    data = standing.data if any(call.tool.spec.reads_data for call in calls) else ""
    return Job(
        # Named by what decides the result, so that two workflows with the same beginning share its jobs.
        id=job_id(context.run.config.id, prepared.hash, data),
        command=prepared.command,
        code=prepared.code,
        inputs=prepared.inputs | ({DATA: data_file(context, data)} if data else {}),
        outputs=prepared.outputs,
        env=prepared.env,
        limits=Limits(
            wall_s=sum(_WALL_S[call.tool.spec.cost] for call in calls), memory_mb=_MEMORY_MB, output_mb=_OUTPUT_MB
        ),
        image=calls[0].tool.spec.image,
        owner=context.run.config.id,
        idea=place.workflow,
    )


def _named(call: Call, what: str) -> set[str]:
    """The files, or the tables, that a call's parameters name."""
    values = [call.parameters[name] for name, to in references(call.tool.spec.parameters).items() if to == what]
    return {str(one) for value in values for one in (value if isinstance(value, list) else (value,))}


def data_file(context: DiscoverContext, job: str) -> Path:
    """The data that a job left."""
    return context.run.jobs / job / "out" / DATA


def _keep(context: DiscoverContext, row: StepRecord, spec: ToolSpec, returned: Returned) -> None:
    keep = context.run.artefacts.keep
    row.summary, row.facts, row.warnings = returned.summary, dict(returned.facts), list(returned.warnings)
    row.versions = dict(returned.versions)
    row.tables = {name: keep(path) for name, path in returned.tables.items()}
    row.tests = [table.name for table in spec.tables if table.tests]
    row.figures = {name: keep(path) for name, path in returned.figures.items()}
    if returned.state is not None:
        row.state, row.data = returned.state.model_dump(mode="json"), row.job


def _how_it_ended(outcome: Outcome) -> str:
    """A line for whoever plans: the last line of a traceback says most."""
    last = next((line for line in reversed(outcome.log[-_LOG:].splitlines()) if line.strip()), "")
    return ": ".join(part for part in (f"the tool ended with {outcome.status}", outcome.detail, last.strip()) if part)
