"""Pictures of samples: missing values, intensities, principal components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#b2a100")
"""Told apart with any colour vision (Okabe and Ito)."""
_MANY = 60
"""Samples from which on their names are left out."""


def draw_missing(share: pd.Series, groups: pd.Series) -> Figure:
    """Share of missing values of each sample."""
    figure, axes = _empty("samples", "missing values (share)")
    axes.bar(np.arange(len(share)), share.to_numpy(), color=_colours(groups))
    _name_samples(axes, share.index)
    _legend(axes, groups)
    return figure


def draw_intensities(log2: npt.NDArray[np.float64], groups: pd.Series) -> Figure:
    """Quartiles of the values of each sample, and the range that holds 90 % of them."""
    figure, axes = _empty("samples", "log2 intensity")
    low, first, middle, third, high = np.nanquantile(log2, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
    at = np.arange(len(log2))
    colours = _colours(groups)
    axes.vlines(at, low, high, color=colours, linewidth=1)
    axes.vlines(at, first, third, color=colours, linewidth=4)
    axes.plot(at, middle, "o", color="black", markersize=3)
    _name_samples(axes, groups.index)
    _legend(axes, groups)
    return figure


def draw_pca(pca: pd.DataFrame, shares: npt.NDArray[np.float64], groups: pd.Series) -> Figure:
    """First two principal components, one point a sample."""
    figure, axes = _empty(f"PC1 ({shares[0]:.0%})", f"PC2 ({shares[1]:.0%})")
    axes.scatter(pca["pc1"], pca["pc2"], c=_colours(groups), s=24)
    if len(pca) <= _MANY // 2:
        for name, row in pca.iterrows():
            axes.annotate(str(name), (row["pc1"], row["pc2"]), fontsize=6, xytext=(3, 3), textcoords="offset points")
    _legend(axes, groups)
    return figure


def draw_missing_by_intensity(bins: pd.DataFrame) -> Figure:
    """Share of missing values of features against their intensity; columns `intensity` and `missing_share`."""
    figure, axes = _empty("median log2 intensity", "missing values (share)")
    axes.plot(bins["intensity"], bins["missing_share"], "o-", color=_COLOURS[0])
    axes.set_ylim(bottom=0)
    return figure


def _empty(x: str, y: str) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xlabel=x, ylabel=y)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _palette(groups: pd.Series) -> dict[Any, str]:
    return {level: _COLOURS[at % len(_COLOURS)] for at, level in enumerate(dict.fromkeys(groups.dropna()))}


def _colours(groups: pd.Series) -> list[str]:
    palette = _palette(groups)
    return [palette.get(level, "#bbbbbb") for level in groups]


def _legend(axes: Axes, groups: pd.Series) -> None:
    palette = _palette(groups)
    if 1 < len(palette) <= len(_COLOURS):
        for level, colour in palette.items():
            axes.plot([], [], "s", color=colour, label=str(level))
        axes.legend(frameon=False, fontsize=8)


def _name_samples(axes: Axes, names: pd.Index) -> None:
    if len(names) <= _MANY:
        axes.set_xticks(np.arange(len(names)), [str(name) for name in names], rotation=90, fontsize=6)
    else:
        axes.set_xticks([])
