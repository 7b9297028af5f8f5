"""Features that one group has and another lacks, which a comparison of means cannot test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import numpy.typing as npt
import scipy
from pydantic import Field

from tools.proteomics.linear_model import adjust
from tools.proteomics.testing import ALPHA, feature_table, matrix, of_levels, people_names
from tools.tool import LevelName, Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

PRESENCE = Table(
    "presence",
    "a feature that was measured at all, smallest p first",
    {
        "seen_numerator": "samples of the numerator in which it was measured",
        "seen_denominator": "samples of the denominator in which it was measured",
        "difference": "share of the numerator's samples in which it was measured, less that of the denominator's",
        "mean_seen": "mean of its values in the group that has more of it",
        "p": "two-sided p of the difference in how often it was measured",
        "q": "p adjusted over the table (Benjamini and Hochberg)",
        "only_in": "the group that alone has it; empty when both do",
        "called": f"q < {ALPHA}",
    },
)


@tool(needs=Needs(groups="group", replicates=2), tables=(PRESENCE,))
def test_presence(
    data: AnnData,
    group: SampleColumnName,
    numerator: LevelName,
    denominator: LevelName,
    method: Annotated[
        Literal["fisher", "abundance"],
        Field(
            description="`fisher`: exact, and needs four samples a group to reach p < 0.05. `abundance`: asks how "
            "often a feature of such abundance is missed by chance, which tells with three samples a group."
        ),
    ] = "fisher",
) -> Result:
    """Which features are there in one group of samples and missing in the other (on/off).

    The counterpart of test_differential for features without values enough for a fold change. Works on data that was
    not imputed.
    """
    data = of_levels(data, group, (numerator, denominator))
    first = (data.obs[group].astype(str) == numerator).to_numpy()
    there = ~np.isnan(matrix(data))
    kept = there.any(axis=0)
    data, there = data[:, kept], there[:, kept]
    seen = np.stack([there[first].sum(axis=0), there[~first].sum(axis=0)], axis=1).astype(float)
    sizes = np.array([first.sum(), (~first).sum()], dtype=float)
    values = np.where(there, np.nan_to_num(matrix(data)), 0.0)
    sums = np.stack([values[first].sum(axis=0), values[~first].sum(axis=0)], axis=1)
    fuller = (seen / sizes).argmax(axis=1)[:, None]
    abundance = (np.take_along_axis(sums, fuller, 1) / np.take_along_axis(seen, fuller, 1))[:, 0]
    p = _fisher(seen, sizes) if method == "fisher" else _by_abundance(seen, sizes, fuller, abundance)
    q = adjust(p)
    only = np.select([seen[:, 1] == 0, seen[:, 0] == 0], [numerator, denominator], "")
    columns = {
        "seen_numerator": seen[:, 0].astype(int),
        "seen_denominator": seen[:, 1].astype(int),
        "difference": seen[:, 0] / sizes[0] - seen[:, 1] / sizes[1],
        "mean_seen": abundance,
        "p": p,
        "q": q,
        "only_in": only,
        "called": q < ALPHA,
    }
    table = feature_table(data, columns)
    called = table[table["called"]]
    alone = {level: int((table["only_in"] == level).sum()) for level in (numerator, denominator)}
    names = people_names(data)
    first_names = ", ".join(names[name] for name in called.index[:3]) or "none"
    summary = (
        f"Of {len(table)} features, {alone[numerator]} were seen in {numerator} only and "
        f"{alone[denominator]} in {denominator} only. {len(called)} are called at q < {ALPHA}: {first_names}."
    )
    facts = {"tested": len(table), "called": len(called), "smallest_p": float(p.min()) if len(p) else 1.0}
    return Result(summary, tables={"presence": table}, facts=facts)


def _fisher(seen: Floats, sizes: Floats) -> Floats:
    """Fisher's exact p of each feature; the few tables that there are get computed once."""
    tables, where = np.unique(seen, axis=0, return_inverse=True)
    exact = [scipy.stats.fisher_exact(np.array([counts, sizes - counts])).pvalue for counts in tables]
    return np.asarray(exact, dtype=float)[where.ravel()] if len(tables) else np.zeros(0)


def _by_abundance(seen: Floats, sizes: Floats, fuller: npt.NDArray[np.int_], abundance: Floats) -> Floats:
    """How often chance alone leaves a feature of this abundance in so few samples of the emptier group.

    A feature's chance to be measured follows a beta distribution whose mean rises with abundance (logistic), fitted
    to all features at once. Given in how many samples the fuller group has it, the count of the emptier group is then
    beta-binomial, which has the tail that features have that are hard to measure for reasons of their own.
    """
    scaled = (abundance - abundance.mean()) / (abundance.std() or 1.0)

    def shape(parameters: Floats) -> tuple[Floats, Floats]:
        mean = scipy.special.expit(parameters[0] + parameters[1] * scaled)
        weight = np.exp(np.clip(parameters[2], -5, 10))
        return mean * weight + 1e-6, (1 - mean) * weight + 1e-6

    def surprise(parameters: Floats) -> float:
        alpha, beta = shape(parameters)
        total, missed = seen.sum(axis=1), sizes.sum() - seen.sum(axis=1)
        return float((scipy.special.betaln(alpha, beta) - scipy.special.betaln(alpha + total, beta + missed)).sum())

    alpha, beta = shape(scipy.optimize.minimize(surprise, np.array([0.0, 1.0, 1.0]), method="Nelder-Mead").x)
    full, of_full = np.take_along_axis(seen, fuller, 1)[:, 0], sizes[fuller[:, 0]]
    rest, of_rest = np.take_along_axis(seen, 1 - fuller, 1)[:, 0], sizes[1 - fuller[:, 0]]
    tail = scipy.stats.betabinom.cdf(rest, of_rest, alpha + full, beta + of_full - full)
    return np.asarray(np.minimum(1.0, 2 * tail))
