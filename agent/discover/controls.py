"""Controls: the same workflow again with one thing changed, as real tool runs in the same sandbox.

- `shuffled-n`: the labels permuted just before the first step that looks at them, or half of the ratios turned upside
  down where a group is held against their reference. What is found then is found by luck.
- `normalise=…`, `impute=minprob`, `without …`: does a call survive another choice, or the loss of a sample?
- `confirmation`: the samples that were held back, which no step of the discovery has seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agent.discover.context import DiscoverContext
from agent.discover.plans import start_of
from agent.discover.records import StepRecord
from agent.discover.rows import CONFIRMATION
from agent.discover.steps import Place, PlannedStep, Standing, label_of, run_steps, standing_after, state_of
from agent.discover.tables import table_of
from agent.models.discover_answers import ObjectiveDraft, StepDraft, Value
from tools.errors import ToolUnknown

SHUFFLES = 3
"""With three groups of labels one can still fall close to the true one; the worst of them counts."""
LEFT_OUT_PER_GROUP = 2
SHUFFLED, WITHOUT = "shuffled", "without"
_INSERTED = "control"


class Main(NamedTuple):
    """A step of the analysis itself that ran, with its plan."""

    planned: PlannedStep
    row: StepRecord


class Variant(NamedTuple):
    """A control: which steps are run in place of the analysis's own, from the first that differs."""

    name: str
    first: int
    """Number of the first step."""
    steps: tuple[PlannedStep, ...]
    start: Standing
    """What the first step finds."""


def labels_of(draft: ObjectiveDraft) -> tuple[str, ...]:
    """The sample sheet's columns whose permutation takes away what the objective asks about."""
    if draft.aim == "modules":
        return ()
    return (draft.column, draft.event) if draft.aim == "survival" else (draft.column,)


def variants_of(context: DiscoverContext, draft: ObjectiveDraft, ran: Sequence[Main]) -> tuple[Variant, ...]:
    """The controls of a workflow.

    Args:
        context: the run.
        draft: the workflow's objective.
        ran: its steps that went well.
    """
    needed = [one for one in ran if one.row.data == one.row.job or _worth_another_run(context, one)]
    tested = next((n for n, one in enumerate(needed) if one.row.tests and _reads_data(context, one)), None)
    if tested is None:
        return ()
    start = start_of(context.run)
    shuffled = _shuffled(draft, needed, start, tested)
    found = [*shuffled, *_other_normalisation(needed, start, tested), *_imputed(context, needed, start)]
    found += _without(draft, needed, start, tested)
    held = start_of(context.run, CONFIRMATION)
    if held.data != start.data:
        found.append(Variant(CONFIRMATION, 1, tuple(one.planned for one in needed), held))
    return tuple(found)


async def run_variant(context: DiscoverContext, workflow: str, variant: Variant) -> None:
    """Run a control, as far as its steps can be run."""
    place = Place(workflow, variant.name)
    async for row in run_steps(context, place, variant.first, variant.steps, variant.start):
        if row.status != "ok" and label_of(row).startswith(_INSERTED):
            return  # without the change it would be the analysis itself


def _worth_another_run(context: DiscoverContext, one: Main) -> bool:
    """Whether a step is a test that called something: nothing can be claimed of others. What works on another's table
    is run again only where that is quick."""
    called = (table_of(context.run, one.row.tables[name]).called_rows for name in one.row.tests)
    return any(called) and (_reads_data(context, one) or context.toolbox.get(one.row.tool).spec.cost == "seconds")


def _reads_data(context: DiscoverContext, one: Main) -> bool:
    try:
        return context.toolbox.get(one.row.tool).spec.reads_data
    except ToolUnknown:
        return False


def _tests_values(context: DiscoverContext, one: Main) -> bool:
    return _reads_data(context, one) and bool(context.toolbox.get(one.row.tool).spec.needs.scale)


def _shuffled(draft: ObjectiveDraft, ran: Sequence[Main], start: Standing, tested: int) -> list[Variant]:
    labels = labels_of(draft)
    if not labels:
        return []
    at = _where_labels_matter(labels, ran, start, tested)
    return [_insert(f"{SHUFFLED}-{seed}", ran, start, at, _by_luck(draft, seed)) for seed in range(1, SHUFFLES + 1)]


