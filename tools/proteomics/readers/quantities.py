"""The tool that brings data in: a table of quantities and a sample sheet become the data that all tools work on."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from tools.data import SCALE, Scale
from tools.errors import DataUnreadable
from tools.proteomics.readers.catalogue import find_format
from tools.proteomics.readers.formats import Quantities, Wide
from tools.proteomics.readers.generic import read_generic
from tools.proteomics.readers.long import read_long
from tools.proteomics.readers.mztab import is_mztab, read_mztab
from tools.proteomics.readers.text import parse_table, read_text
from tools.proteomics.readers.values import judge_scale, without_infinities, zeros_mean_missing
from tools.proteomics.readers.wide import read_wide
from tools.proteomics.sample_sheet import column_names, join, match, none_named, read_sheet, refuse_twice
from tools.tool import InputFile, Result, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

FormatName = Literal[
    "auto", "alphapept", "cytof", "diann", "fragpipe", "long", "maxquant", "msaid", "msstats", "mztab", "olink",
    "proteome_discoverer", "sage", "spectronaut", "wide",
]  # fmt: skip
_DATE = re.compile(r"\d{1,2}-(Sep|Mar|Dec|Apr|Oct)|(Sep|Mar|Dec|Apr|Oct)-\d{1,2}", re.IGNORECASE)
"""What a spreadsheet makes of the genes SEPTIN2, MARCHF1, DEC1 and OCT4."""
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

    Reads what MaxQuant, DIA-NN, Spectronaut, FragPipe, Proteome Discoverer, mzTab, MSstats, Sage, AlphaPept, MSAID
    and Olink write, matrices with samples in columns or in rows, tables of sites and of cells (CyTOF). Decoys,
    contaminants and proteins that were identified by site only are left out and counted. The column of the sample sheet
    that names the samples is found by its values.
    """
    sheet, notes = read_sheet(samples) if samples is not None else (None, ())
    read = _read(table, sheet, format, level)
    if format == "cytof":
        read = replace(read, format=format)
    read, zeros = _settle(read, None if scale == "auto" else scale, zeros_are_missing=zeros_are_missing)
    obs, kept, warnings = _sample_rows(read, sheet, table.name)
    values = read.values[kept]
    measured = values.notna().any(axis=0).to_numpy()
    if not measured.any():
        raise DataUnreadable(f"{table.name}: every value of its samples ({len(values)}) is missing")
    data = assemble(values.loc[:, measured], obs, read.features[measured], read.scale or "raw")
    counts = pd.DataFrame({"measured": np.isfinite(np.asarray(data.X)).sum(axis=1)}, index=data.obs_names)
    removed = read.removed | ({"never quantified": int((~measured).sum())} if not measured.all() else {})
    facts = {"format": read.format, "samples": data.n_obs, "features": data.n_vars, "zeros_made_missing": zeros}
    facts |= {f"removed_{reason.replace(' ', '_')}": count for reason, count in removed.items()}
    left_out = ", ".join(f"{count} {reason}" for reason, count in removed.items()) or "nothing"
    return Result(
        summary=f"Read {data.n_vars} features in {data.n_obs} samples from a table of the format {read.format} "
        f"({read.scale} scale); features left out: {left_out}.",
        data=data,
        tables={"samples": counts.join(data.obs, rsuffix="_sheet")},
        facts=facts,
        warnings=(*notes, *read.notes, *warnings, *_dates(data.var)),
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


def _read(path: Path, sheet: pd.DataFrame | None, name: FormatName, level: str) -> Quantities:
    """The quantities of a file, by the reader that its text or its columns call for; never none."""
    text = read_text(path)
    if is_mztab(text):
        read = read_mztab(text, path.name)
    else:
        read = _read_frame(parse_table(text, path.name), sheet, name, level, path.name)
    read = replace(read, values=without_infinities(read.values))
    _refuse_empty(read, path.name)
    return read


def _read_frame(frame: pd.DataFrame, sheet: pd.DataFrame | None, name: FormatName, level: str, file: str) -> Quantities:
    format_ = None if name in ("wide", "cytof") else find_format(frame.columns, name, level)
    if format_ is None and name not in ("auto", "wide", "cytof"):
        raise DataUnreadable(f"{file}: does not have the columns of {name} at the level {level}; try format `auto`")
    if format_ is None:
        return read_generic(frame, sheet, file)
    if isinstance(format_, Wide):
        return read_wide(frame, format_, file)
    return read_long(frame, format_, sheet, file)


def _settle(read: Quantities, scale: Scale | None, *, zeros_are_missing: bool | None) -> tuple[Quantities, int]:
    """The quantities with their scale known and NaN for zeros that mean missing, and how many those are."""
    cells, told = read.format == "cytof", scale or read.scale
    scale = told or ("raw" if cells else judge_scale(read.values))
    if zeros_are_missing is None:
        zeros_are_missing = not cells and told != "log2" and zeros_mean_missing(read.values, scale)
    zeros = int((read.values == 0).to_numpy().sum()) if zeros_are_missing else 0
    values = read.values.replace(0, np.nan) if zeros else read.values
    return replace(read, values=values, scale=scale), zeros


def _refuse_empty(read: Quantities, file: str) -> None:
    """A table that gives nothing must not pass for an experiment that found nothing."""
    if min(read.values.shape) == 0 or read.values.isna().all(axis=None):
        raise DataUnreadable(
            f"{file}: {read.format} gave no sample or no value (left out: {read.removed or 'nothing'})"
        )
    numbers = read.values.to_numpy(dtype=float)
    if ((numbers == 0) | (numbers == 1)).all():
        raise DataUnreadable(f"{file}: holds only 0 and 1; such marks belong into the sample sheet, as columns")


def _dates(features: pd.DataFrame) -> tuple[str, ...]:
    """A warning where a spreadsheet has made dates of genes."""
    genes = features["gene"] if "gene" in features else pd.Series(dtype=str)
    dates = [gene for gene in genes if _DATE.fullmatch(str(gene))]
    return (f"genes that a spreadsheet has made dates: {len(dates)} ({', '.join(dates[:3])})",) if dates else ()


def _sample_rows(
    read: Quantities, sheet: pd.DataFrame | None, file: str
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_], tuple[str, ...]]:
    """The sample sheet's rows for the table's samples, which of those it has, and what a reader should know."""
    names = list(read.values.index.astype(str))
    if sheet is None:
        note = "there is no sample sheet: no groups are known beyond what the table itself says of its samples"
        return read.samples, np.full(len(names), fill_value=True), (note,) if read.samples.empty else ()
    matched = match(sheet, list(dict.fromkeys(names)))
    if matched is None:
        raise none_named(sheet, names, file)
    refuse_twice(sheet, matched)
    kept = np.array([name in matched.rows for name in names])
    obs = join(sheet, names, matched)
    said = read.samples[kept].set_axis(obs.index)
    obs = (
        obs.join(said[[column for column in said.columns if column not in obs.columns]]) if obs.index.is_unique else obs
    )
    warnings = []
    if not kept.all():
        gone = list(read.values.index[~kept])
        shown = ", ".join(map(str, gone[:5])) + (" …" if len(gone) > 5 else "")
        warnings.append(f"samples left out, since the sample sheet does not name them: {len(gone)} ({shown})")
    idle = len(sheet) - len(set(matched.rows.values()))
    if idle:
        warnings.append(f"rows of the sample sheet that have no sample in the table: {idle}")
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
