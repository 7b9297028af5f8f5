"""Tables as text: delimiter, decimal sign, encoding and compression are found, and broken files are refused.

pandas alone reads a file that was cut off, or one of another kind, into a table that looks right; such a file must end
here with one line that says what is wrong, since nothing later can tell.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
import zlib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tools.errors import DataUnreadable

_KINDS = (
    (b"PK\x03\x04", "a zip file or an Excel workbook"),
    (b"PAR1", "a Parquet file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
    (b"<?xml", "an XML file (spectra have a tool of their own)"),
    (b"FCS", "a flow cytometry FCS file"),
)
"""How other kinds of files begin."""
_GZIP = b"\x1f\x8b"
_MISSING = (
    "", "NA", "N/A", "NaN", "NAN", "nan", "null", "Null", "NULL", "Filtered", "n. def.", "n.d.",
    "#N/A", "#NUM!", "#DIV/0!", "#VALUE!", "#REF!",
)  # fmt: skip
NOT_KNOWN = frozenset(
    {
        "unknown", "not known", "not available", "not reported", "not determined", "not recorded", "not provided",
        "cannot be determined", "undetermined", "missing",
    }
)  # fmt: skip
"""How people write that they do not know, in lower case. `not applicable` and `none` are answers, and not here."""
_NO_NUMBER = NOT_KNOWN | {"-", "--", ".", "nd", "n.d.", "not detected"}
"""What stands for nothing among numbers; a treatment can be `-`, so these are words of their own in a sample sheet."""
_SLIPS = 0.1
"""Share of a column's cells up to which those that are no numbers are slips; one cell always is."""
_LIST = re.compile(r"-?\d[\d.]*(\s*[;|/]\s*-?\d[\d.]*)+")
_HEAD = 1 << 20


class Layout(NamedTuple):
    """How a table is written."""

    delimiter: str
    decimal: str
    fields: int
    """Of the header."""


def read_table(path: Path, dtype: type[str] | None = None) -> pd.DataFrame:
    """A table with one header line, its numbers read as numbers unless all is to be text.

    Raises:
        DataUnreadable: it is no such table, or was cut off.
    """
    text = read_text(path)
    return parse_table(text, path.name, dtype)


def read_text(path: Path) -> str:
    """The text of a file, unpacked when gzip packed it.

    Raises:
        DataUnreadable: it is no text, or was cut off.
    """
    raw = path.read_bytes()
    if raw.startswith(_GZIP):
        try:
            raw = gzip.decompress(raw)
        except (EOFError, OSError, zlib.error) as error:
            raise DataUnreadable(f"{path.name}: the gzip file is cut off or damaged; fetch it again") from error
    for magic, kind in _KINDS:
        if raw.startswith(magic):
            raise DataUnreadable(f"{path.name}: is {kind}, not a table as text; save it as TSV or CSV")
    if not raw.strip():
        raise DataUnreadable(f"{path.name}: is empty")
    # Lines end as they do on any system; a carriage return within one would end it for some readers and not for others.
    return _decode(path, raw).replace("\r\n", "\n").replace("\r", "\n")


def _decode(path: Path, raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    if b"\x00" in raw:
        raise DataUnreadable(f"{path.name}: holds binary data, not a table as text; save it as TSV or CSV")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def parse_table(text: str, name: str, dtype: type[str] | None = None) -> pd.DataFrame:
    """The table that a text holds; `name` is the file's, for messages.

    Raises:
        DataUnreadable: lines differ in length, the last one is cut off, or there is no second line or column.
    """
    text = _without_notes(text)
    layout = _layout(text)
    if layout.fields < 2:
        raise DataUnreadable(f"{name}: the first line has one field only; a table with tabs or commas is needed")
    _refuse_cut_off(text, layout, name)
    try:
        _refuse_same_names(text, layout, name)
        with warnings.catch_warnings():
            # pandas drops fields that the header has no name for, with a warning; the values would be out of step.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                io.StringIO(_name_the_rows(text, layout)),
                sep=layout.delimiter,
                decimal=layout.decimal,
                na_values=list(_MISSING),
                keep_default_na=False,
                low_memory=False,
                dtype=dtype,
                index_col=False,
            )
    except pd.errors.ParserWarning as error:
        raise DataUnreadable(f"{name}: lines have more fields than the header has names; give each a name") from error
    except (pd.errors.ParserError, pd.errors.EmptyDataError, csv.Error) as error:
        raise DataUnreadable(f"{name}: {_first_line(error)}; every line needs as many fields as the first") from error
    if frame.empty:
        raise DataUnreadable(f"{name}: has a header and no line below it")
    return frame.rename(columns={column: _column_name(column, at) for at, column in enumerate(frame.columns)})


