"""Rows of a search engine's table that are no findings: decoys, contaminants, uncertain identifications."""

from __future__ import annotations

import re

import pandas as pd

from tools.proteomics.readers.columns import ALIASES, key
from tools.proteomics.readers.formats import Format

_FLAGS = {
    "decoys": ("reverse", "decoy", "is decoy", "eg isdecoy", "opt global cv ms 1002217 decoy peptide"),
    "contaminants": ("potential contaminant", "contaminant", "pg contaminant"),
    "only identified by site": ("only identified by site",),
}
"""Reason → columns that mark such rows with `+`, `True` or 1."""
_PREFIXES = {
    "decoys": ("REV_", "rev_", "DECOY", "decoy", "XXX_", "##"),
    "contaminants": ("CON__", "contam_", "Contam_", "Cont_", "cont_", "cRAP"),
}
"""Reason → how the ids of such proteins begin."""
_YES = {"+", "true", "1", "1.0", "yes", "contaminant"}


def findings(frame: pd.DataFrame, format_: Format | None = None) -> tuple[pd.DataFrame, dict[str, int]]:
    """The rows that are findings, and how many were left out for which reason."""
    by_key = {key(column): column for column in reversed(frame.columns)}
    removed: dict[str, int] = {}
    for reason in _FLAGS:
        wrong = _flagged(frame, by_key, reason) | _named(frame, by_key, reason)
        frame = _without(frame, wrong, reason, removed)
    for column, limit in (format_.at_most if format_ else {}).items():
        if column in by_key:
            values = pd.to_numeric(frame[by_key[column]], errors="coerce")
            frame = _without(frame, values > limit, f"{by_key[column]} above {limit}", removed)
    for column, limit in (format_.at_least if format_ else {}).items():
        values = pd.to_numeric(frame[by_key[column]], errors="coerce")
        frame = _without(frame, ~(values >= limit), f"{by_key[column]} below {limit}", removed)
    return frame, removed


def _flagged(frame: pd.DataFrame, by_key: dict[str, str], reason: str) -> pd.Series:
    wrong = pd.Series(data=False, index=frame.index)
    for flag in _FLAGS[reason]:
        if flag in by_key:
            wrong |= frame[by_key[flag]].astype(str).str.lower().isin(_YES)
    return wrong


def _named(frame: pd.DataFrame, by_key: dict[str, str], reason: str) -> pd.Series:
    """Rows whose first protein has the prefix: a group that a contaminant leads is one. So is a group that the same
    protein leads under its plain id: MaxQuant splits keratins over both."""
    alias = next((alias for alias in ALIASES["protein"] if alias in by_key), None)
    if alias is None or reason not in _PREFIXES:
        return pd.Series(data=False, index=frame.index)
    first = frame[by_key[alias]].astype(str).str.lstrip(">").str.split(";").str[0]
    wrong = first.str.startswith(_PREFIXES[reason])
    if reason == "contaminants":
        prefix = "|".join(map(re.escape, _PREFIXES[reason]))
        wrong |= first.isin(first[wrong].str.replace(f"^(?:{prefix})", "", regex=True))
    return wrong


def _without(frame: pd.DataFrame, wrong: pd.Series, reason: str, removed: dict[str, int]) -> pd.DataFrame:
    count = int(wrong.sum())
    if count:
        removed[reason] = count
    return frame[~wrong]
