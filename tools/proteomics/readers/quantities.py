"""The tool that brings data in: a table of quantities and a sample sheet become the data that all tools work on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from tools.data import SCALE, Scale
from tools.errors import DataUnreadable
from tools.proteomics.readers.catalogue import FORMATS, find_format
from tools.proteomics.readers.formats import Quantities, Wide
from tools.proteomics.readers.generic import read_generic
from tools.proteomics.readers.long import read_long
from tools.proteomics.readers.mztab import is_mztab, read_mztab
from tools.proteomics.readers.text import parse_table, read_text
from tools.proteomics.readers.wide import read_wide
from tools.proteomics.sample_sheet import column_names, join, match, read_sheet
from tools.tool import InputFile, Result, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

FormatName = Literal[
    "auto", "alphapept", "cytof", "diann", "fragpipe", "maxquant", "msaid", "msstats", "mztab", "proteome_discoverer",
    "sage", "spectronaut", "wide",
]  # fmt: skip
_LARGEST_LOG2 = 60.0
"""No instrument counts to 2^60; a table whose largest value is below holds logarithms."""
_SAMPLES = Table("samples", "one sample", {"measured": "features with a value, a count"})


@tool(tables=(_SAMPLES,), changes_data=True)
def read_quantities(
    table: Annotated[InputFile, Field(description="table of quantities, as a search engine or a person wrote it")],
    samples: Annotated[InputFile | None, Field(description="sample sheet (CSV, TSV or SDRF)")] = None,
    format: Annotated[FormatName, Field(description="program that wrote it; auto finds out")] = "auto",  # noqa: A002
    level: Annotated[
        Literal["auto", "protein", "precursor", "site"],
        Field(description="features to read where a table has several; auto takes the first of protein, precursor"),
    ] = "auto",
    scale: Annotated[
        Literal["auto", "raw", "log2", "ratio"], Field(description="of the numbers; auto judges by format and values")
    ] = "auto",
    zeros_are_missing: Annotated[
        bool | None, Field(description="whether 0 means not measured; null decides by scale and format")
    ] = None,
) -> Result:
    """Read a table of quantities and its sample sheet.

    Reads what MaxQuant, DIA-NN, Spectronaut, FragPipe, Proteome Discoverer, mzTab, MSstats, Sage, AlphaPept and MSAID
    write, matrices with samples in columns or in rows, tables of sites and of cells (CyTOF). Decoys, contaminants and
    proteins that were identified by site only are left out and counted. The column of the sample sheet that names the
    samples is found by its values.
    """
    sheet = read_sheet(samples) if samples is not None else None
    text = read_text(table)
    if is_mztab(text):
        read = read_mztab(text, table.name)
    else:
        read = _read(parse_table(text, table.name), sheet, format, level, table.name)
    _refuse_empty(read, table.name)
    cells = "cytof" in (format, read.format)
    known = _scale(read, cells=cells) if scale == "auto" else scale
    values, zeros = _without_zeros(read.values, known, asked=zeros_are_missing, cells=cells)
    obs, kept, warnings = _sample_rows(read, sheet, table.name)
    data = assemble(values.loc[kept.index[kept]] if not kept.all() else values, obs, read.features, known)
    measured = pd.DataFrame({"measured": np.isfinite(np.asarray(data.X)).sum(axis=1)}, index=data.obs_names)
    facts = {"format": read.format, "samples": data.n_obs, "features": data.n_vars, "zeros_made_missing": zeros}
    facts |= {f"removed_{reason.replace(' ', '_')}": count for reason, count in read.removed.items()}
    left_out = ", ".join(f"{count} {reason}" for reason, count in read.removed.items()) or "nothing"
    return Result(
        summary=f"Read {data.n_vars} features in {data.n_obs} samples from a table of the format {read.format} "
        f"({known} scale); left out: {left_out}.",
        data=data,
        tables={"samples": measured.join(data.obs, rsuffix="_sheet")},
        facts=facts,
        warnings=warnings,
    )


def assemble(values: pd.DataFrame, samples: pd.DataFrame, features: pd.DataFrame, scale: Scale) -> AnnData:
    """Data of the contract from its parts; text becomes what a file of data can hold.

    Args:
        values: samples × features.
        samples: the same rows.
        features: rows in the order of the columns of `values`.
        scale: of the values.
    """
    from anndata import AnnData

    obs = samples.apply(_storable).set_axis(column_names(samples.columns), axis="columns")
    obs.index = pd.Index(_once(samples.index.astype(str)), name=None)
    var = features.set_axis(pd.Index(values.columns.astype(str), name=None))
    return AnnData(X=values.to_numpy(dtype=float), obs=obs, var=var, uns={SCALE: scale})


def _read(frame: pd.DataFrame, sheet: pd.DataFrame | None, name: FormatName, level: str, file: str) -> Quantities:
    format_ = None if name in ("wide", "cytof") else find_format(frame.columns, name, level)
    if format_ is None and name in {known.name for known in FORMATS} | {"mztab"}:
        raise DataUnreadable(f"{file}: does not have the columns of {name} at the level {level}; try format `auto`")
    if format_ is None:
        return read_generic(frame, sheet, file)
    if isinstance(format_, Wide):
        return read_wide(frame, format_, file)
    return read_long(frame, format_, sheet, file)


def _refuse_empty(read: Quantities, file: str) -> None:
    """A table that gives nothing must not pass for an experiment that found nothing."""
    if min(read.values.shape) == 0 or read.values.isna().all(axis=None):
        raise DataUnreadable(
            f"{file}: {read.format} gave no sample or no value (left out: {read.removed or 'nothing'})"
        )
    if read.values.isin([0, 1]).all(axis=None):
        raise DataUnreadable(f"{file}: holds only 0 and 1; such marks belong into the sample sheet, as columns")


def _scale(read: Quantities, *, cells: bool) -> Scale:
    """The scale by what the format always has, else by the values."""
    if cells:
        return "raw"
    values = read.values.to_numpy(dtype=float)
    if read.scale is not None:
        return read.scale
    if (np.nanmin(values) < 0) and np.nanmax(values) < _LARGEST_LOG2:
        return "ratio"
    return "log2" if np.nanmax(values) < _LARGEST_LOG2 else "raw"


def _without_zeros(values: pd.DataFrame, scale: Scale, *, asked: bool | None, cells: bool) -> tuple[pd.DataFrame, int]:
    """Values with NaN for zeros that mean "not measured", and how many there were.

    A mass spectrometer that sees nothing writes 0 in a table of intensities. Markers of cells and log ratios can be 0.
    """
    negative = bool((values < 0).any(axis=None))
    missing = asked if asked is not None else scale == "raw" and not cells and not negative
    if not missing:
        return values, 0
    zero = values == 0
    return values.mask(zero), int(zero.to_numpy().sum())


def _sample_rows(
    read: Quantities, sheet: pd.DataFrame | None, file: str
) -> tuple[pd.DataFrame, pd.Series, tuple[str, ...]]:
    """The sample sheet's rows for the table's samples, which of those it has, and what a reader should know."""
    names = list(read.values.index.astype(str))
    if sheet is None:
        note = "there is no sample sheet: no groups are known beyond what the table itself says of its samples"
        return read.samples, pd.Series(data=True, index=names), (note,) if read.samples.empty else ()
    matched = match(sheet, list(dict.fromkeys(names)))
    if matched is None:
        raise DataUnreadable(
            f"{file}: no sample of it is named in the sample sheet; the table has {', '.join(names[:3])} …, the sheet "
            f"{', '.join(sheet.iloc[:3, 0].astype(str))} …"
        )
    kept = pd.Series([name in matched.rows for name in names], index=read.values.index)
    obs = join(sheet, names, matched)
    said = read.samples[kept.to_numpy()].set_axis(obs.index)
    obs = (
        obs.join(said[[column for column in said.columns if column not in obs.columns]]) if obs.index.is_unique else obs
    )
    warnings = []
    if not kept.all():
        gone = list(kept.index[~kept])
        warnings.append(f"{len(gone)} samples of the table are not in the sample sheet and were left out: {gone[:5]}")
    idle = len(sheet) - len(set(matched.rows.values()))
    if idle:
        warnings.append(f"{idle} rows of the sample sheet have no sample in the table")
    return obs, kept, tuple(warnings)


def _storable(column: pd.Series) -> pd.Series:
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return column
    return column.where(column.isna(), column.astype(str)).astype("category")


def _once(names: pd.Index) -> list[str]:
    """Names, each once: cells of a sample are numbered."""
    if names.is_unique:
        return list(names)
    counts = names.to_series().groupby(names).cumcount() + 1
    return [f"{name}_{count}" for name, count in zip(names, counts, strict=True)]
