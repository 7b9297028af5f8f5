"""Groups of samples that the data itself suggests, and the features that mark a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics import linear_model
from tools.proteomics.figures import COLOURS, axes
from tools.proteomics.testing import (
    ALPHA,
    TESTED,
    Block,
    Covariates,
    adjusted_for,
    background,
    matrix,
    model,
    with_values,
)
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

_MOST_CLUSTERS = 8
_FEWEST_SEEN = 0.7
"""Share of the samples in which a feature must be measured to take part."""
Method = Literal["kmeans", "hierarchical", "louvain"]

CLUSTERS = Table(
    "clusters",
    "a sample or cell",
    {
        "cluster": "its cluster, c1 the largest",
        "silhouette": "how much nearer it is to its own cluster than to the next, -1 to 1",
        "pc1": "its place on the first principal component",
        "pc2": "its place on the second",
    },
)
MARKERS = Table(
    "markers",
    "a feature in a group against all other samples, `group: feature`, smallest p first",
    {
        "group": "the group",
        "feature": "the feature",
        "log2_fc": "log2 fold change, the group against the others",
        **TESTED,
    },
)


@tool(
    needs=Needs(scale=("log2", "ratio"), samples=6),
    tables=(CLUSTERS,),
    figures=("pca",),
    changes_data=True,
    adds=("cluster",),
)
def cluster_samples(
    data: AnnData,
    clusters: Annotated[int | None, Field(ge=2, description="how many; chosen by silhouette when left out")] = None,
    method: Method = "kmeans",
    seed: int = 0,
) -> Result:
    """Group the samples by what was measured in them, and write the group to the sample column `cluster`.

    Works on the leading principal components of features measured in most samples; a missing value counts as the
    feature's mean. Features tested between clusters that the same features made differ by construction: use
    find_markers to describe clusters, and no p of it as evidence.
    """
    places = principal_components(matrix(data), 20)
    labels = group_places(places, clusters, method, seed)
    return cluster_result(data, places, labels)


def principal_components(values: Floats, most: int) -> Floats:
    """Samples × leading components of the centred values; a missing value counts as its feature's mean.

    Raises:
        NotApplicable: fewer than two features are measured in most samples.
    """
    kept = (~np.isnan(values)).mean(axis=0) >= _FEWEST_SEEN
    if kept.sum() < 2:
        raise NotApplicable((f"fewer than two features are measured in {_FEWEST_SEEN:.0%} of the samples: impute",))
    centred = np.nan_to_num(values[:, kept] - np.nanmean(values[:, kept], axis=0))
    left, weights, _ = np.linalg.svd(centred, full_matrices=False)
    count = min(most, len(values) - 1, int(kept.sum()))
    return np.asarray(left[:, :count] * weights[:count])


def group_places(places: Floats, clusters: int | None, method: Method, seed: int) -> np.ndarray:
    """Number of the cluster of each place, 0 the largest."""
    from sklearn.metrics import silhouette_score

    if method == "louvain":
        found = _louvain(places, seed)
    elif clusters is not None:
        found = _split(places, clusters, method, seed)
    else:
        tried = [_split(places, count, method, seed) for count in range(2, min(_MOST_CLUSTERS, len(places) - 1) + 1)]
        found = max(
            tried,
            key=lambda labels: (
                silhouette_score(places, labels, sample_size=2000, random_state=seed)
                if len(places) > 2000
                else silhouette_score(places, labels)
            ),
        )
    _, where, counts = np.unique(found, return_inverse=True, return_counts=True)
    rank = np.empty(len(counts), dtype=int)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return rank[where]


def _split(places: Floats, clusters: int, method: Method, seed: int) -> np.ndarray:
    from sklearn.cluster import AgglomerativeClustering, KMeans

    if method == "hierarchical":
        return np.asarray(AgglomerativeClustering(clusters, linkage="ward").fit_predict(places))
    return np.asarray(KMeans(clusters, n_init=10, random_state=seed).fit_predict(places))


def _louvain(places: Floats, seed: int) -> np.ndarray:
    """Communities of the graph of nearest neighbours (Blondel et al. 2008)."""
    import networkx
    from sklearn.neighbors import kneighbors_graph

    neighbours = min(15, len(places) - 1)
    graph = networkx.from_scipy_sparse_array(kneighbors_graph(places, neighbours))
    labels = np.zeros(len(places), dtype=int)
    for number, members in enumerate(networkx.community.louvain_communities(graph, seed=seed)):
        labels[list(members)] = number
    return labels


def cluster_result(data: AnnData, places: Floats, labels: np.ndarray) -> Result:
    """The data with its clusters, the table and the picture of them."""
    import pandas as pd
    from sklearn.metrics import silhouette_samples

    count = int(labels.max()) + 1
    silhouette = silhouette_samples(places, labels) if 1 < count < len(places) else np.zeros(len(places))
    names = np.array([f"c{number + 1}" for number in labels])
    table = pd.DataFrame(
        {"cluster": names, "silhouette": silhouette, "pc1": places[:, 0], "pc2": places[:, 1]},
        index=data.obs_names.astype(str),
    )
    grouped = data.copy()
    grouped.obs["cluster"] = names
    figure, one = axes()
    for number in range(count):
        chosen = labels == number
        one.scatter(places[chosen, 0], places[chosen, 1], s=12, color=COLOURS[number % 8], label=f"c{number + 1}")
    one.set(xlabel="first principal component", ylabel="second principal component")
    one.legend(frameon=False, fontsize=7)
    sizes = ", ".join(f"c{number + 1}: {int((labels == number).sum())}" for number in range(count))
    summary = f"Found {count} clusters ({sizes}); mean silhouette {silhouette.mean():.2f} (above 0.5 is clear)."
    facts = {"clusters": count, "silhouette": float(silhouette.mean())}
    return Result(summary, data=grouped, tables={"clusters": table}, figures={"pca": figure}, facts=facts)


@tool(needs=Needs(scale=("log2", "ratio"), groups="group", replicates=2), tables=(MARKERS,))
def find_markers(data: AnnData, group: SampleColumnName, covariates: Covariates = (), block: Block = None) -> Result:
    """Which features tell each group from all other samples: the higher ones first.

    A moderated test of each group against the rest. q counts all groups and features together.
    """
    import pandas as pd

    data, warnings = with_values(data, (group, *adjusted_for(covariates, block)))
    labels = data.obs[group].astype(str).to_numpy(dtype=str)
    levels = [level for level in np.unique(labels) if 2 <= (labels == level).sum() <= len(labels) - 2]
    parts = []
    for level in levels:
        member = (labels == level).astype(float)[:, None]
        fitted = model(data, background(data, covariates, block), member)
        effect = fitted.effect()
        part = pd.DataFrame({"feature": fitted.data.var_names, "log2_fc": effect.effect, "p": effect.p})
        parts.append(part.assign(group=level))
    if not parts:
        raise NotApplicable((f"`{group}` has no group of two samples with two others",))
    table = pd.concat(parts, ignore_index=True)
    table.index = pd.Index(table["group"] + ": " + table["feature"])
    table["q"] = linear_model.adjust(table["p"].to_numpy(dtype=float))
    table["called"] = table["q"] < ALPHA
    table = table.sort_values("p", kind="stable")
    rising = table[table["called"] & (table["log2_fc"] > 0)]
    first = "; ".join(
        f"{level}: {', '.join(rising.loc[rising['group'] == level, 'feature'].head(4)) or 'none'}" for level in levels
    )
    facts = {"groups": len(levels), "called": int(table["called"].sum())}
    return Result(
        f"Markers that are higher, by group: {first}.", tables={"markers": table}, facts=facts, warnings=warnings
    )
