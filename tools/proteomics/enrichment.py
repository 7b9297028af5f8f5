"""Gene sets that are over-represented among, or ranked ahead of, what was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import scipy
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.gene_sets import effect_column, first_genes, read_gene_sets, read_tests
from tools.proteomics.linear_model import adjust
from tools.proteomics.set_tests import Scores, contrast, test_sets
from tools.proteomics.testing import ALPHA, Block, Covariates, matrix
from tools.tool import InputFile, InputTable, LevelName, Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

Smallest = Annotated[int, Field(ge=2, description="sets with fewer measured genes are left out")]
Largest = Annotated[int, Field(ge=2, description="sets with more measured genes are left out")]

_COMMON = {
    "size": "genes of the set that were measured",
    "p": "p of the set",
    "q": "p adjusted over the table (Benjamini and Hochberg)",
    "genes": "the genes that make it so, strongest first",
    "called": f"q < {ALPHA}",
}
ORA = Table(
    "enrichment",
    "a gene set, smallest p first",
    {
        "hits": "genes of the set among those called",
        "odds_ratio": "odds of a called gene to be in the set, over those of a gene not called",
        **_COMMON,
    },
)
GSEA = Table(
    "enrichment",
    "a gene set, smallest p first",
    {"nes": "normalised enrichment score; positive: its genes go up", **_COMMON},
)
CAMERA = Table(
    "gene_sets",
    "a gene set, smallest p first",
    {
        "z": "how far its genes moved from all others, as a standard normal deviate; positive: up",
        "log2_fc": "mean log2 fold change of its genes",
        "correlation": "mean correlation between its genes within the groups, which widens what chance makes of z",
        **_COMMON,
    },
)
_SHOWN = 10
"""Genes of a set that its row names."""


@tool(needs=Needs(scale=("log2", "ratio"), groups="group"), tables=(CAMERA,))
def enrich_camera(
    data: AnnData,
    gene_sets: InputFile,
    group: SampleColumnName,
    numerator: LevelName,
    denominator: Annotated[
        str | None, Field(description="level to compare to; leave out where values are ratios to a reference")
    ] = None,
    covariates: Covariates = (),
    block: Block = None,
    smallest: Smallest = 5,
    largest: Largest = 500,
) -> Result:
    """Which gene sets go up or down as a whole between two groups of samples, called features or not.

    The genes of a set go up and down together without any treatment; that is taken from the samples themselves (CAMERA,
    Wu and Smyth 2012). enrich_ora and enrich_gsea see a table only and take genes as independent, which calls too many
    sets: prefer this one. Gene sets come as a GMT file.
    """
    genes = first_genes(data.var["gene"] if "gene" in data.var else data.var_names.to_series())
    kept = _one_feature_each(genes, (~np.isnan(matrix(data))).sum(axis=0))
    fitted, warnings = contrast(data[:, kept], group, (numerator, denominator), covariates, block)
    tested = genes.loc[fitted.data.var_names]
    sets = _measured(read_gene_sets(gene_sets), tested, smallest, min(largest, len(tested) - 1))
    places = {gene: place for place, gene in enumerate(tested)}
    rows = [np.sort([places[gene] for gene in members]) for members in sets.values()]
    columns = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    members = scipy.sparse.csr_array(
        (np.ones(len(columns)), (np.concatenate(rows), columns)), shape=(len(tested), len(rows))
    )
    tests = test_sets(Scores.standardised(fitted), members)
    change = fitted.effect().effect
    named = [_strongest(tested.to_numpy()[row], change[row] * np.sign(z)) for row, z in zip(rows, tests.z, strict=True)]
    means = change @ members / members.sum(axis=0)
    shown = {"z": tests.z, "log2_fc": means, "correlation": tests.correlation}
    table = _table(sets, shown, tests.p, named)
    against = f"against {denominator}" if denominator else "against the reference"
    result = _result(table, f"{len(tested)} genes, {numerator} {against}", "z", "gene_sets")
    return replace(result, warnings=warnings)


def _one_feature_each(genes: pd.Series, values: Floats) -> np.ndarray:
    """Which features stand for their gene: of several of one gene the one with the most values."""
    order = genes.iloc[np.argsort(-values, kind="stable")]
    chosen = order[(order != "").to_numpy() & ~order.duplicated().to_numpy()].index
    return np.asarray(genes.index.isin(chosen))


def _strongest(genes: np.ndarray, strength: Floats) -> str:
    order = np.argsort(-strength, kind="stable")[:_SHOWN]
    return ", ".join(genes[order])


@tool(tables=(ORA,))
def enrich_ora(
    tests: InputTable,
    gene_sets: InputFile,
    direction: Literal["both", "up", "down"] = "both",
    smallest: Smallest = 5,
    largest: Largest = 500,
) -> Result:
    """Which gene sets hold more of the called features than chance would put there.

    The background is what was tested, not the genome: proteins that can be measured at all are a choice of their own.
    Takes genes as independent, which they are not: read it as a summary of a table, and prefer enrich_camera for
    claims. Needs features that were called; enrich_gsea needs none. Gene sets come as a GMT file.
    """
    table = read_tests(tests)
    called = table["called"].astype(bool)
    if direction != "both":
        sign = 1 if direction == "up" else -1
        called &= np.sign(table[effect_column(table)]) == sign
    if not called.any():
        raise NotApplicable(("no feature is called in this table: use enrich_gsea, which needs none",))
    sets = _measured(read_gene_sets(gene_sets), table.index, smallest, largest)
    chosen = list(table.index[called])
    sizes = np.array([len(genes) for genes in sets.values()])
    found = [[gene for gene in chosen if gene in genes] for genes in sets.values()]
    hits = np.array([len(genes) for genes in found])
    # Hits of a draw without replacement: the one-sided test of Fisher.
    p = np.asarray(scipy.stats.hypergeom.sf(hits - 1, len(table), sizes, len(chosen)))
    outside = len(table) - len(chosen) - (sizes - hits)
    odds = (hits + 0.5) * (outside + 0.5) / ((sizes - hits + 0.5) * (len(chosen) - hits + 0.5))
    result = _table(sets, {"hits": hits, "odds_ratio": odds}, p, [", ".join(genes) for genes in found])
    what = f"{len(chosen)} called genes ({direction}) among {len(table)} measured"
    return _result(result, what, "odds_ratio")


@tool(tables=(GSEA,), cost="minutes")
def enrich_gsea(
    tests: InputTable,
    gene_sets: InputFile,
    permutations: Annotated[int, Field(ge=100, le=100_000, description="of the ranks; bounds how small p gets")] = 1000,
    smallest: Smallest = 10,
    largest: Largest = 500,
    seed: int = 0,
) -> Result:
    """Which gene sets go up or down as a whole, called features or not.

    Ranks all tested genes by sign and strength and asks whether a set's genes gather at one end (preranked GSEA,
    Subramanian et al. 2005). Permutes genes, not samples, and so calls sets whose genes only vary together: prefer
    enrich_camera where the samples are at hand.
    """
    import gseapy

    table = read_tests(tests)
    strength = table["t"] if "t" in table else np.sign(table[effect_column(table)]) * -np.log10(table["p"] + 1e-300)
    ranks = strength.sort_values(ascending=False)
    sets = _measured(read_gene_sets(gene_sets), table.index, smallest, largest)
    report = gseapy.prerank(
        rnk=ranks,
        gene_sets={name: sorted(genes) for name, genes in sets.items()},
        min_size=smallest,
        max_size=largest,
        permutation_num=permutations,
        seed=seed,
        threads=2,
        outdir=None,
        verbose=False,
    ).res2d.set_index("Term")
    report = report.loc[[name for name in sets if name in report.index]]
    # No permutation reached the score: p is below what so many can show, and never nought.
    p = np.maximum(report["NOM p-val"].astype(float).to_numpy(), 1 / (permutations + 1))
    columns = {"nes": report["NES"].astype(float).to_numpy()}
    leading = [str(genes).replace(";", ", ") for genes in report["Lead_genes"]]
    result = _table({name: sets[name] for name in report.index}, columns, p, leading)
    return _result(result, f"{len(ranks)} ranked genes", "nes")


def _measured(
    sets: dict[str, frozenset[str]], genes: Collection[str], smallest: int, largest: int
) -> dict[str, frozenset[str]]:
    """The sets cut down to genes that were tested, of a size that is looked at."""
    tested = frozenset(genes)
    cut = {name: genes & tested for name, genes in sets.items()}
    kept = {name: genes for name, genes in cut.items() if smallest <= len(genes) <= largest}
    if not kept:
        shown = ", ".join(sorted(tested)[:3])
        reason = f"no gene set shares {smallest} genes with the table (such as {shown}): are the identifiers the same?"
        raise NotApplicable((reason,))
    return kept


def _table(
    sets: dict[str, frozenset[str]], columns: dict[str, object], p: np.ndarray, genes: list[str]
) -> pd.DataFrame:
    import pandas as pd

    q = adjust(np.asarray(p, dtype=float))
    sizes = [len(members) for members in sets.values()]
    whole = {**columns, "size": sizes, "p": p, "q": q, "genes": genes, "called": q < ALPHA}
    return pd.DataFrame(whole, index=list(sets)).sort_values("p", kind="stable")


def _result(table: pd.DataFrame, what: str, column: str, name: str = "enrichment") -> Result:
    called = table[table["called"]]
    first = "; ".join(f"{name} {value:.2f}" for name, value in table[column].head(3).items())
    summary = f"{what}: {len(called)} of {len(table)} gene sets at q < {ALPHA}. First ({column}): {first}."
    return Result(summary, tables={name: table}, facts={"tested": len(table), "called": len(called)})
