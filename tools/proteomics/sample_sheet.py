"""The sample sheet: what is known of the samples, and which row of it belongs to which sample of a table.

People name a sample by its run file, by a short name or by a program's column title. Which column of a sheet holds the
name that the table uses is found by comparing values, never by the column's title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tools.errors import DataUnreadable
from tools.proteomics.readers.text import NOT_KNOWN, read_table

_RUN_ENDINGS = re.compile(r"\.(gz|raw|mzml|mzxml|mgf|d|wiff|dia|fcs|htrms)$", re.IGNORECASE)
_SDRF = re.compile(r"^(characteristics|factor value|comment|parameter value)\s*\[(.+)\]$", re.IGNORECASE)

_SHOWN = 8
"""Columns that a note names."""


class Match(NamedTuple):
    """Which rows of a sheet belong to which names."""

    column: str
    """The sheet's column that holds the names."""
    rows: dict[str, int]
    """Name → row of the sheet, of the names that it has once."""
    again: dict[str, list[int]]
    """Name → rows of the sheet, of the names that it has more than once."""


def read_sheet(path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A sample sheet, one row a sample, indexed by its line, and what a reader of it should know.

    An SDRF file loses the brackets around its columns' names. Words for what is not known become missing values.

    Raises:
        DataUnreadable: it is no table.
    """
    known, notes = _without_unknowns(read_table(path))
    frame = known.dropna(how="all").dropna(axis="columns", how="all")
    if frame.empty:
        raise DataUnreadable(f"{path.name}: has no sample")
    return frame.set_axis(column_names(frame.columns), axis="columns").set_axis(frame.index + 2), notes


def _without_unknowns(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The sheet with missing values for words such as `Unknown`, which would be compared as a group of their own; ages
    beside them are numbers again."""
    told = []
    for column in frame.columns:
        texts = frame[column].astype(str).str.strip()
        unknown = frame[column].notna() & texts.str.lower().isin(NOT_KNOWN)
        if unknown.any():
            words = ", ".join(f"`{word}`" for word in texts[unknown].unique())
            told.append(f"`{column}` {unknown.sum()} ({words})")
            known = frame[column].mask(unknown)
            numbers = pd.to_numeric(known, errors="coerce")
            frame = frame.assign(**{str(column): numbers if numbers.notna().equals(known.notna()) else known})
    if not told:
        return frame, ()
    more = f" and {len(told) - _SHOWN} columns more" if len(told) > _SHOWN else ""
    return frame, (f"cells that say a value is not known are missing values: {', '.join(told[:_SHOWN])}{more}",)


def match(sheet: pd.DataFrame, names: Sequence[str]) -> Match | None:
    """The column of a sheet that holds most of the names, compared as they are, as run files, loosely, and by a word.

    A column counts only where each of its values that is used is there once, so that a group or a batch is no key.
    """
    best: Match | None = None
    for of_name, of_value in _COMPARISONS:
        wanted = _unique(names, of_name)
        for column in sheet.columns:
            rows = {wanted[simple]: at for simple, at in _rows(sheet[column], of_value).items() if simple in wanted}
            found = {name: at[0] for name, at in rows.items() if len(at) == 1}
            if found and (best is None or len(found) > len(best.rows)):
                best = Match(str(column), found, {name: at for name, at in rows.items() if len(at) > 1})
        if best is not None and len(best.rows) == min(len(sheet), len(names)):
            break
    return best


def refuse_twice(sheet: pd.DataFrame, matched: Match) -> None:
    """A sample of two rows has two groups, or two of anything: neither may be taken, and the sample must not be lost.

    Raises:
        DataUnreadable: the sheet names a sample of the table more than once.
    """
    for name, rows in matched.again.items():
        raise _twice(sheet, name, rows)


def none_named(sheet: pd.DataFrame, names: Sequence[str], file: str) -> DataUnreadable:
    """What is wrong with a sheet that names no sample of a table, or each of them more than once."""
    for column in sheet.columns:
        rows = _rows(sheet[column], str)
        for name in names:
            if len(rows.get(name, ())) > 1:
                return _twice(sheet, name, rows[name])
    return DataUnreadable(
        f"{file}: no sample of it is named in the sample sheet; the table has {', '.join(names[:3])} …, the sheet "
        f"{', '.join(sheet.iloc[:3, 0].astype(str))} …"
    )


def _twice(sheet: pd.DataFrame, name: str, rows: Sequence[int]) -> DataUnreadable:
    lines = " and ".join(str(sheet.index[row]) for row in rows)
    return DataUnreadable(f"the sample sheet names `{name}` {len(rows)} times, in lines {lines}; keep one of them")


def join(sheet: pd.DataFrame, names: Sequence[str], matched: Match) -> pd.DataFrame:
    """The rows of a sheet for the names that it has, in their order, indexed by the sheet's own name for a sample.

    A name may be there many times, as a sample's is in a table of cells.
    """
    rows = sheet.iloc[[matched.rows[name] for name in names if name in matched.rows]]
    naming = _naming_column(sheet, matched.column) if len(set(names)) == len(names) else matched.column
    return rows.set_axis(pd.Index(rows[naming].astype(str), name="sample"))


def run_name(name: str) -> str:
    """A run's file name without its folder and ending: `D:\\x\\run_01.raw` → `run_01`."""
    base = re.split(r"[\\/]", str(name).strip())[-1]
    while _RUN_ENDINGS.search(base):
        base = _RUN_ENDINGS.sub("", base)
    return base


def _loosely(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", run_name(name).lower()).strip("_")


def _word(number: int) -> Callable[[str], str]:
    """One word of a name, since Proteome Discoverer calls a sample `F1: 126, Control`."""
    return lambda name: (*re.split(r"[:,]\s*|\s+", str(name).strip()), "", "", "")[number]


_COMPARISONS: tuple[tuple[Callable[[str], str], Callable[[str], str]], ...] = (
    (str, str),
    (run_name, run_name),
    (_loosely, _loosely),
    *((_word(number), str) for number in range(3)),
)
"""What is compared of a table's name for a sample and of a value of the sheet, the strictest first."""


def _unique(names: Iterable[str], simplify: Callable[[str], str]) -> dict[str, str]:
    """Simplified name → name, without those that simplifying makes alike."""
    pairs = pd.Series({name: simplify(name) for name in dict.fromkeys(names)}, dtype=object)
    single = pairs[~pairs.duplicated(keep=False)]
    return {str(simple): str(name) for name, simple in single.items() if simple}


def _rows(column: pd.Series, simplify: Callable[[str], str]) -> dict[str, list[int]]:
    """Simplified value → the rows that have it, counted from 0."""
    rows: dict[str, list[int]] = {}
    for at, value in enumerate(column):
        if not pd.isna(value):
            rows.setdefault(simplify(_as_text(value)), []).append(at)
    return rows


def _as_text(value: object) -> str:
    """A whole number that a missing neighbour made a fraction is still a whole number."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _naming_column(sheet: pd.DataFrame, key: str) -> str:
    """The column whose values name samples: the first that has a different text for each, else the key."""
    for column in sheet.columns:
        values = sheet[column]
        if not pd.api.types.is_numeric_dtype(values) and values.notna().all() and values.is_unique:
            return str(column)
    return key


def column_names(columns: pd.Index) -> list[str]:
    """Names of columns without an SDRF's brackets, without slashes (a file of data cannot hold them), each once."""
    names: list[str] = []
    for column in columns:
        sdrf = _SDRF.match(str(column))
        name = (sdrf[2] if sdrf else str(column)).strip().strip("_").replace("/", " per ").strip() or "column"
        if sdrf and name in names:
            name = f"{sdrf[1].lower()} {name}"
        while name in names:
            name += " (2)"
        names.append(name)
    return names
