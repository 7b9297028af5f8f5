"""What the columns of a table say of its features, whatever a program or R has made of their names."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

ALIASES: dict[str, tuple[str, ...]] = {
    "protein": (
        "majority protein ids", "leading razor protein", "protein group", "pg proteingroups", "protein ids",
        "master protein accessions", "uniprot ids", "uniprot", "protein id", "accession", "proteinname", "proteins",
        "fasta headers", "protein", "pg",
    ),
    "gene": (
        "gene names", "genes", "pg genes", "gene symbol", "gene symbols", "gene name", "hgnc symbol", "symbol", "gene",
        "assay",
    ),
    "description": (
        "protein names", "protein descriptions", "protein description", "first protein description",
        "pg proteindescriptions", "master protein descriptions", "description", "fasta headers",
    ),
    "peptides": (
        "razor unique peptides", "number of unique peptides", "unique peptides", "number of peptides",
        "combined total peptides", "pg nrofstrippedsequencesidentified experiment wide", "n sequences", "peptides",
    ),
    "sequence": (
        "modified sequence", "annotated sequence", "peptidemodifiedsequence", "peptidesequence", "eg modifiedsequence",
        "peptide sequence", "stripped sequence", "peptide", "sequence",
    ),
    "charge": ("precursor charge", "precursorcharge", "fg charge", "charge"),
    "residue": ("amino acid", "residue"),
    "position": ("positions within proteins", "position"),
    "window": ("sequence window", "sequence window 31", "window", "flanking sequence"),
}  # fmt: skip
"""Our name → names of columns that hold it, the best first, as `key` writes them."""

_ALL_ALIASES = frozenset(alias for aliases in ALIASES.values() for alias in aliases)
_NUMBERS_ABOUT_FEATURES = re.compile(
    r"(^|\s)(peptides?|psms?|spectral counts?|counts?|score|q value|p value|pvalue|qvalue|pep|mass|mw|length|charge|"
    r"position|chr|chromosome|start|end|coverage|rank|index|id|entrez|probability|angle|m z|rt|retention time|"
    r"n sequences|n proteotypic sequences|proteotypic|numberpsm|maxpepprob|referenceintensity|number of .*|"
    r"mol weight.*)$"
)
_ACCESSION = re.compile(r"(?:^|;)\s*>?(?:sp|tr|lcl)\|([^|;]+)\|")
_GENE_IN_HEADER = re.compile(r"\bGN=(\S+)")
UNIPROT = re.compile(r"(?:[OPQ]\d[A-Z\d]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z\d]{2}\d){1,2})(?:-\d+)?")
_SYMBOL = re.compile(r"[A-Z][A-Za-z0-9.-]{0,14}|C\d+orf\d+")
_SITE = re.compile(r"(?P<entity>.+?)[-_;:]\s?(?P<sites>[A-Z]\d+(?:\+?[A-Z]\d+)*);?")
_WINDOW = re.compile(r"[A-Z_*-]{7,}")
_MOST = 0.9


def key(column: object) -> str:
    """A column's name in lower case with single spaces for all else, so that `LFQ.intensity` is `LFQ intensity`."""
    return re.sub(r"[^a-z0-9]+", " ", str(column).lower()).strip()


def tells_of_features(column: object) -> bool:
    """Whether a column of numbers is a property of features by its name, and not a sample."""
    name = key(column)
    return name in _ALL_ALIASES or _NUMBERS_ABOUT_FEATURES.search(name) is not None


def annotate(frame: pd.DataFrame, identity: pd.Series) -> pd.DataFrame:
    """What a table says of its features, under our names.

    Args:
        frame: one row a feature.
        identity: the features' ids, from which sites, accessions and symbols are read where no column has them.

    Returns:
        Columns of `ALIASES` as far as they are known; text has no missing values.
    """
    by_key = {key(column): column for column in reversed(frame.columns)}
    found = {
        name: frame[by_key[alias]]
        for name, aliases in ALIASES.items()
        if (alias := next((alias for alias in aliases if alias in by_key), None)) is not None
    }
    headers = found.get("protein", identity).astype(str)
    if "gene" not in found:
        described = found.get("description", headers).astype(str)
        genes = described.map(_genes_of)
        if genes.ne("").any():
            found["gene"] = genes
    if "protein" in found:
        found["protein"] = headers.map(accessions)
    _read_ids(identity.astype(str), found)
    if "window" not in found:
        found |= _find_windows(frame)
    return pd.DataFrame({name: _tidy(column) for name, column in found.items()}, index=frame.index)


def accessions(text: str) -> str:
    """`sp|P04075|ALDOA_HUMAN;tr|Q9|X` → `P04075;Q9`; what holds no such header stays as it is."""
    return ";".join(_ACCESSION.findall(text)) or text


def share_of(pattern: re.Pattern[str], texts: Iterable[str]) -> float:
    """Share of texts that a pattern matches as a whole; of a text with several entries, its first counts."""
    entries = [text.split(";")[0] for text in texts]
    return sum(pattern.fullmatch(entry) is not None for entry in entries) / max(len(entries), 1)


def _genes_of(header: str) -> str:
    return ";".join(dict.fromkeys(_GENE_IN_HEADER.findall(header)))


def _read_ids(identity: pd.Series, found: dict[str, pd.Series]) -> None:
    """Read site, accession and symbol from ids such as `AAAS-S495`, `P16858_S149` and `A1BG`."""
    entity = identity
    sites = identity.str.extract(f"^{_SITE.pattern}$")
    if sites["sites"].notna().mean() >= _MOST:
        entity = sites["entity"].fillna(identity)
        first = sites["sites"].str.extract(r"^([A-Z])(\d+)")
        found.setdefault("residue", first[0])
        found.setdefault("position", pd.to_numeric(first[1]).astype(float))
    if share_of(UNIPROT, entity) >= _MOST:
        found.setdefault("protein", entity)
    elif share_of(_SYMBOL, entity) >= _MOST:
        found.setdefault("gene", entity)


def _find_windows(frame: pd.DataFrame) -> dict[str, pd.Series]:
    """A column of equally long stretches of residues around a site, an odd number of them."""
    for column in frame.columns:
        if pd.api.types.is_numeric_dtype(frame[column]):
            continue
        texts = frame[column].dropna().astype(str)
        lengths = texts.str.len()
        if len(texts) > 1 and lengths.nunique() == 1 and lengths.iloc[0] % 2 and share_of(_WINDOW, texts) == 1.0:
            return {"window": texts.reindex(frame.index)}
    return {}


def _tidy(column: pd.Series) -> pd.Series:
    """Numbers stay; text loses its missing values, which no file format of data keeps in text."""
    return column if pd.api.types.is_numeric_dtype(column) else column.astype(str).where(column.notna(), "")
