"""Read the data, and let tools say what it is like: its design, its quality, what can be compared."""

from __future__ import annotations

from difflib import get_close_matches

from langgraph.runtime import Runtime

from agent.discover.context import DiscoverContext
from agent.discover.design import DesignNote, batches, brief, confounding, groups
from agent.discover.plans import start_of
from agent.discover.records import StepRecord
from agent.discover.rows import CONFIRMATION, DISCOVERY, PROFILE, steps_of
from agent.discover.settings import Hints
from agent.discover.state import State
from agent.discover.steps import Place, PlannedStep, Standing, run_step, run_steps, state_of
from agent.errors import BadConfiguration
from agent.models.discover_answers import ColumnBrief, DataBrief, StepDraft
from tools.data import DataState

READ, NAMED, QUALITY, HELD, DESIGN = "read", "named", "quality", "held", "design"
GENES = "genes"
"""The file, among those handed in, that says which gene each identifier is of."""
_MOST_NAMED = 40
_MOST_CHECKED = 6
"""Columns whose design is checked: a clinical sheet has hundreds, and objectives come from the first."""
ENOUGH_TO_HOLD_BACK = 12
"""Samples in the smallest group from which a third is held back: eight are left to find with, four to confirm."""


async def profile(state: State, runtime: Runtime[DiscoverContext]) -> dict[str, int]:
    """Read, check the design and the quality, and hold samples back where there are enough.

    Raises:
        BadConfiguration: the table cannot be read, a hint names what the sample sheet has not, or the file of genes
            knows none of the table's identifiers.
    """
    context = runtime.context
    for place, reason in context.toolbox.broken.items():
        context.run.tell("tools left out", "", f"{place}: {reason.strip().splitlines()[-1]}")
    context.run.tell("profiling", "", "reading the data")
    names = {"table": "table"} | ({"samples": "samples"} if "samples" in context.files else {})
    read = await run_step(context, Place(PROFILE), 1, _step(READ, "read_quantities", **names), Standing())
    if read.status != "ok":
        raise BadConfiguration(f"the data cannot be read: {read.reason}")
    standing = await _with_genes(context, Standing().after(read))
    _check_hints(context, state_of(read))
    data = brief(state_of(read), context.settings.hints)
    compared = groups(data, context.settings.hints)[:_MOST_CHECKED]
    steps = [_design(n, column, data, context.settings.hints) for n, column in enumerate(compared, start=1)]
    by = {"group": compared[0].name} if compared else {}
    steps.append(_step(QUALITY, "profile_quality", **by))
    async for _ in run_steps(context, Place(PROFILE), 3, steps, standing):
        pass  # what they say is in their records
    await _hold_back(context, profiled(context), standing)
    return {"round": state["round"]}


async def _with_genes(context: DiscoverContext, standing: Standing) -> Standing:
    """The data with gene symbols, where a file of them was handed in: people and gene sets know genes by these."""
    if GENES not in context.files:
        return standing
    row = await run_step(context, Place(PROFILE), 2, _step(NAMED, "annotate_genes", mapping=GENES), standing)
    if row.status != "ok":
        raise BadConfiguration(f"--file {GENES}: {row.reason}")
    return standing.after(row)


def _design(number: int, column: ColumnBrief, data: DataBrief, hints: Hints) -> PlannedStep:
    around = dict.fromkeys(name for name in (*batches(data), *hints.covariates) if name != column.name)
    return _step(f"{DESIGN}-{number}", "check_design", group=column.name, covariates=tuple(around))


def profiled(context: DiscoverContext, variant: str = "") -> DataBrief:
    """What is known of the data that objectives begin with."""
    rows = steps_of(context.run, PROFILE)
    start = start_of(context.run, variant)
    state = start.state or DataState(samples=0, features=0, scale="raw", missing_share=0.0)
    remarks = [row.summary for row in rows if row.summary and not row.id.startswith(f"{PROFILE}-{DESIGN}")]
    remarks += [warning for row in rows for warning in row.warnings]
    return brief(state, context.settings.hints, _notes(rows), tuple(dict.fromkeys(remarks)))


def _notes(rows: list[StepRecord]) -> dict[str, DesignNote]:
    checked = [row for row in rows if row.tool == "check_design" and row.status == "ok"]
    return {group: confounding(group, row.facts) for row in checked if (group := str(row.parameters["group"]))}


def _check_hints(context: DiscoverContext, state: DataState) -> None:
    hints = context.settings.hints
    named = {"--group": hints.group, "--pairs": hints.pairs, "--time": hints.time, "--event": hints.event}
    for option, name in [*named.items(), *(("--covariate", name) for name in hints.covariates)]:
        if name and state.column(name) is None:
            there = [column.name for column in state.sample_columns]
            # Names are read without underscores around them and without slashes: what was typed may be one in the file.
            near = get_close_matches(name, there, n=1)
            listed = ", ".join(there[:_MOST_NAMED]) or "no column"
            meant = f". Is `{near[0]}` meant?" if near else ""
            raise BadConfiguration(f"{option} {name}: the sample sheet has no such column; it has {listed}{meant}")


async def _hold_back(context: DiscoverContext, data: DataBrief, standing: Standing) -> None:
    """Split off the samples that confirm, so that no objective of any round finds anything in them."""
    by = _split_by(data, context)
    if by is None or "hold_back" not in context.toolbox.tools:
        return
    units = data.with_role("pairs")
    together = {"unit": units[0].name} if units else {}
    for number, part in enumerate((DISCOVERY, CONFIRMATION), start=1):
        step = _step(HELD, "hold_back", column=by.name, part=part, **together)
        await run_step(context, Place(PROFILE, part), number, step, standing)


def _split_by(data: DataBrief, context: DiscoverContext) -> ColumnBrief | None:
    """The column whose levels both parts share; None where there are too few samples to hold any back."""
    candidates = [*groups(data, context.settings.hints), *data.with_role("event")]
    if not candidates or min(candidates[0].levels.values()) < ENOUGH_TO_HOLD_BACK:
        return None
    units = data.with_role("pairs")
    few_units = units and units[0].levels and len(units[0].levels) < 2 * ENOUGH_TO_HOLD_BACK
    return None if few_units else candidates[0]


def _step(label: str, tool: str, **parameters: object) -> PlannedStep:
    return PlannedStep(label=label, draft=StepDraft.of(tool, "", **parameters))
