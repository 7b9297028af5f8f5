"""Features that rise and fall together, and what of the samples goes along with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
import scipy
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.linear_model import adjust, encode
from tools.proteomics.testing import ALPHA, matrix, people_names
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

_FEWEST_SEEN = 0.7
_MOST_FEATURES = 3000
"""The most variable features that take part: their correlations are held at once."""

MODULES = Table(
    "modules",
    "a module of features that vary together, the best related to the trait first",
    {
        "size": "its features",
        "explained": "share of their variance that their first principal component explains, 0 to 1",
        "hub": "the feature that goes best along with the module",
        "correlation": "of the module with the trait, -1 to 1",
        "p": "two-sided p of the correlation",
        "q": "p adjusted over the modules (Benjamini and Hochberg)",
        "called": f"q < {ALPHA}",
    },
)
MEMBERS = Table(
    "members",
    "a feature of a module",
    {"module": "its module, m1 the largest", "membership": "its correlation with the module, -1 to 1"},
)


@tool(needs=Needs(scale=("log2", "ratio"), samples=12), tables=(MODULES, MEMBERS), cost="minutes")
def find_modules(
    data: AnnData,
    trait: Annotated[SampleColumnName, Field(description="a number or a category of two levels")],
    smallest: Annotated[int, Field(ge=3, description="features that a module has at least")] = 10,
) -> Result:
    """Modules of features that rise and fall together over the samples, and which of them go along with a trait.

    Clusters the most variable features by their correlation (average linkage) and sums each module up in its first
    principal component. A batch makes modules too: have it corrected first.
    """
    import pandas as pd

    columns = encode(data.obs[trait])
    if columns.shape[1] != 1 or np.isnan(columns).any():
        raise NotApplicable((f"`{trait}` must be a number or have two levels, for every sample",))
    values, names = _candidates(data)
    labels = _cut(values, smallest)
    if not labels.max():
        raise NotApplicable((f"no {smallest} features vary together in these samples",))
    rows, members = {}, []
    for number in range(1, int(labels.max()) + 1):
        inside = np.flatnonzero(labels == number)
        course, explained = _summary(values[:, inside])
        membership = np.array([np.corrcoef(values[:, one], course)[0, 1] for one in inside])
        related = scipy.stats.pearsonr(course, columns[:, 0])
        rows[f"m{number}"] = {
            "size": len(inside),
            "explained": explained,
            "hub": names[inside[np.abs(membership).argmax()]],
            "correlation": float(related.statistic),
            "p": float(related.pvalue),
        }
        members.append(pd.DataFrame({"module": f"m{number}", "membership": membership}, index=names[inside]))
    table = pd.DataFrame.from_dict(rows, orient="index")
    table["q"] = adjust(table["p"].to_numpy(dtype=float))
    table["called"] = table["q"] < ALPHA
    table = table.sort_values("p", kind="stable")
    people = people_names(data)
    best = table.iloc[0]
    summary = (
        f"Found {len(table)} modules among {len(names)} features; {int(table['called'].sum())} go along with {trait} "
        f"at q < {ALPHA}. First: {table.index[0]} ({best['size']} features, hub {people[best['hub']]}, correlation "
        f"{best['correlation']:+.2f})."
    )
    facts = {"modules": len(table), "called": int(table["called"].sum())}
    return Result(summary, tables={"modules": table, "members": pd.concat(members)}, facts=facts)


def _candidates(data: AnnData) -> tuple[Floats, np.ndarray]:
    """Centred values, gaps at the mean, of the most variable features that most samples have; and their names."""
    values = matrix(data)
    kept = (~np.isnan(values)).mean(axis=0) >= _FEWEST_SEEN
    if kept.sum() < 3:
        raise NotApplicable((f"fewer than three features are measured in {_FEWEST_SEEN:.0%} of the samples",))
    spread = np.nanvar(values[:, kept], axis=0)
    chosen = np.flatnonzero(kept)[np.argsort(-spread)[:_MOST_FEATURES]]
    chosen = chosen[np.nanvar(values[:, chosen], axis=0) > 0]
    return np.nan_to_num(values[:, chosen] - np.nanmean(values[:, chosen], axis=0)), data.var_names[chosen].to_numpy()


def _cut(values: Floats, smallest: int) -> np.ndarray:
    """Module of each feature, 1 the largest, 0 for none: average linkage at correlation 0.5."""
    from scipy.cluster import hierarchy
    from scipy.spatial.distance import squareform

    distance = np.clip(1 - np.corrcoef(values.T), 0, 2)
    np.fill_diagonal(distance, 0)
    found = hierarchy.fcluster(hierarchy.linkage(squareform(distance, checks=False), "average"), 0.5, "distance")
    numbers, counts = np.unique(found, return_counts=True)
    labels = np.zeros(len(found), dtype=int)
    ordered = [
        number
        for number, count in sorted(zip(numbers, counts, strict=True), key=lambda pair: -pair[1])
        if count >= smallest
    ]
    for rank, number in enumerate(ordered, start=1):
        labels[found == number] = rank
    return labels


def _summary(values: Floats) -> tuple[Floats, float]:
    """First principal component of standardised features, turned along with them, and the share that it explains."""
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    left, weights, _ = np.linalg.svd(scaled, full_matrices=False)
    course = left[:, 0] * np.sign(left[:, 0] @ scaled.mean(axis=1) or 1.0)
    return course, float(weights[0] ** 2 / (weights**2).sum())
