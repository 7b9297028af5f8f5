"""Kinases whose sites move together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
import scipy
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.linear_model import adjust
from tools.proteomics.motifs import kinase_sites
from tools.proteomics.testing import ALPHA, matrix, of_levels
from tools.tool import FeatureColumnName, Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

_FEWEST = 10
"""Sites that a kinase needs, below which their mean says little."""

KINASES = Table(
    "kinases",
    "a kinase, or a family that one motif stands for, smallest p first",
    {
        "z": "how far the mean change of its sites is from that of all sites, in standard errors",
        "log2_fc": "mean log2 fold change of its sites",
        "sites": "sites that fit its motif",
        "p": "two-sided p of z",
        "q": "p adjusted over the table (Benjamini and Hochberg)",
        "called": f"q < {ALPHA}",
    },
)


@tool(needs=Needs(scale=("log2", "ratio")), tables=(KINASES,))
def score_kinases(
    data: AnnData,
    windows: Annotated[
        FeatureColumnName, Field(description="sequence around each phosphosite, with the site in the middle")
    ],
    group: SampleColumnName,
    numerator: str,
    denominator: Annotated[
        str | None, Field(description="level to compare to; leave out where values are ratios to a reference")
    ] = None,
) -> Result:
    """Which kinases became more or less active, judged by the phosphosites that fit their motifs.

    Kinases of similar motifs share sites and rise together: read a group of them as one answer.
    """
    change = _change(data, group, numerator, denominator)
    sequences = data.var[windows].fillna("").astype(str).str.split(";").str[0]
    usable = ~np.isnan(change) & (sequences != "").to_numpy()
    change = change[usable]
    members, source = kinase_sites(list(sequences[usable]))
    counts = members.sum(axis=0)
    members = members.loc[:, (counts >= _FEWEST) & (counts < len(members))]
    if members.empty:
        raise NotApplicable((f"no kinase has {_FEWEST} sites of known sequence in `{windows}`",))
    table = _score(change, members)
    called = table[table["called"]]
    names = ", ".join(f"{name} {z:+.1f}" for name, z in table["z"].head(4).items())
    against = f"against {denominator}" if denominator else "against the reference"
    summary = (
        f"Scored {len(table)} kinases on {len(change)} sites, {numerator} {against}, by {source}: {len(called)} at "
        f"q < {ALPHA}. First (z): {names}."
    )
    facts: dict[str, float | int | str | bool] = {
        "tested": len(table),
        "sites": len(change),
        "called": len(called),
        "motifs": source,
    }
    return Result(summary, tables={"kinases": table}, facts=facts)


def _change(data: AnnData, group: str, numerator: str, denominator: str | None) -> Floats:
    """Difference of the means of each site."""
    if denominator is None and data.uns.get("scale") != "ratio":
        raise NotApplicable(("the values are no ratios to a reference: name a `denominator`",))
    levels = (numerator,) if denominator is None else (numerator, denominator)
    data = of_levels(data, group, levels)
    first = (data.obs[group].astype(str) == numerator).to_numpy()
    values = matrix(data)
    return _mean(values[first]) - (0.0 if denominator is None else _mean(values[~first]))


def _mean(values: Floats) -> Floats:
    """Mean of each column over what was measured; NaN where nothing was."""
    there = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(there, values, 0).sum(axis=0) / there.sum(axis=0))


def _score(change: Floats, members: pd.DataFrame) -> pd.DataFrame:
    """z of each kinase (Casado et al., Sci. Signal. 6 (2013), rs6: kinase-substrate enrichment)."""
    import pandas as pd

    inside = members.to_numpy(dtype=float)
    counts = inside.sum(axis=0)
    means = change @ inside / counts
    z = (means - change.mean()) * np.sqrt(counts) / change.std(ddof=1)
    p = 2 * scipy.stats.norm.sf(np.abs(z))
    q = adjust(p)
    columns = {"z": z, "log2_fc": means, "sites": counts.astype(int), "p": p, "q": q, "called": q < ALPHA}
    return pd.DataFrame(columns, index=members.columns).sort_values("p", kind="stable")
