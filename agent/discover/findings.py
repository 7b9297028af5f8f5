"""Findings: the rows of a workflow's tables of tests that a hypothesis can claim."""

from __future__ import annotations

import re

from agent.discover.evidence import Fact, Row
from agent.discover.records import StepRecord
from agent.discover.rows import steps_of
from agent.discover.tables import EFFECTS, table_of
from agent.models.discover_answers import Finding, ObjectiveDraft
from agent.run import Run

MOST_A_TABLE = 12
"""Findings that a request shows of a table: the strongest, then what is asked for by name."""
_CURATED = re.compile(r"[OPQ]\d[A-Z0-9]{3}\d")
_MOST_IN_A_SENTENCE = 30
"""Characters."""
_SHOWN = (*(effect.column for effect in EFFECTS), "ci_low", "ci_high", "t", "p", "q", "n_numerator", "n_denominator",
          "mean_numerator", "mean_denominator", "seen_numerator", "seen_denominator", "size", "auc", "f",
          "log2_spread", "at", "sites")  # fmt: skip


def findings_of(run: Run, workflow: str, asked: ObjectiveDraft, most: int = MOST_A_TABLE) -> tuple[Finding, ...]:
    """What a workflow found, the strongest of each table first; what is asked for by name is always there."""
    tables = [
        (step, name, table_of(run, step.tables[name]))
        for step in steps_of(run, workflow)
        if step.status == "ok"
        for name in step.tests
    ]
    text = asked_for(run, asked)
    rows = [
        (step, name, row)
        for step, name, table in tables
        for row in dict.fromkeys((*table.strongest(most), *table.named_in(text)))
    ]
    return tuple(_finding(run, f"f{n}", *one, asked) for n, one in enumerate(rows, start=1))


def fact_of(finding: Finding) -> Fact:
    """A finding as evidence."""
    return Fact(
        at=Row(step=finding.step, table=finding.table, row=finding.row),
        entity=finding.entity,
        names=finding.names,
        what=finding.what,
        direction=finding.direction,
        called=finding.called,
        numbers=finding.numbers,
    )


def asked_for(run: Run, asked: ObjectiveDraft) -> str:
    """What the user and an objective ask, in which entities may be named."""
    question = run.config.discover.hints.question if run.config.discover else ""
    return f"{question} {asked.title} {asked.question} {asked.column}"


def _finding(run: Run, id_: str, step: StepRecord, table: str, row: str, asked: ObjectiveDraft) -> Finding:
    content = table_of(run, step.tables[table])
    names = content.names(row)
    numbers = {column: content.number(row, column) for column in _SHOWN}
    highest, lowest = content.text(row, "highest"), content.text(row, "lowest")
    return Finding(
        id=id_,
        entity=_spoken(names[0] if names else row),
        names=(*names, row),
        what=f"{_what(step, table, asked)}{f', highest in {highest}, lowest in {lowest}' if highest else ''}",
        direction=content.direction(row),
        called=content.called(row),
        numbers={column: value for column, value in numbers.items() if value is not None},
        highest=highest,
        lowest=lowest,
        table=table,
        row=row,
        step=step.id,
    )


def _spoken(name: str) -> str:
    """A name that a sentence can hold: of a protein group of many ids, one that is curated (UniProt's accessions of old
    begin with O, P or Q), or the first."""
    parts = name.split(";")
    return next(filter(_CURATED.fullmatch, parts), parts[0]) if len(name) > _MOST_IN_A_SENTENCE else name


def _what(step: StepRecord, table: str, asked: ObjectiveDraft) -> str:
    """What was tested, in words."""
    where = f", where {asked.within_column} is {asked.within_level}" if asked.within_level else ""
    match asked.aim:
        case "two_groups" | "panel":
            about = f"{asked.numerator} against {asked.denominator} of {asked.column}"
        case "interaction":
            contrast = f"{asked.numerator} against {asked.denominator} of {asked.column}"
            about = f"{contrast}, depending on {asked.within_column}"
        case "against_reference":
            about = f"{asked.numerator} of {asked.column} against {asked.denominator}"
        case "survival":
            about = f"hazard of {asked.event} over {asked.column}"
        case "several_groups":
            about = f"between the groups of {asked.column}"
        case _:
            about = f"with {asked.column}"
    return f"{table} by {step.tool}, {about}{where}"
