"""Collecting the evidence for and against a hypothesis from the run's records, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from agent.discover.controls import SHUFFLED, WITHOUT
from agent.discover.evidence import Evidence, Fact, Row, Shuffle, Trial
from agent.discover.findings import fact_of
from agent.discover.multiple import RunWideTests
from agent.discover.records import StepRecord
from agent.discover.rows import CONFIRMATION
from agent.discover.tables import ALPHA, ResultTable, table_of
from agent.models.discover_answers import Finding, HypothesisDraft
from agent.run import Run

_TABLE = re.compile(r"s\d+\.\w+")
"""A parameter that names an earlier step's table."""
MOST_LUCK = 0.5
"""Share of what the true labels found from which on permuted labels find "as much"."""
FRAGILE = 0.5
"""Share of the other choices that a claim has to survive more of."""
LEAST_SCORE = 3.0
"""Mean of the judges' scores, of 1 to 5."""

Variants = Mapping[str, Mapping[str, StepRecord]]
"""Variant → label of the step → its record; the analysis itself is the variant without a name."""


def variants_of(run: Run, workflow: str) -> Variants:
    """Every step of a workflow and of its controls."""
    found: dict[str, dict[str, StepRecord]] = {}
    for row in run.all(StepRecord, StepRecord.variant, StepRecord.number, workflow_id=workflow):
        found.setdefault(row.variant, {})[row.id.partition("@")[0]] = row
    return found


def weigh(
    run: Run, draft: HypothesisDraft, findings: Mapping[str, Finding], variants: Variants, tests: RunWideTests
) -> Evidence:
    """The evidence for and against a hypothesis whose claims are findings of one workflow."""
    claimed = [fact_of(findings[one.finding]) for one in draft.claims]
    against = [fact_of(findings[one]) for one in draft.against]
    return Evidence(
        claims=tuple(_tried(run, fact, variants, tests) for fact in claimed),
        against=tuple(_tried(run, fact, variants, tests) for fact in against),
        shuffles=tuple(_shuffles(run, claimed, variants)),
        tests=len(tests),
    )


def reweighed(evidence: Evidence, tests: RunWideTests) -> Evidence:
    """The evidence after further tests of the run: each makes the correction harsher."""
    claims, against = (
        tuple(fact.model_copy(update={"q_run": tests.q(fact.at)}) for fact in facts)
        for facts in (evidence.claims, evidence.against)
    )
    return evidence.model_copy(update={"claims": claims, "against": against, "tests": len(tests)})


def objection(evidence: Evidence) -> str:
    """Why the numbers do not carry a hypothesis, in a sentence; empty when they do."""
    for objecting in (_insignificant, _by_luck, _fragile, _contradicted):
        if found := objecting(evidence):
            return found
    return ""


def _insignificant(evidence: Evidence) -> str:
    weak = [fact.entity for fact in evidence.claims if not fact.called]
    if weak:
        return f"{weak[0]} does not pass the test's own cut"
    if evidence.worst_q is None:
        return "a claim rests on no test"
    return "" if evidence.worst_q < ALPHA else "it does not hold over all tests of the run"


def _by_luck(evidence: Evidence) -> str:
    if evidence.luck is None:
        return "too few controls with permuted labels could be run"
    return "" if evidence.luck < MOST_LUCK else "permuted labels find as much"


def _fragile(evidence: Evidence) -> str:
    lost = evidence.robust is not None and evidence.robust <= FRAGILE
    return "it does not survive other normalisation, imputation or the loss of a sample" if lost else ""


def _contradicted(evidence: Evidence) -> str:
    opposite = any(
        fact.held is not None
        and fact.held.at is not None
        and {fact.held.direction, fact.direction} == {"higher", "lower"}
        for fact in evidence.claims
    )
    return "the samples that were held back say the opposite" if opposite else ""


def _tried(run: Run, fact: Fact, variants: Variants, tests: RunWideTests) -> Fact:
    others = [name for name in variants if name and name != CONFIRMATION and not name.startswith(SHUFFLED)]
    trials = tuple(_trial(run, fact, name, variants[name]) for name in others)
    held = _trial(run, fact, CONFIRMATION, variants[CONFIRMATION]) if CONFIRMATION in variants else None
    return fact.model_copy(update={"q_run": tests.q(fact.at), "trials": trials, "held": held})


def _trial(run: Run, fact: Fact, name: str, steps: Mapping[str, StepRecord]) -> Trial:
    """The fact's row in a control. All samples treated otherwise have to pass the test's own cut again. Fewer or other
    samples have less power to find, but are asked of this one claim alone: there p below 5 % is enough."""
    step = steps.get(fact.at.step)
    if step is None or step.status != "ok" or fact.at.table not in step.tables:
        return Trial(variant=name, at=None, direction="different", called=False, survived=False)
    table = table_of(run, step.tables[fact.at.table])
    row = fact.at.row
    p = table.number(row, "p")
    other_samples = name == CONFIRMATION or name.startswith(WITHOUT)
    called = p < ALPHA if p is not None and other_samples else table.called(row)
    direction = table.direction(row)
    # What cannot even be tested without one sample rests on that sample.
    made = row in table.rows or name.startswith(WITHOUT)
    at = Row(step=step.id, table=fact.at.table, row=row) if made else None
    return Trial(
        variant=name, at=at, direction=direction, called=called, survived=called and direction == fact.direction
    )


def _shuffles(run: Run, claimed: Sequence[Fact], variants: Variants) -> Iterable[Shuffle]:
    permuted = [steps for name, steps in variants.items() if name.startswith(SHUFFLED)]
    for step, name in dict.fromkeys((fact.at.step, fact.at.table) for fact in claimed):
        true = _called(_table(run, variants[""].get(step), name))
        counts = (_found_by_luck(run, steps.get(step), name) for steps in permuted)
        by_luck = tuple(count for count in counts if count is not None)
        yield Shuffle(table=f"{step}/{name}", found=true, by_luck=by_luck)


def _found_by_luck(run: Run, step: StepRecord | None, name: str) -> int | None:
    """Rows that a test calls with permuted labels; None where it could not be run, which says nothing.

    A step that works on another's table and found nothing in it to go on, as enrichment does, found nothing.
    """
    if step is None:
        return None
    if step.status == "not applicable" and any(_TABLE.fullmatch(str(value)) for value in step.parameters.values()):
        return 0
    return _called(_table(run, step, name)) if step.status == "ok" else None


def _table(run: Run, step: StepRecord | None, name: str) -> ResultTable | None:
    digest = step.tables.get(name) if step is not None and step.status == "ok" else None
    return None if digest is None else table_of(run, digest)


def _called(table: ResultTable | None) -> int:
    return 0 if table is None else table.called_rows
