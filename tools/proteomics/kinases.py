"""Kinases whose sites move together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import scipy
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.linear_model import adjust
from tools.proteomics.motifs import kinase_sites
from tools.proteomics.set_tests import Scores, contrast, test_sets
from tools.proteomics.testing import ALPHA, Block, Covariates
from tools.tool import FeatureColumnName, LevelName, Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

_FEWEST = 10
"""Sites that a kinase needs, below which their mean says little."""

KINASES = Table(
    "kinases",
    "a kinase, or a family that one motif stands for, smallest p first",
    {
        "z": "how far the mean change of its sites is from that of all others, as a standard normal deviate",
        "log2_fc": "mean log2 fold change of its sites",
        "sites": "sites that fit its motif",
        "correlation": "mean correlation between its sites within the groups, which widens what chance makes of z",
        "p": "two-sided p of z",
        "q": "p adjusted over the table (Benjamini and Hochberg)",
        "called": f"q < {ALPHA}",
    },
)


@tool(needs=Needs(scale=("log2", "ratio"), groups="group"), tables=(KINASES,))
def score_kinases(
    data: AnnData,
    windows: Annotated[
        FeatureColumnName, Field(description="sequence around each phosphosite, with the site in the middle")
    ],
    group: SampleColumnName,
    numerator: LevelName,
    denominator: Annotated[
        str | None, Field(description="level to compare to; leave out where values are ratios to a reference")
    ] = None,
    covariates: Covariates = (),
    block: Block = None,
) -> Result:
    """Which kinases became more or less active, judged by the phosphosites that fit their motifs.

    The mean log2 fold change of a kinase's sites against that of all others (Casado et al. 2013), with the noise that
    its sites share (CAMERA). Kinases of similar motifs share sites and rise together: read a group of them as one
    answer.
    """
    import pandas as pd

    sequences = data.var[windows].fillna("").astype(str).str.split(";").str[0]
    if not (sequences != "").any():
        raise NotApplicable((f"no feature has a sequence in `{windows}`",))
    fitted, warnings = contrast(
        data[:, (sequences != "").to_numpy()], group, (numerator, denominator), covariates, block
    )
    members, source = kinase_sites(list(sequences[fitted.data.var_names]))
    counts = members.sum(axis=0)
    members = members.loc[:, (counts >= _FEWEST) & (counts < len(members))]
    if members.empty:
        raise NotApplicable((f"no kinase has {_FEWEST} sites of known sequence in `{windows}`",))
    scores = Scores.by_change(fitted)
    matrix = scipy.sparse.csr_array(members.to_numpy(dtype=float))
    tests = test_sets(scores, matrix)
    q = adjust(tests.p)
    columns = {
        "z": tests.z,
        "log2_fc": scores.effect @ matrix / matrix.sum(axis=0),
        "sites": members.sum(axis=0).to_numpy(),
        "correlation": tests.correlation,
        "p": tests.p,
        "q": q,
        "called": q < ALPHA,
    }
    table = pd.DataFrame(columns, index=members.columns).sort_values("p", kind="stable")
    called = int(table["called"].sum())
    names = ", ".join(f"{name} {z:+.1f}" for name, z in table["z"].head(4).items())
    against = f"against {denominator}" if denominator else "against the reference"
    summary = (
        f"Scored {len(table)} kinases on {len(members)} sites, {numerator} {against}, by {source}: {called} at "
        f"q < {ALPHA}. First (z): {names}."
    )
    facts: dict[str, float | int | str | bool] = {
        "tested": len(table),
        "sites": len(members),
        "called": called,
        "motifs": source,
    }
    return Result(summary, tables={"kinases": table}, facts=facts, warnings=warnings)
