"""Tables of a known program with one row a feature and one column a sample."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.errors import DataUnreadable
from tools.proteomics.readers.columns import accessions, annotate, key, tells_of_features
from tools.proteomics.readers.formats import REST, Format, Quantities, Wide
from tools.proteomics.readers.rows import findings
from tools.proteomics.readers.text import to_numbers


def read_wide(frame: pd.DataFrame, format_: Wide, name: str) -> Quantities:
    """Quantities of a wide table.

    Columns of the same sample (a site's multiplicities) and rows of the same feature are added up.

    Raises:
        DataUnreadable: no column of a sample, or a value that is no number.
    """
    columns = sample_columns(frame, format_)
    if not columns:
        raise DataUnreadable(f"{name}: looks like {format_.name}, but no column holds the quantities of a sample")
    kept, removed = findings(frame, format_)
    numbers = pd.DataFrame({column: to_numbers(kept[column], name) for column in columns}, index=kept.index)
    identity = identities(kept, format_)
    features = annotate(kept.drop(columns=list(columns)), identity).set_axis(pd.Index(identity, name="feature"))
    by_feature = _add_alike(numbers.set_axis(features.index))
    values = _add_alike(by_feature.T.set_axis(pd.Index(columns.values())))
    scale = "log2" if all("log2" in column.lower() for column in columns) else format_.scale
    empty = pd.DataFrame(index=values.index)
    return Quantities(format_.name, values, features[~features.index.duplicated()], empty, removed, scale)


def sample_columns(frame: pd.DataFrame, format_: Wide) -> dict[str, str]:
    """Column title → sample, of the best quantity that the table has with any value in it."""
    for pattern in format_.quantities:
        found = {
            str(column): match["sample"]
            for column in frame.columns
            if (match := pattern.fullmatch(str(column))) is not None
            and (pattern is not REST or _may_be_sample(frame[column]))
        }
        if any(_has_values(frame[column]) for column in found):
            return found
    return {}


def identities(frame: pd.DataFrame, format_: Format) -> pd.Series:
    """A feature's id: what its columns of identity hold, joined."""
    by_key = {key(column): column for column in reversed(frame.columns)}
    parts = [frame[by_key[part]] for part in format_.identity if part in by_key]
    texts = [part.map(_id_text) for part in parts]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + "_" + text
    return joined.map(accessions)


def _may_be_sample(column: pd.Series) -> bool:
    """Whether a column of any title can be a sample's."""
    return bool(pd.api.types.is_numeric_dtype(column)) and not tells_of_features(column.name)


def _has_values(column: pd.Series) -> bool:
    """Whether anything was quantified; MaxQuant writes columns of zeros for what it was not asked to compute."""
    numbers = pd.to_numeric(column, errors="coerce")
    return bool((numbers.notna() & (numbers != 0)).any())


def _id_text(value: object) -> str:
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:g}"
    return str(value)


def _add_alike(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the same name added up; nothing measured in any of them stays nothing."""
    return frame if frame.index.is_unique else frame.groupby(level=0, sort=False).sum(min_count=1)
