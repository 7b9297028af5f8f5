"""Data with a known truth: a spike-in experiment as a mass spectrometer would have seen it.

What makes real data hard is in it: errors that are larger for faint features and differ from feature to feature, values
that are missing because they are faint, a batch, and unequal loading. Fold changes, batch and missingness are known.
Variances follow a scaled inverse chi-square, as the moderated t-test assumes (Smyth, Stat Appl Genet Mol Biol 2004,
3:3, doi:10.2202/1544-6115.1027).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from tools.proteomics.readers.quantities import assemble
from tools.tool import Result, Table, tool

_SET_SIZE = 20
_SETS = 24
_PRIOR_DF = 5.0
_LOADING = 0.25
Matrix = npt.NDArray[np.float64]


class SpikeIn(BaseModel):
    """What to generate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    features: int = Field(default=1200, ge=2 * _SET_SIZE)
    samples_per_group: int = Field(default=6, ge=2)
    levels: tuple[float, ...] = Field(default=(1.0, 2.0, 4.0), min_length=2)
    """Amount of the spiked features in each group, relative to the first."""
    spiked_share: float = Field(default=0.06, gt=0, lt=0.5)
    missing_share: float = Field(default=0.15, ge=0, lt=0.8)
    batch_spread: float = Field(default=0.4, ge=0)
    """Standard deviation of a feature's shift in the second batch, log2 units; each group is half in each batch."""
    seed: int = 0


class Generated(NamedTuple):
    """Quantities, sample sheet, truth and sets of features."""

    intensities: pd.DataFrame
    """Samples × features, raw; NaN is missing."""
    samples: pd.DataFrame
    truth: pd.DataFrame
    """One row a feature: `changed`, `log2_per_level` (its change where the amount doubles), `set`."""
    sets: dict[str, list[str]]
    """Name → genes. The first rises with the spike, the second falls; the others are drawn from the background."""


def simulate(spec: SpikeIn) -> Generated:
    """Draw an experiment; the same `spec` gives the same numbers."""
    random = np.random.default_rng(spec.seed)
    truth, sets = _truth(spec, random)
    samples = _samples(spec, random)
    mean = random.normal(24.5, 2.0, spec.features)
    amount = np.log2(np.array(spec.levels))[samples["group_index"].to_numpy()]
    second = (samples["batch"] == "batch2").to_numpy(dtype=float)
    expected = (
        mean
        + np.outer(amount, truth["log2_per_level"].to_numpy())
        + np.outer(second, random.normal(0, spec.batch_spread, spec.features))
        + random.normal(0, _LOADING, len(samples))[:, None]
    )
    typical = 0.12 + 0.35 * np.exp2(-(mean - 20) / 2.5)
    spread = typical * np.sqrt(_PRIOR_DF / random.chisquare(_PRIOR_DF, spec.features))
    log2 = expected + random.normal(0, 1, expected.shape) * spread
    log2[_missing(log2, spec.missing_share, random)] = np.nan
    table = pd.DataFrame(np.exp2(log2).round(1), index=samples.index, columns=truth.index)
    measured = table.columns[table.notna().any(axis=0)]
    truth["peptides"] = 1 + random.poisson(np.exp2((mean - 22) / 2))
    return Generated(table[measured], samples.drop(columns="group_index"), truth, sets)


def write_spike_in(folder: Path, spec: SpikeIn) -> dict[str, Path]:
    """Write a generated experiment as files that `read_quantities` and the tools of enrichment read.

    Returns:
        `table` (TSV), `samples` (CSV), `truth` (CSV) and `sets` (GMT).
    """
    made = simulate(spec)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {
        "table": folder / "proteins.tsv",
        "samples": folder / "samples.csv",
        "truth": folder / "truth.csv",
        "sets": folder / "gene_sets.gmt",
    }
    about = made.truth.loc[made.intensities.columns, ["gene", "peptides"]]
    about.join(made.intensities.T).to_csv(paths["table"], sep="\t", index_label="protein")
    made.samples.to_csv(paths["samples"], index_label="sample")
    made.truth.to_csv(paths["truth"], index_label="protein")
    lines = ["\t".join((name, "generated", *genes)) for name, genes in made.sets.items()]
    paths["sets"].write_text("\n".join(lines) + "\n", encoding="utf-8")
    return paths


