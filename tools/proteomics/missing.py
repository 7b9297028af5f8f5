"""Why values are missing: because features are faint, because a group lacks them, or by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from tools.data import scale_of
from tools.proteomics.quality_figures import draw_missing_by_intensity
from tools.proteomics.samples import levels_of
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

_BINS = 10
_CLEAR = 0.3
"""Rank correlation of intensity and missing share from which on values are missing because they are faint."""


@tool(
    needs=Needs(samples=3),
    tables=(
        Table(
            "by_intensity",
            "features of a tenth of the intensities",
            {
                "intensity": "median log2 intensity of the features",
                "missing_share": "share of their values that is missing, 0 to 1",
                "features": "a count",
            },
        ),
        Table(
            "by_group",
            "one group",
            {
                "missing_share": "share of values that is missing, 0 to 1",
                "absent": "features that no sample of the group has and another group has, a count",
            },
        ),
    ),
    figures=("missing_by_intensity",),
)
def missingness(
    data: AnnData,
    group: Annotated[
        SampleColumnName | None, Field(description="sample column of groups; null takes all as one")
    ] = None,
) -> Result:
    """Tell by which mechanism values are missing.

    Faint features that are missing more often than bright ones are missing not at random; features that a whole group
    lacks may be switched off there. Statistics that leave missing values out need no imputation, and lose power by a
    wrong one.
    """
    matrix = np.asarray(data.X, dtype=float)
    log2 = np.log2(np.where(matrix > 0, matrix, np.nan)) if scale_of(data) == "raw" else matrix
    there = np.isfinite(log2)
    seen = there.any(axis=0)
    intensity, missing = np.nanmean(log2[:, seen], axis=0), 1 - there[:, seen].mean(axis=0)
    bins = _by_intensity(intensity, missing)
    groups = levels_of(data.obs[group]) if group else pd.Series("all samples", index=data.obs_names)
    measured = pd.DataFrame(there).groupby(groups.to_numpy()).sum()
    absent = ((measured == 0) & seen).sum(axis=1)
    by_group = pd.DataFrame({"missing_share": 1 - pd.DataFrame(there).groupby(groups.to_numpy()).mean().mean(axis=1)})
    by_group["absent"] = absent
    share = float(1 - there.mean())
    trend = pd.Series(intensity).corr(pd.Series(missing), method="spearman") if share > 0 else 0.0
    trend = 0.0 if np.isnan(trend) else float(trend)
    mechanism = _mechanism(share, trend)
    return Result(
        f"{share:.1%} of the values are missing: {mechanism} (rank correlation of intensity and missing share "
        f"{trend:.2f}); {int(absent.sum())} times a whole group lacks a feature that another has.",
        tables={"by_intensity": bins, "by_group": by_group.rename_axis("group")},
        figures={"missing_by_intensity": draw_missing_by_intensity(bins)},
        facts={
            "missing_share": share,
            "mechanism": mechanism,
            "trend": trend,
            "complete_features": int(there.all(axis=0).sum()),
            "absent_in_a_group": int(absent.sum()),
        },
    )


def _mechanism(share: float, trend: float) -> str:
    if share == 0:
        return "none"
    return "faint values are missing" if trend < -_CLEAR else "at random with respect to intensity"


def _by_intensity(intensity: np.ndarray, missing: np.ndarray) -> pd.DataFrame:
    """Features in bins of equal number, faint to bright."""
    frame = pd.DataFrame({"intensity": intensity, "missing_share": missing}).sort_values("intensity", kind="stable")
    number = np.minimum(np.arange(len(frame)) * _BINS // max(len(frame), 1), _BINS - 1)
    grouped = frame.groupby(number)
    table = grouped.agg({"intensity": "median", "missing_share": "mean"})
    table["features"] = grouped.size()
    return table.set_axis([f"bin {at + 1}" for at in table.index])
