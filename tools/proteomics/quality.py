"""How good the samples are: what they lack, how alike they are, and which do not look like their group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from tools.data import scale_of
from tools.proteomics.likeness import centre, compare_to_groups, outliers_of
from tools.proteomics.quality_figures import draw_intensities, draw_missing, draw_pca
from tools.proteomics.samples import levels_of
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

Matrix = npt.NDArray[np.float64]
_COMPLETE_FOR_PCA = 0.7

_SAMPLES = Table(
    "samples",
    "one sample",
    {
        "measured": "features with a value, a count",
        "missing_share": "share of features without a value, 0 to 1",
        "median": "median of its values, log2 units",
        "correlation": "median Pearson correlation with the other samples of its group",
        "outlier": "whether the correlation is far below that of the other samples",
        "resembles": "group whose centre it is most alike, after what all samples share is taken out",
        "suspected_swap": "whether it resembles another group clearly more than its own, where groups differ at all",
    },
)
_GROUPS = Table(
    "groups",
    "one group",
    {
        "samples": "a count",
        "median_cv": "median over features of the coefficient of variation of intensities",
        "complete": "features with a value in each sample of the group, a count",
    },
)
_PCA = Table("pca", "one sample", {"pc1": "first principal component", "pc2": "second principal component"})


@tool(
    needs=Needs(samples=3),
    tables=(_SAMPLES, _GROUPS, _PCA),
    figures=("missing_values", "intensities", "pca"),
)
def profile_quality(
    data: AnnData,
    group: Annotated[
        SampleColumnName | None, Field(description="sample column of groups; null takes all as one")
    ] = None,
) -> Result:
    """Describe the samples: missing values, spread within groups, outliers and suspected swaps.

    Look at it before anything is tested. A suspected swap is a reason to ask who made the samples, not to relabel them.
    """
    matrix = np.asarray(data.X, dtype=float)
    log2 = np.log2(np.where(matrix > 0, matrix, np.nan)) if scale_of(data) == "raw" else matrix
    groups = levels_of(data.obs[group]) if group else pd.Series("all samples", index=data.obs_names)
    likeness = compare_to_groups(log2, groups)
    components, shares = principal_components(log2)
    missing = np.isnan(matrix).mean(axis=1)  # a zero of a cell is a number
    samples = pd.DataFrame(
        {
            "measured": np.isfinite(matrix).sum(axis=1),
            "missing_share": missing,
            "median": np.nanmedian(log2, axis=1),
            "correlation": likeness.own,
            "outlier": outliers_of(likeness.own),
            "resembles": likeness.resembles,
            "suspected_swap": likeness.swapped,
        },
        index=data.obs_names,
    )
    pca = pd.DataFrame({"pc1": components[:, 0], "pc2": components[:, 1]}, index=data.obs_names)
    table = _groups_table(log2, groups)
    outliers = list(samples.index[samples["outlier"]])
    swaps = list(samples.index[samples["suspected_swap"]])
    warnings = [f"outlying samples: {', '.join(outliers[:10])}"] if outliers else []
    warnings += [f"look like another group than their label says: {', '.join(swaps[:10])}"] if swaps else []
    return Result(
        f"{data.n_obs} samples, {missing.mean():.1%} of the values missing; median CV within groups "
        f"{table['median_cv'].median():.1%}; {len(outliers)} outlying samples and {len(swaps)} suspected swaps; "
        f"the first two components hold {shares[0]:.0%} and {shares[1]:.0%} of the variance.",
        tables={"samples": samples, "groups": table, "pca": pca},
        figures={
            "missing_values": draw_missing(samples["missing_share"], groups),
            "intensities": draw_intensities(log2, groups),
            "pca": draw_pca(pca, shares, groups),
        },
        facts={
            "missing_share": float(missing.mean()),
            "outliers": ", ".join(outliers),
            "suspected_swaps": ", ".join(swaps),
            "pc1_share": float(shares[0]),
        },
        warnings=tuple(warnings),
    )


def principal_components(log2: Matrix) -> tuple[Matrix, Matrix]:
    """First two components of samples, and their shares of the variance, of features that most samples have.

    A missing value of such a feature stands at the feature's mean. All features count where
    hardly any is that complete.
    """
    complete = np.isfinite(log2).mean(axis=0) >= _COMPLETE_FOR_PCA
    chosen = log2[:, complete] if complete.sum() >= 10 else log2
    centred = centre(chosen)
    left, weights, _ = np.linalg.svd(centred, full_matrices=False)
    scores = np.zeros((len(log2), 2))
    count = min(2, len(weights))
    scores[:, :count] = left[:, :count] * weights[:count]
    total = float((weights**2).sum()) or 1.0
    shares = np.zeros(2)
    shares[:count] = weights[:count] ** 2 / total
    return scores, shares


def _groups_table(log2: Matrix, groups: pd.Series) -> pd.DataFrame:
    rows = {}
    for level in dict.fromkeys(groups.dropna()):
        values = log2[(groups == level).to_numpy()]
        enough = values[:, np.isfinite(values).sum(axis=0) > 1]
        # The CV of a log-normal variable, from its variance in natural logarithms.
        variance = np.nanvar(enough, axis=0, ddof=1) * np.log(2) ** 2
        cv = float(np.median(np.sqrt(np.expm1(np.minimum(variance, 50))))) if variance.size else np.nan
        rows[level] = (len(values), cv, int(np.isfinite(values).all(axis=0).sum()))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["samples", "median_cv", "complete"]).rename_axis(
        "group"
    )