@tool(
    tables=(
        Table(
            "truth",
            "one feature",
            {
                "changed": "whether it was spiked",
                "log2_per_level": "its true log2 fold change where the spiked amount doubles",
                "set": "the set of features that it was spiked with, empty for background",
            },
        ),
    ),
    changes_data=True,
)
def generate_spike_in(
    features: Annotated[int, Field(ge=2 * _SET_SIZE, le=50_000)] = 1200,
    samples_per_group: Annotated[int, Field(ge=2, le=200)] = 6,
    levels: Annotated[
        tuple[float, ...], Field(min_length=2, max_length=8, description="amount of the spike in each group")
    ] = (1.0, 2.0, 4.0),
    spiked_share: Annotated[float, Field(gt=0, lt=0.5)] = 0.06,
    missing_share: Annotated[float, Field(ge=0, lt=0.8)] = 0.15,
    batch_spread: Annotated[float, Field(ge=0, description="of the second batch's shifts, log2 units")] = 0.4,
    seed: int = 0,
) -> Result:
    """Make a spike-in experiment with a known truth, to measure how well an analysis does.

    Half of the spiked features rise with the spiked amount and half fall; all others stay. Raw intensities.
    """
    spec = SpikeIn(
        features=features,
        samples_per_group=samples_per_group,
        levels=levels,
        spiked_share=spiked_share,
        missing_share=missing_share,
        batch_spread=batch_spread,
        seed=seed,
    )
    made = simulate(spec)
    about = made.truth.loc[made.intensities.columns, ["gene", "peptides"]]
    data = assemble(made.intensities, made.samples, about, "raw")
    changed = int(made.truth["changed"].sum())
    return Result(
        f"Made {data.n_obs} samples of {len(levels)} groups with {data.n_vars} features, {changed} of them spiked.",
        data=data,
        tables={"truth": made.truth},
        facts={"changed": changed, "missing_share": float(made.intensities.isna().to_numpy().mean())},
    )


def _truth(spec: SpikeIn, random: np.random.Generator) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """What changes, and sets of features: one that rises, one that falls, and sets of the background."""
    names = [f"PROT{number:05d}" for number in range(1, spec.features + 1)]
    genes = [f"GEN{number:05d}" for number in range(1, spec.features + 1)]
    order = random.permutation(spec.features)
    changed = order[: max(2, round(spec.features * spec.spiked_share))]
    rising, falling = np.array_split(changed, 2)
    background = order[len(changed) :]
    truth = pd.DataFrame({"gene": genes, "changed": False, "log2_per_level": 0.0, "set": ""}, index=names)
    sets = {}
    for name, members, slope in (("SPIKED_UP", rising, 1.0), ("SPIKED_DOWN", falling, -1.0)):
        rows = truth.index[members]
        truth.loc[rows, ["changed", "log2_per_level", "set"]] = [True, slope, name]
        sets[name] = list(truth.loc[rows, "gene"])
    for number in range(1, _SETS + 1):
        drawn = random.choice(background, min(_SET_SIZE, len(background)), replace=False)
        sets[f"BACKGROUND_{number:02d}"] = list(truth["gene"].iloc[np.sort(drawn)])
    return truth, sets


def _samples(spec: SpikeIn, random: np.random.Generator) -> pd.DataFrame:
    rows = [
        {
            "group": f"level{level:g}",
            "group_index": index,
            "batch": f"batch{replicate % 2 + 1}",
            "replicate": replicate + 1,
        }
        for index, level in enumerate(spec.levels)
        for replicate in range(spec.samples_per_group)
    ]
    samples = pd.DataFrame(rows)
    samples["amount"] = [spec.levels[index] for index in samples["group_index"]]
    samples["age"] = random.integers(30, 80, len(samples))
    return samples.set_axis([f"{row['group']}_{row['replicate']}" for row in rows])


def _missing(log2: Matrix, share: float, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Values that go missing: a tenth of them at random, the others the more likely the fainter they are."""
    if share == 0:
        return np.zeros(log2.shape, dtype=bool)
    at_random = random.random(log2.shape) < share / 10
    limit = np.quantile(log2, share * 0.9)
    faint = random.random(log2.shape) < 1 / (1 + np.exp(2.5 * (log2 - limit)))
    return np.asarray(at_random | faint)