def _by_luck(draft: ObjectiveDraft, seed: int) -> StepDraft:
    """The step after which whatever is found is found by luck."""
    if draft.aim == "against_reference":
        return StepDraft.of("turn_ratios", "control", column=draft.column, level=draft.numerator, seed=seed)
    within = {"within": draft.pairs} if draft.pairs else {}
    return StepDraft.of("shuffle_labels", "control", columns=labels_of(draft), seed=seed, **within)


def _where_labels_matter(labels: Sequence[str], ran: Sequence[Main], start: Standing, tested: int) -> int:
    """The first step that looks at a label, among those after the last that changes which samples there are: the
    cells of one sample share its label, so they are shuffled once they have been put together."""
    first, before = 0, start.state
    for number, one in enumerate(ran[:tested]):
        state = state_of(one.row)
        if before is not None and state.samples != before.samples:
            first = number + 1
        before = state
    looking = (n for n in range(first, tested) if set(labels) & _named(ran[n].row))
    return next(looking, tested)


def _named(row: StepRecord) -> set[str]:
    found: set[str] = set()
    for value in row.parameters.values():
        found |= {str(one) for one in value} if isinstance(value, list) else {str(value)}
    return found


def _other_normalisation(ran: Sequence[Main], start: Standing, tested: int) -> list[Variant]:
    at = next((n for n, one in enumerate(ran[:tested]) if one.row.tool == "normalise"), None)
    if at is None:
        return []
    other = "quantile" if ran[at].row.parameters.get("method") != "quantile" else "median"
    changed = _with(ran[at].planned, method=other)
    return [_from(f"normalise={other}", ran, start, at, (changed, *(one.planned for one in ran[at + 1 :])))]


def _imputed(context: DiscoverContext, ran: Sequence[Main], start: Standing) -> list[Variant]:
    """Before the first test of values: one of presence has nothing left to test once gaps are filled."""
    at = next((n for n, one in enumerate(ran) if one.row.tests and _tests_values(context, one)), None)
    before = None if at is None else _before(ran, start, at).state
    if at is None or before is None or before.missing_share == 0 or any(one.row.tool == "impute" for one in ran):
        return []
    step = StepDraft.of("impute", "control", method="minprob")
    return [_insert("impute=minprob", ran, start, at, step)]


def _without(draft: ObjectiveDraft, ran: Sequence[Main], start: Standing, tested: int) -> list[Variant]:
    before = _before(ran, start, tested).state
    if before is None:
        return []
    column = before.column(draft.column)
    found = []
    for level in _levels_at_stake(draft, column.levels if column else {}):
        many = column.levels[level] if column and level else before.samples
        for position in sorted({0, many - 1})[:LEFT_OUT_PER_GROUP]:
            which = {"column": draft.column, "level": level} if level else {}
            step = StepDraft.of("leave_out", "control", position=position, **which)
            found.append(_insert(f"{WITHOUT} {level or 'sample'} {position + 1}", ran, start, tested, step))
    return found


def _levels_at_stake(draft: ObjectiveDraft, levels: dict[str, int]) -> list[str]:
    """Levels of which a sample is left out; an empty one stands for all samples."""
    if draft.aim not in {"two_groups", "against_reference", "several_groups", "panel", "interaction"}:
        return [""]
    compared = [name for name in (draft.numerator, draft.denominator) if name in levels]
    return compared or list(levels)[:2] or [""]


def _before(ran: Sequence[Main], start: Standing, at: int) -> Standing:
    return standing_after([one.row for one in ran[:at]], start)


def _from(name: str, ran: Sequence[Main], start: Standing, at: int, steps: tuple[PlannedStep, ...]) -> Variant:
    """The analysis with other steps from one on."""
    return Variant(name, at + 1, steps, _before(ran, start, at))


def _insert(name: str, ran: Sequence[Main], start: Standing, at: int, draft: StepDraft) -> Variant:
    """The analysis with one more step."""
    step = PlannedStep(label=f"{_INSERTED}-{draft.tool}", draft=draft)
    return _from(name, ran, start, at, (step, *(one.planned for one in ran[at:])))


def _with(step: PlannedStep, **parameters: str) -> PlannedStep:
    kept = tuple(one for one in step.draft.parameters if one.name not in parameters)
    fresh = tuple(Value(name=name, value=value) for name, value in parameters.items())
    return step.model_copy(update={"draft": step.draft.model_copy(update={"parameters": (*kept, *fresh)})})
