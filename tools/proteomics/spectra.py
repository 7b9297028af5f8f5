"""Raw spectra searched for peptides, with the share of false ones among them under control."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from tools.errors import DataUnreadable, NotApplicable, ToolFailed
from tools.tool import InputFile, Result, Table, tool

if TYPE_CHECKING:
    import pandas as pd

_ENGINES = ("comet-ms", "comet", "comet.exe")
_DECOY = "DECOY_"
_SECONDS = 3600

PEPTIDES = Table(
    "peptides",
    "a peptide that was identified, most spectra first",
    {
        "spectra": "spectra that identify it",
        "expect": "expectation value of the best of them",
        "spectrum_q": "smallest share of false identifications at which that one is accepted",
        "proteins": "proteins that hold it, joined by ;",
    },
)
SPECTRA = Table(
    "spectra",
    "a spectrum that was identified",
    {
        "peptide": "its peptide, modifications in brackets",
        "charge": "charge of its precursor",
        "expect": "expectation value",
        "spectrum_q": "smallest share of false identifications at which it is accepted",
    },
)


@tool(tables=(PEPTIDES, SPECTRA), cost="minutes")
def search_spectra(
    spectra: Annotated[InputFile, Field(description="centroided MS2 spectra: mzML, mzXML or mgf, .gz or not")],
    proteins: Annotated[InputFile, Field(description="FASTA of the proteins that can be there, without decoys")],
    false_share: Annotated[float, Field(gt=0, le=0.1, description="share of false identifications accepted")] = 0.01,
    precursor_ppm: Annotated[float, Field(gt=0, le=100, description="tolerance of the precursor mass")] = 10.0,
    fragment_bin: Annotated[
        float, Field(gt=0, le=1.1, description="0.02 for fragments measured at high resolution, 1.0005 at low")
    ] = 0.02,
    phospho: Annotated[bool, Field(description="look for phosphorylated S, T and Y as well")] = False,  # noqa: FBT002
) -> Result:
    """Identify the peptides of raw spectra by a search with Comet, at a controlled share of false ones.

    Tryptic peptides with up to two missed cleavages, oxidised methionine and carbamidomethylated cysteine. Reversed
    proteins are searched beside the real ones, and what they catch tells how much of the rest is chance
    (target-decoy; Elias and Gygi 2007).
    """
    engine = next((found for name in _ENGINES if (found := shutil.which(name))), None)
    if engine is None:
        raise NotApplicable(("Comet is not installed here: install comet-ms (Debian), or use the image `proteomics`",))
    _check_fasta(proteins)
    with tempfile.TemporaryDirectory() as folder:
        settings = _settings(precursor_ppm, fragment_bin, phospho)
        matches = _search(engine, spectra, proteins, settings, Path(folder))
    matches["decoy"] = matches["protein"].str.split(",").map(lambda names: all(one.startswith(_DECOY) for one in names))
    matches["spectrum_q"] = target_decoy_q(matches["e-value"].to_numpy(), matches["decoy"].to_numpy())
    accepted = matches[(matches["spectrum_q"] <= false_share) & ~matches["decoy"]]
    spectra_table = accepted.rename(columns={"modified_peptide": "peptide", "e-value": "expect"}).set_index("scan")
    spectra_table.index = spectra_table.index.astype(str)
    found = _peptides(accepted)
    summary = (
        f"Identified {len(accepted)} of {len(matches)} spectra at {false_share:.1%} false ones: {len(found)} peptides "
        f"of {accepted['protein'].str.split(',').str[0].nunique()} proteins."
    )
    facts = {"spectra": len(matches), "identified": len(accepted), "peptides": len(found)}
    columns = ["peptide", "charge", "expect", "spectrum_q"]
    return Result(summary, tables={"peptides": found, "spectra": spectra_table[columns]}, facts=facts)


def target_decoy_q(score: np.ndarray, decoy: np.ndarray) -> np.ndarray:
    """Smallest share of false identifications at which each is accepted; a lower score is better.

    The share among the targets up to a score is (decoys + 1) / targets, which does not flatter short lists.
    """
    order = np.lexsort((~decoy, score))
    decoys, targets = np.cumsum(decoy[order]), np.cumsum(~decoy[order])
    share = np.minimum(1.0, (decoys + 1) / np.maximum(targets, 1))
    q = np.empty(len(score))
    q[order] = np.minimum.accumulate(share[::-1])[::-1]
    return q


def _check_fasta(path: Path) -> None:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", errors="replace") as file:
        first = file.readline()
    if not first.startswith(">"):
        raise DataUnreadable(f"{path.name}, line 1: a FASTA file begins with `>` and a protein's name")


def _settings(precursor_ppm: float, fragment_bin: float, phospho: bool) -> dict[str, object]:  # noqa: FBT001
    """What is set otherwise than Comet would."""
    high = fragment_bin < 0.5
    return {
        "decoy_search": 1,
        "decoy_prefix": _DECOY,
        "num_threads": 2,
        "peptide_mass_tolerance": precursor_ppm,
        "peptide_mass_units": 2,
        "isotope_error": 1,
        "search_enzyme_number": 1,
        "num_enzyme_termini": 2,
        "allowed_missed_cleavage": 2,
        "variable_mod01": "15.9949 M 0 3 -1 0 0",
        "variable_mod02": f"{79.966331 if phospho else 0.0} STY 0 3 -1 0 0",
        "add_C_cysteine": 57.021464,
        "fragment_bin_tol": fragment_bin,
        "fragment_bin_offset": 0.0 if high else 0.4,
        "theoretical_fragment_ions": 0 if high else 1,
        "use_B_ions": 1,
        "use_Y_ions": 1,
        "output_txtfile": 1,
        "output_pepxmlfile": 0,
        "num_output_lines": 1,
        "digest_mass_range": "600.0 5000.0",
        "minimum_peaks": 10,
    }


def _written(engine: str, settings: dict[str, object], folder: Path) -> Path:
    """A parameter file of this very version of Comet, which refuses those of others, with our settings in it."""
    subprocess.run([engine, "-p"], cwd=folder, capture_output=True, timeout=60, check=False)
    lines = (folder / "comet.params.new").read_text(encoding="utf-8").splitlines()
    names = [line.partition("=")[0].strip() for line in lines]
    kept = [f"{name} = {settings[name]}" if name in settings else line for name, line in zip(names, lines, strict=True)]
    path = folder / "comet.params"
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return path


def _search(engine: str, spectra: Path, proteins: Path, settings: dict[str, object], folder: Path) -> pd.DataFrame:
    """The best match of each spectrum.

    Raises:
        ToolFailed: Comet did not end well.
        DataUnreadable: there is no spectrum in the file.
    """
    import pandas as pd

    plain = _plain(spectra, folder)
    database = _plain(proteins, folder)
    command = [engine, f"-P{_written(engine, settings, folder)}", f"-D{database}", f"-N{folder / 'found'}", str(plain)]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(f"Comet did not end within {_SECONDS} s") from error
    report = folder / "found.txt"
    if done.returncode != 0 or not report.is_file():
        raise ToolFailed(f"Comet ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-300:]}")
    table = pd.read_csv(report, sep="\t", skiprows=1, index_col=False)
    if table.empty:
        raise DataUnreadable(f"{spectra.name}: no MS2 spectrum matched anything; is it centroided mzML, mzXML or mgf?")
    return table[table["num"] == 1].drop_duplicates("scan").reset_index(drop=True)


def _plain(path: Path, folder: Path) -> Path:
    """The file itself, or its content without gzip, which Comet of 2019 does not read everywhere."""
    if path.suffix != ".gz":
        return path.resolve()
    target = folder / path.stem
    try:
        with gzip.open(path) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    except (gzip.BadGzipFile, EOFError) as error:
        raise DataUnreadable(f"{path.name}: is cut off or no gzip file") from error
    return target


def _peptides(accepted: pd.DataFrame) -> pd.DataFrame:
    best = accepted.sort_values("e-value", kind="stable").groupby("plain_peptide", sort=False)
    table = best.agg(spectra=("scan", "size"), expect=("e-value", "first"), spectrum_q=("spectrum_q", "first"))
    table["proteins"] = best["protein"].first().str.replace(",", ";")
    return table.sort_values("spectra", ascending=False, kind="stable")
