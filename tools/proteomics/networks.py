"""The interactions among the features that were called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from tools.errors import DataUnreadable, NotApplicable
from tools.proteomics.figures import COLOURS, DOWN, GREY, UP
from tools.proteomics.gene_sets import EFFECTS, read_tests
from tools.tool import InputFile, InputTable, Result, Table, tool

if TYPE_CHECKING:
    import networkx
    import pandas as pd
    from matplotlib.figure import Figure

_SHUFFLES = 500
NETWORK = Table(
    "network",
    "a called gene with an interaction to another, best connected first",
    {
        "degree": "called genes that it interacts with",
        "betweenness": "share of the shortest paths between others that go through it, 0 to 1",
        "community": "the densely connected part that it is in, n1 the largest",
    },
)


@tool(tables=(NETWORK,), figures=("network",))
def build_network(
    tests: InputTable,
    edges: Annotated[
        InputFile,
        Field(description="table of interactions with a header; two columns named symbol… or the first two are genes"),
    ],
    seed: int = 0,
) -> Result:
    """The interaction network of the called features, its hubs and communities, and whether it is more than chance.

    Chance is as many genes drawn from those that were tested and are in the network at all, so that well-studied
    proteins do not make it.
    """
    import networkx

    table = read_tests(tests)
    called = set(table.index[table["called"].astype(bool)])
    pairs = _pairs(edges)
    measured = pairs[pairs.isin(set(table.index)).all(axis=1)]
    if measured.empty:
        raise NotApplicable((f"no interaction of {edges.name} joins two genes of the table: same identifiers?",))
    graph = networkx.from_edgelist(measured.itertuples(index=False, name=None))
    among = graph.subgraph(called & set(graph)).copy()
    count = among.number_of_edges()
    if count == 0:
        raise NotApplicable(("no two called genes interact: there is no network to show",))
    chance = _by_chance(measured, sorted(graph), among.number_of_nodes(), seed)
    p = (1 + int((chance >= count).sum())) / (1 + len(chance))
    among.remove_nodes_from(list(networkx.isolates(among)))
    nodes = _nodes(among, seed)
    summary = (
        f"{len(nodes)} called genes interact with each other {count} times; {chance.mean():.1f} are expected by chance "
        f"(p = {p:.3g}). Hubs: {', '.join(nodes.index[:5])}."
    )
    facts = {"edges": count, "edges_by_chance": float(chance.mean()), "p_more_than_chance": p, "genes": len(nodes)}
    figure = _drawn(among, table, seed)
    return Result(summary, tables={"network": nodes}, figures={"network": figure}, facts=facts)


def _pairs(path: Path) -> pd.DataFrame:
    """Interactions as pairs of genes, each once, none with itself."""
    import pandas as pd

    table = pd.read_csv(path, sep="," if ".csv" in path.suffixes else "\t", dtype=str)
    named = [name for name in table.columns if str(name).lower().startswith(("symbol", "gene"))][:2]
    columns = named if len(named) == 2 else list(table.columns[:2])
    if len(columns) < 2:
        raise DataUnreadable(f"{path.name}: has one column; an interaction is two genes, separated by tab (or comma)")
    pairs = pd.DataFrame(np.sort(table[columns].dropna().to_numpy(dtype=str), axis=1)).drop_duplicates()
    return pairs[pairs[0] != pairs[1]]


def _by_chance(edges: pd.DataFrame, genes: list[str], count: int, seed: int) -> np.ndarray:
    """Interactions among as many genes drawn at random, for each of many draws."""
    place = {gene: number for number, gene in enumerate(genes)}
    ends = np.array([[place[one], place[other]] for one, other in edges.itertuples(index=False, name=None)])
    rng = np.random.default_rng(seed)
    found = np.empty(_SHUFFLES, dtype=int)
    for draw in range(_SHUFFLES):
        chosen = np.zeros(len(genes), dtype=bool)
        chosen[rng.choice(len(genes), count, replace=False)] = True
        found[draw] = int(chosen[ends].all(axis=1).sum())
    return found


def _nodes(graph: networkx.Graph, seed: int) -> pd.DataFrame:
    import networkx
    import pandas as pd

    parts = sorted(networkx.community.louvain_communities(graph, seed=seed), key=len, reverse=True)
    community = {gene: f"n{number}" for number, members in enumerate(parts, start=1) for gene in members}
    between = networkx.betweenness_centrality(graph, k=min(len(graph), 300), seed=seed)
    rows = {
        gene: {"degree": graph.degree[gene], "betweenness": between[gene], "community": community[gene]}
        for gene in graph
    }
    return pd.DataFrame.from_dict(rows, orient="index").sort_values(["degree", "betweenness"], ascending=False)


def _drawn(graph: networkx.Graph, table: pd.DataFrame, seed: int) -> Figure:
    import networkx
    from matplotlib.figure import Figure

    largest = graph.subgraph(sorted(graph, key=lambda gene: -graph.degree[gene])[:60])
    places = networkx.spring_layout(largest, k=2 / np.sqrt(len(largest)), seed=seed, iterations=60)
    direction = next((name for name in EFFECTS if name in table), None)
    figure = Figure(figsize=(6, 6), layout="constrained")
    one = figure.subplots()
    one.set_axis_off()
    for start, end in largest.edges:
        one.plot(*zip(places[start], places[end], strict=True), color=GREY, linewidth=0.6, zorder=1)
    for gene, (x, y) in places.items():
        colour = COLOURS[2] if direction is None else UP if table.loc[gene, direction] > 0 else DOWN
        one.scatter(x, y, s=20 + 8 * graph.degree[gene], color=colour, zorder=2)
        one.annotate(gene, (x, y), fontsize=6, ha="center", va="bottom", textcoords="offset points", xytext=(0, 4))
    return figure