def nearly_numbers(column: pd.Series) -> bool:
    """Whether text is a column of numbers with a few slips in it. Lists such as `12;34` tell of features."""
    text = _filled(column)
    wrong = text[pd.to_numeric(text, errors="coerce").isna()]
    few = len(wrong) < len(text) - len(wrong) and len(wrong) <= max(1, _SLIPS * len(text))
    return few and not wrong.str.fullmatch(_LIST).any()


def to_numbers(column: pd.Series, name: str) -> pd.Series:
    """A column as numbers; words for a value that is not known are missing values.

    Raises:
        DataUnreadable: a value is none.
    """
    if pd.api.types.is_bool_dtype(column):
        raise DataUnreadable(f"{name}: column `{column.name}` holds truth values, not quantities")
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    text = _filled(column).reindex(column.index)
    if text.dropna().str.fullmatch(r"-?\d+(,\d+)?").all():
        text = text.str.replace(",", ".")
    numbers = pd.to_numeric(text, errors="coerce").astype(float)
    wrong = text[numbers.isna() & text.notna()]
    if len(wrong):
        raise DataUnreadable(
            f"{name}: column `{column.name}`, line {int(str(wrong.index[0])) + 2}: `{wrong.iloc[0]}` is no number"
        )
    return numbers


def _filled(column: pd.Series) -> pd.Series:
    """The cells of a column that say something, as text."""
    text = column.dropna().astype(str)
    return text[~text.str.strip().str.lower().isin(_NO_NUMBER)]


def _without_notes(text: str) -> str:
    """The table without comments above it, and without the rows in which Perseus says what a column is."""
    head = re.sub(r"\A(?:#(?![A-Za-z])[^\t\n]*\n)+|^#!\{.*\n", "", text[:_HEAD], flags=re.MULTILINE)
    return head + text[_HEAD:]


def _layout(text: str) -> Layout:
    """Tabs where there are any, else of comma and semicolon the one that both of the first two lines have more of:
    ids joined by semicolons stand in headers too."""
    header, second = [*text.split("\n", 2), ""][:2]
    delimiter = "\t" if "\t" in header else max(",;", key=lambda sign: min(header.count(sign), second.count(sign)))
    decimal = "."
    if delimiter == ";":
        head = text[len(header) : len(header) + _HEAD]
        decimal = "," if re.search(r"\d,\d", head) and not re.search(r"\d\.\d", head) else "."
    return Layout(delimiter, decimal, header.count(delimiter) + 1)


def _name_the_rows(text: str, layout: Layout) -> str:
    """R writes a header that lacks a field for the names of the rows: give it one."""
    second = text.split("\n", 2)[1] if "\n" in text else ""
    one_more = second.count(layout.delimiter) == layout.fields and not second.endswith(layout.delimiter)
    return f"name{layout.delimiter}{text}" if one_more else text


def _refuse_cut_off(text: str, layout: Layout, name: str) -> None:
    """A last line that is shorter than the header and has no end was cut off, unless lines above it are as short."""
    if text.endswith("\n") or text.count("\n") < 1:
        return
    *_, before, last = text.rsplit("\n", 2)
    if last.count(layout.delimiter) < min(layout.fields - 1, before.count(layout.delimiter)):
        line = text.count("\n") + 1
        raise DataUnreadable(f"{name}: ends in the middle of line {line}; the file is cut off, fetch it again")


def _refuse_same_names(text: str, layout: Layout, name: str) -> None:
    """Two columns of one name: pandas renames the second, and a sample would be left out as unknown."""
    header = next(csv.reader([text.partition("\n")[0]], delimiter=layout.delimiter))
    counts = Counter(field.strip() for field in header if field.strip())
    twice = [field for field, count in counts.items() if count > 1]
    if twice:
        raise DataUnreadable(f"{name}: {counts[twice[0]]} columns are called `{twice[0]}`; give each a name of its own")


def _first_line(error: Exception) -> str:
    return str(error).replace("Error tokenizing data. C error: ", "").strip().partition("\n")[0]


def _column_name(column: object, at: int) -> str:
    """A header's field; R writes none over the names of rows."""
    name = str(column).strip()
    return "name" if at == 0 and name.startswith("Unnamed:") else name
