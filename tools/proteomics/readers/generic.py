"""Tables of no known program: a matrix with samples in columns or in rows, with or without columns of another kind."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from tools.errors import DataUnreadable
from tools.proteomics.readers.columns import UNIPROT, annotate, key, share_of, tells_of_features
from tools.proteomics.readers.formats import Quantities
from tools.proteomics.readers.rows import findings
from tools.proteomics.readers.text import nearly_numbers, to_numbers
from tools.proteomics.sample_sheet import match, none_named

_SHOWN = 5
"""Columns that a note names."""


def read_generic(frame: pd.DataFrame, sheet: pd.DataFrame | None, name: str) -> Quantities:
    """Quantities of a matrix. Which way it lies is told by the sample sheet's names, else by ids, else by its shape.

    Raises:
        DataUnreadable: it has no numbers, text among them, or nothing that is named in the sample sheet.
    """
    numeric = [column for at, column in enumerate(frame.columns) if _holds_numbers(frame[column], ids=at == 0)]
    if not numeric:
        raise DataUnreadable(f"{name}: no column holds quantities (numbers); a table of features × samples is needed")
    if sheet is None:
        if _rows_are_samples(frame, numeric):
            return _features_in_columns(frame, numeric, None, name)
        return _features_in_rows(
            frame, [column for column in numeric if not tells_of_features(column)] or numeric, name
        )
    in_columns = match(sheet, [str(column) for column in frame.columns])
    titles = {*in_columns.rows, *in_columns.again} if in_columns else set()
    # The values of a long table are many; a sheet that is known from the titles needs no look at them.
    key_column, in_rows = _best_key(frame, sheet) if len(titles) < len(sheet) else (None, 0)
    if not titles and in_rows == 0:
        raise none_named(sheet, [str(column) for column in numeric], name)
    if len(titles) >= in_rows:
        read = _features_in_rows(frame, [column for column in frame.columns if str(column) in titles], name)
        return replace(read, notes=_unnamed([column for column in numeric if str(column) not in titles]))
    features = [column for column in numeric if column not in set(sheet.columns) | {key_column}]
    return _features_in_columns(frame, features, key_column, name)


def _features_in_rows(frame: pd.DataFrame, columns: list[str], name: str) -> Quantities:
    kept, removed = findings(frame)
    others = [column for column in kept.columns if column not in columns]
    texts = [column for column in others if not _is_number(kept[column])]
    named = others[:1] if others[:1] == [kept.columns[0]] else texts[:1]
    identity = kept[named[0]] if named else pd.Series(kept.index + 1, kept.index)
    numbers = pd.DataFrame({str(column): to_numbers(kept[column], name) for column in columns}, index=kept.index)
    features = annotate(kept.drop(columns=columns), identity)
    values = numbers.T
    values.columns = features.index = pd.Index(_once(identity), name="feature")
    return Quantities("wide", values, features, pd.DataFrame(index=values.index), removed)


def _unnamed(columns: list[str]) -> tuple[str, ...]:
    """A note on columns of numbers that may be samples and that the sheet does not name: an experiment must not lose a
    sample to a slip in its sheet without a word."""
    gone = [str(column) for column in columns if not tells_of_features(column)]
    if not gone:
        return ()
    shown = ", ".join(gone[:_SHOWN]) + (" …" if len(gone) > _SHOWN else "")
    return (f"columns of numbers left out, since the sample sheet does not name them: {len(gone)} ({shown})",)


def _features_in_columns(frame: pd.DataFrame, columns: list[str], key_column: str | None, name: str) -> Quantities:
    """Rows are samples, or cells of which a sample has many; columns that are no quantities say something of them."""
    others = frame.drop(columns=columns)
    if key_column is None:
        key_column = next((str(column) for column in others.columns if others[column].is_unique), None)
    index = pd.Index(frame[key_column].astype(str) if key_column else frame.index.astype(str))
    values = pd.DataFrame({column: to_numbers(frame[column], name) for column in columns}).set_axis(index)
    identity = pd.Series([str(column) for column in columns])
    features = annotate(pd.DataFrame({"feature": identity}), identity).set_axis(pd.Index(_once(identity)))
    values.columns = pd.Index(features.index, name="feature")
    return Quantities("wide" if index.is_unique else "cytof", values, features, others.set_axis(index), {})


def _best_key(frame: pd.DataFrame, sheet: pd.DataFrame) -> tuple[str | None, int]:
    """The column whose values the sheet names, and how many rows it so knows."""
    best: tuple[str | None, int] = (None, 0)
    for at, column in enumerate(frame.columns):
        if at and _is_number(frame[column]):
            continue
        values = frame[column].dropna().astype(str)
        matched = match(sheet, list(values.unique()))
        known = int(values.isin(matched.rows).sum()) if matched else 0
        if known > best[1]:
            best = (str(column), known)
    return best


def _rows_are_samples(frame: pd.DataFrame, numeric: list[str]) -> bool:
    """A table without a sample sheet lies as its ids say, else it has more features than samples."""
    titles = share_of(UNIPROT, map(str, numeric))
    if titles > 0.5:
        return True
    first = frame.iloc[:, 0].dropna().astype(str)
    if share_of(UNIPROT, first) > 0.5 or key(frame.columns[0]) in ("gene", "protein", "peptide"):
        return False
    return len(numeric) > len(frame)


def _holds_numbers(column: pd.Series, *, ids: bool) -> bool:
    """Whether a column holds quantities. One cell of text makes text of a column, which must not be lost for it: it
    counts as numbers here, and whoever reads it says which cell is none."""
    return _is_number(column) or (not (ids or tells_of_features(column.name)) and nearly_numbers(column))


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column)) and not pd.api.types.is_bool_dtype(column)


def _once(identity: pd.Series) -> list[str]:
    """Ids, each once: a second of the same name gets a number."""
    texts = identity.astype(str)
    again = texts.groupby(texts).cumcount()
    return [text if number == 0 else f"{text} ({number + 1})" for text, number in zip(texts, again, strict=True)]
