"""What the sample sheet's columns are for, read from their names, their values and the user's hints.

Only a proposal: a hint always wins, and a column that the design check stops is not compared by, whatever its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agent.discover.settings import Hints
from agent.models.discover_answers import ColumnBrief, DataBrief, Role
from tools.data import DataState, SampleColumn

# Names are split at what is no letter, so that `os_event` is `os` and `event`.
_EVENT = {"event", "death", "dead", "died", "deceased", "vital", "censored", "relapse", "progression"}
_TIME = {"days", "months", "years", "time", "survival", "followup", "seconds", "minutes", "hours", "sec", "min", "hr"}
_PAIRS = {"patient", "subject", "donor", "individual", "participant", "animal", "pair", "case"}
_BATCH = {"batch", "plex", "run", "site", "plate", "raw", "lane", "center", "centre", "instrument", "mixture", "set"}
_PERSON = {"age", "gender", "sex", "bmi"}
_GROUP = ("group", "condition", "treatment", "diagnosis", "disease", "genotype", "subtype", "class", "type", "status",
          "stage", "grade", "response", "tumor", "cell", "stimulus", "arm")  # fmt: skip
_PART = {"enrichment", "fraction"}
_MOST_SAMPLES = 200
"""Samples from which a column of sample names says that the rows are cells."""
_NOT_A_FACTOR = {"channel", "replicate", "rep", "column", "file", "name", "label", "idx", "id", "reporter", "excluded"}
_MOST_UNKNOWN = 0.1
"""Share of the samples that a column of how they were handled may be unknown for."""
MOST_LEVELS = 12
LEAST = 2
"""Samples that a level needs before anything can be said of it."""


class DesignNote(NamedTuple):
    """What the design check says of comparing by a column."""

    usable: bool
    notes: tuple[str, ...]


def words(name: str) -> set[str]:
    """The words of a column's name, in small letters."""
    return set(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()))


def brief(
    state: DataState, hints: Hints, notes: Mapping[str, DesignNote] | None = None, remarks: Sequence[str] = ()
) -> DataBrief:
    """The data as a request shows it.

    Args:
        state: what is known of the data.
        hints: what the user knows of the design.
        notes: column → what the design check says of comparing by it.
        remarks: what the profile's tools said.
    """
    roles, notes = roles_of(state, hints), notes or {}
    found = DataBrief(
        samples=state.samples,
        features=state.features,
        scale=state.scale,
        missing_share=state.missing_share,
        columns=tuple(
            ColumnBrief(
                name=one.name,
                kind=one.kind,
                levels=one.levels,
                missing=one.missing,
                role=roles.get(one.name),
                notes=notes[one.name].notes if one.name in notes else (),
                usable=one.name not in notes or notes[one.name].usable,
            )
            for one in state.sample_columns
        ),
        feature_columns=state.feature_columns,
        reference=hints.reference if state.scale == "ratio" else "",
        remarks=tuple(remarks),
    )
    compared = groups(found, hints)
    others = (column for column in found.columns if column not in compared)
    return found.model_copy(update={"columns": (*compared, *others)})


def roles_of(state: DataState, hints: Hints) -> dict[str, Role]:
    """Column → what it is for."""
    found: dict[str, Role] = {one.name: role for one in state.sample_columns if (role := _guess(one)) is not None}
    if state.samples >= _MOST_SAMPLES:
        named = (one for one in state.sample_columns if "sample" in words(one.name) and one.kind == "category")
        found |= {one.name: "cells of" for one in named}
    if "event" not in found.values():
        # A time without an event is a course, which needs samples that share a time.
        times = [name for name, role in found.items() if role == "time" and not _repeats(state.column(name))]
        found |= dict.fromkeys(times, "number")
    hinted: dict[str, Role] = {hints.group: "group", hints.pairs: "pairs", hints.time: "time", hints.event: "event"}
    hinted |= dict.fromkeys(hints.covariates, "covariate")
    return found | {name: role for name, role in hinted.items() if state.column(name) is not None}


def _guess(column: SampleColumn) -> Role | None:
    named = words(column.name)
    if column.kind in {"constant", "identifier"} or "excluded" in named:
        return None
    if named & _PAIRS and column.kind == "category":
        return "pairs"
    if named & _PART and column.kind == "category":
        return "part"
    if named & _EVENT and len(column.levels) == 2:
        return "event"
    if column.kind == "number":
        return _guess_number(named)
    if column.kind == "category":
        return _guess_category(column, named)
    return None


def _guess_number(named: set[str]) -> Role | None:
    if named & _NOT_A_FACTOR:
        return None
    if named & _TIME:
        return "time"
    if named & (_PERSON | _BATCH):
        return "covariate"
    return "number"


def _guess_category(column: SampleColumn, named: set[str]) -> Role | None:
    if named & (_BATCH | _PERSON):
        return "covariate"
    if named & _NOT_A_FACTOR or len(column.levels) > MOST_LEVELS:
        return None
    return "group" if sum(count >= LEAST for count in column.levels.values()) >= 2 else None


def _repeats(column: SampleColumn | None) -> bool:
    return column is not None and len([n for n in column.levels.values() if n >= LEAST]) >= 3


def batches(data: DataBrief) -> tuple[str, ...]:
    """Columns of how the samples were handled, which must not be taken for biology.

    That is known of nearly every sample. A column that many lack, such as the site of a tumour where there are healthy
    samples, is something else, and no group could be told from it.
    """
    known = (one for one in data.with_role("covariate") if one.missing <= _MOST_UNKNOWN * data.samples)
    return tuple(one.name for one in known if words(one.name) & _BATCH)


def groups(data: DataBrief, hints: Hints) -> list[ColumnBrief]:
    """Columns to compare by, the most promising first: a hint, what the question names, what can be compared, then by
    name and balance."""
    asked = words(hints.question)

    def rank(column: ColumnBrief) -> tuple[bool, int, bool, int, float]:
        named = words(column.name)
        levels = {part for level in column.levels for part in words(level)}
        by_name = next((place for place, word in enumerate(_GROUP) if word in named), len(_GROUP))
        sizes = [count for count in column.levels.values() if count >= LEAST]
        balance = min(sizes) / max(sizes)
        asked_for = -2 * len(asked & named) - len(asked & levels - named)
        return (column.name != hints.group, asked_for, not column.usable, by_name, -balance)

    return sorted(data.with_role("group"), key=rank)


def confounding(group: str, facts: Mapping[str, object], warnings: Iterable[str] = ()) -> DesignNote:
    """What the design check's facts mean for comparing by a column."""
    confounded = bool(facts.get("confounded", False))
    with_what = str(facts.get("with_what", "") or "another column")
    notes = [f"`{group}` cannot be told apart from {with_what}"] if confounded else []
    estimable = bool(facts.get("estimable", True))
    if not estimable and not confounded:
        notes.append(f"the difference between the groups of `{group}` cannot be estimated beside the covariates")
    return DesignNote(usable=estimable and not confounded, notes=(*notes, *warnings))
