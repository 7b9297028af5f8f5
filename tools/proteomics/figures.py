"""Figures as a paper would print them. Matplotlib is loaded when one is drawn, without a display."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.gene_sets import effect_column
from tools.proteomics.testing import ALPHA, matrix, people_names
from tools.tool import InputTable, Needs, Result, SampleColumnName, tool

if TYPE_CHECKING:
    from anndata import AnnData
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tools.proteomics.linear_model import Floats

# Colours that colour-blind readers tell apart (Okabe and Ito 2008).
UP, DOWN, GREY = "#D55E00", "#0072B2", "#BBBBBB"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
_LABELS = 12


def axes(width: float = 5.0, height: float = 4.0) -> tuple[Figure, Axes]:
    """One plain pair of axes, in inches, without the box at its right and top."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    one = figure.subplots()
    one.spines[["top", "right"]].set_visible(False)
    return figure, one


@tool(figures=("volcano",))
def plot_volcano(tests: InputTable) -> Result:
    """Volcano plot of a table of tests: effect against evidence, what is called in colour, the first ones named."""
    import pandas as pd

    table = pd.read_csv(tests, index_col=0)
    if "p" not in table or "called" not in table:
        raise NotApplicable(("the table holds no tests (columns `p` and `called`)",))
    column = effect_column(table)
    figure, one = axes()
    # A p that is nought to the computer is drawn at the smallest number there is.
    height = -np.log10(table["p"].clip(lower=np.finfo(float).tiny))
    called = table["called"].astype(bool)
    for chosen, colour in (
        (~called, GREY),
        (called & (table[column] > 0), UP),
        (called & (table[column] < 0), DOWN),
    ):
        one.scatter(table.loc[chosen, column], height[chosen], s=8, c=colour, linewidths=0, rasterized=True)
    names = table["gene"].fillna("") if "gene" in table else table.index.to_series()
    for name in table.index[called][:_LABELS]:
        place = (table.loc[name, column], height[name])
        one.annotate(str(names[name] or name)[:16], place, fontsize=7, textcoords="offset points", xytext=(3, 3))
    one.set_xlabel(column.replace("_", " "))
    one.set_ylabel("-log10 p")
    one.set_title(f"{int(called.sum())} of {len(table)} called (q < {ALPHA})", fontsize=9)
    return Result(f"Drew {len(table)} tests, {int(called.sum())} of them called.", figures={"volcano": figure})


@tool(needs=Needs(scale=("log2", "ratio"), samples=3), figures=("heat_map",))
def plot_heatmap(
    data: AnnData,
    tests: InputTable,
    group: SampleColumnName,
    features: Annotated[int, Field(ge=2, le=200, description="the first so many of the table are drawn")] = 40,
) -> Result:
    """Heat map of the first features of a table of tests: samples by group, features clustered, each centred."""
    import pandas as pd

    named = [name for name in pd.read_csv(tests, index_col=0).index.astype(str) if name in data.var_names][:features]
    if len(named) < 2:
        raise NotApplicable(("fewer than two rows of the table are features of the data",))
    labels = data.obs[group].astype(str)
    order = np.argsort(labels.to_numpy(dtype=str), kind="stable")
    values = matrix(data[:, named])[order]
    values = values - np.nanmean(values, axis=0)
    values = values[:, clustered(values)]
    figure, one = axes(min(12.0, 2 + 0.12 * len(labels)), 1.5 + 0.14 * len(named))
    limit = float(np.nanquantile(np.abs(values), 0.98))
    drawn = one.imshow(values.T, aspect="auto", cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    names = people_names(data)[named].to_numpy()[clustered(matrix(data[:, named])[order])]
    one.set_yticks(range(len(named)), [str(name)[:24] for name in names], fontsize=6)
    sorted_labels = labels.to_numpy(dtype=str)[order]
    starts = [int(np.flatnonzero(sorted_labels == level)[0]) for level in np.unique(sorted_labels)]
    one.set_xticks(starts, np.unique(sorted_labels), fontsize=7)
    for start in starts[1:]:
        one.axvline(start - 0.5, color="black", linewidth=0.8)
    figure.colorbar(drawn, ax=one, label="log2, centred", shrink=0.6)
    return Result(f"Drew {len(named)} features in {len(labels)} samples.", figures={"heat_map": figure})


def clustered(values: Floats) -> np.ndarray:
    """Order of the columns in which those that vary together stand together; a missing value counts as the mean."""
    from scipy.cluster import hierarchy

    centred = values - np.nanmean(values, axis=0)
    return np.asarray(hierarchy.leaves_list(hierarchy.linkage(np.nan_to_num(centred).T, method="average")))


@tool(needs=Needs(scale=("log2", "ratio")), figures=("features",))
def plot_features(
    data: AnnData,
    group: SampleColumnName,
    features: Annotated[tuple[str, ...], Field(min_length=1, max_length=12, description="feature ids or genes")],
) -> Result:
    """Every single value of some features by group, with the median of each group."""
    chosen = [feature_named(data, name) for name in features]
    labels = data.obs[group].astype(str).to_numpy(dtype=str)
    levels = np.unique(labels)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2.2 * len(chosen) + 0.6, 3), layout="constrained")
    rng = np.random.default_rng(0)
    for one, name in zip(figure.subplots(1, len(chosen), squeeze=False)[0], chosen, strict=True):
        values = matrix(data[:, name])[:, 0]
        for place, level in enumerate(levels):
            there = values[(labels == level) & ~np.isnan(values)]
            one.scatter(place + rng.uniform(-0.18, 0.18, len(there)), there, s=8, color=COLOURS[place % 8])
            if len(there):
                one.plot([place - 0.3, place + 0.3], [np.median(there)] * 2, color="black")
        one.set_xticks(range(len(levels)), levels, fontsize=7)
        one.set_title(people_names(data)[name][:28], fontsize=8)
        one.spines[["top", "right"]].set_visible(False)
    return Result(f"Drew {len(chosen)} features by {group}.", figures={"features": figure})


def feature_named(data: AnnData, name: str) -> str:
    """The id of a feature that is named by its id or its gene.

    Raises:
        NotApplicable: there is none.
    """
    if name in data.var_names:
        return name
    if "gene" in data.var and (data.var["gene"] == name).any():
        return str(data.var_names[(data.var["gene"] == name).to_numpy()][0])
    raise NotApplicable((f"there is no feature or gene `{name}`",))
