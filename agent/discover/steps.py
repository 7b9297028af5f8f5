"""Calling one tool in the sandbox, with everything that it needs and that must be kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from agent.discover.context import DiscoverContext
from agent.discover.records import StepRecord
from agent.experiment import job_id, run_in_sandbox
from agent.models.discover_requests import StepDraft, Value
from sandboxes.sandbox import Job, Limits, Outcome
from tools.calls import DATA, Prepared, Returned, collect, prepare
from tools.data import DataState
from tools.errors import NotApplicable, ToolFailed, ToolUnknown
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
    row = StepRecord(
        id=place.id(step.label),
        workflow_id=place.workflow,
        number=number,
        variant=place.variant,
        tool=step.draft.tool,
        parameters={one.name: one.value for one in step.draft.parameters},
        purpose=step.draft.purpose,
        status="ok",
        state=None if standing.state is None else standing.state.model_dump(mode="json"),
        data=standing.data,
    )
    try:
        await _call(context, row, step, standing)
    except (NotApplicable, ToolUnknown) as error:
        row.status, row.reason = "not applicable", str(error)
    except ToolFailed as error:
        row.status, row.reason = "failed", str(error)
    context.run.save(row)
    context.run.tell(
        "control" if place.variant else "step",
        row.id,
        row.summary or row.reason,
        tool=row.tool,
        status=row.status,
        variant=row.variant,
        job=row.job,
    )
    return row


async def _call(context: DiscoverContext, row: StepRecord, step: PlannedStep, standing: Standing) -> None:
    tool = context.toolbox.get(step.draft.tool)
    row.origin = tool.spec.origin
    values = parameters_of(tool.spec, step.draft.parameters)
    checked = tool.check(values, standing.state, frozenset(context.files), frozenset(standing.tables))
    row.parameters = checked.model_dump(mode="json")
    prepared = await asyncio.to_thread(_prepared, context, tool, checked, standing)
    job = _job(context, row, tool.spec, prepared, standing)
    row.job = job.id
    outcome = await run_in_sandbox(context, job)
    row.wall_s, row.isolation = outcome.wall_s, outcome.isolation.model_dump(mode="json")
    if outcome.status != "ok":
        row.log = context.run.artefacts.keep_text(outcome.log)
        raise ToolFailed(_how_it_ended(outcome))
    _keep(context, row, tool.spec, collect(tool.spec, outcome.outputs))


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


def _prepared(context: DiscoverContext, tool: Tool, checked: BaseModel, standing: Standing) -> Prepared:
    """The call as a program, with only the files and tables that its parameters name."""
    named: dict[str, set[str]] = {"file": set(), "table": set()}
    for name, to in references(tool.spec.parameters).items():
        value = getattr(checked, name)
        if to in named and value is not None:
            named[to] |= {str(one) for one in (value if isinstance(value, tuple | list) else (value,))}
    files = {name: path for name, path in context.files.items() if name in named["file"]}
    artefacts = context.run.artefacts
    tables = {name: artefacts.path(digest) for name, digest in standing.tables.items() if name in named["table"]}
    return prepare(tool, checked.model_dump(mode="json"), context.run.folder / "calls", files, tables)


def _job(context: DiscoverContext, row: StepRecord, spec: ToolSpec, prepared: Prepared, standing: Standing) -> Job:
    inputs = dict(prepared.inputs)
    if spec.reads_data:
        inputs[DATA] = data_file(context, standing.data)
    return Job(
        # Named by what decides the result, so that two workflows with the same beginning share its jobs.
        id=job_id(context.run.config.id, prepared.hash, standing.data if spec.reads_data else ""),
        command=prepared.command,
        code=prepared.code,
        inputs=inputs,
        outputs=prepared.outputs,
        env=prepared.env,
        limits=Limits(wall_s=_WALL_S[spec.cost], memory_mb=_MEMORY_MB, output_mb=_OUTPUT_MB),
        image=spec.image,
        owner=context.run.config.id,
        idea=row.workflow_id,
    )


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
