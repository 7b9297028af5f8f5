"""Gene sets that are over-represented among, or ranked ahead of, what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import scipy
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.gene_sets import effect_column, read_gene_sets, read_tests
from tools.proteomics.linear_model import adjust
from tools.proteomics.testing import ALPHA
from tools.tool import InputFile, InputTable, Result, Table, tool

if TYPE_CHECKING:
    import pandas as pd

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
    Needs features that were called; enrich_gsea needs none. Gene sets come as a GMT file.
    """
    table = read_tests(tests)
    called = table["called"].astype(bool)
    if direction != "both":
        sign = 1 if direction == "up" else -1
        called &= np.sign(table[effect_column(table)]) == sign
    if not called.any():
        raise NotApplicable(("no feature is called in this table: use enrich_gsea, which needs none",))
    sets = _measured(read_gene_sets(gene_sets), table, smallest, largest)
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
    Subramanian et al. 2005).
    """
    import gseapy

    table = read_tests(tests)
    strength = table["t"] if "t" in table else np.sign(table[effect_column(table)]) * -np.log10(table["p"] + 1e-300)
    ranks = strength.sort_values(ascending=False)
    sets = _measured(read_gene_sets(gene_sets), table, smallest, largest)
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
    sets: dict[str, frozenset[str]], table: pd.DataFrame, smallest: int, largest: int
) -> dict[str, frozenset[str]]:
    """The sets cut down to genes that were tested, of a size that is looked at."""
    tested = frozenset(table.index)
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


def _result(table: pd.DataFrame, what: str, column: str) -> Result:
    called = table[table["called"]]
    first = "; ".join(f"{name} {value:.2f}" for name, value in table[column].head(3).items())
    summary = f"{what}: {len(called)} of {len(table)} gene sets at q < {ALPHA}. First ({column}): {first}."
    return Result(summary, tables={"enrichment": table}, facts={"tested": len(table), "called": len(called)})
