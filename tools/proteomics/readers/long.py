"""Tables of a known program with one row a feature in a sample."""

from __future__ import annotations

import pandas as pd

from tools.proteomics.readers.columns import annotate, key
from tools.proteomics.readers.formats import Long, Quantities
from tools.proteomics.readers.rows import findings
from tools.proteomics.readers.text import to_numbers
from tools.proteomics.readers.wide import identities
from tools.proteomics.sample_sheet import match


def read_long(frame: pd.DataFrame, format_: Long, sheet: pd.DataFrame | None, name: str) -> Quantities:
    """Quantities of a long table; a feature's rows in a sample are added up unless they repeat one quantity.

    Raises:
        DataUnreadable: a value is no number.
    """
    kept, removed = findings(frame, format_)
    by_key = {key(column): str(column) for column in reversed(kept.columns)}
    quantity = next(by_key[column] for column in format_.quantities if column in by_key)
    cells = pd.DataFrame(
        {
            "sample": _samples(kept, format_, by_key, sheet),
            "feature": identities(kept, format_),
            "value": to_numbers(kept[quantity], name),
        }
    )
    measured = cells[cells["value"] > 0] if format_.scale == "raw" else cells.dropna(subset="value")
    grouped = measured.groupby(["sample", "feature"], sort=False)["value"]
    values = (grouped.max() if format_.once else grouped.sum()).unstack("feature")
    first = kept.loc[cells.drop_duplicates("feature").index]
    features = annotate(first.drop(columns=quantity), cells["feature"].loc[first.index])
    features.index = pd.Index(cells["feature"].loc[first.index], name="feature")
    about = kept[[by_key[column] for column in format_.about_samples if column in by_key]]
    samples = about.groupby(cells["sample"]).first().reindex(values.index)
    return Quantities(format_.name, values, features.reindex(values.columns), samples, removed, format_.scale)


def _samples(frame: pd.DataFrame, format_: Long, by_key: dict[str, str], sheet: pd.DataFrame | None) -> pd.Series:
    """The sample of each row, by the columns that the sample sheet knows best."""
    choices = []
    for columns in format_.samples:
        if set(columns) <= set(by_key):
            texts = [frame[by_key[column]].astype(str) for column in columns]
            choices.append(texts[0].str.cat(texts[1:], sep="_") if len(texts) > 1 else texts[0])
    if sheet is None:
        return choices[0]

    def known(choice: pd.Series) -> int:
        matched = match(sheet, list(choice.unique()))
        return len(matched.rows) if matched else 0

    return max(choices, key=known)
