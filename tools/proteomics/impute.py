"""Missing values filled in, for methods that cannot do without; tests of differences can, and should.

On spike-in data with a known truth, imputing found more where a group lacks proteins altogether, and elsewhere nothing
more or more false ones (docs/proteomics-data.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.samples import levels_of
from tools.tool import Needs, Result, SampleColumnName, tool

if TYPE_CHECKING:
    from anndata import AnnData

Matrix = npt.NDArray[np.float64]
_QUANTILE = 0.01
_MUCH = 0.3
"""Share of imputed values from which on results rest on the imputation."""


@tool(needs=Needs(scale=("log2", "ratio"), samples=3), changes_data=True)
def impute(
    data: AnnData,
    method: Annotated[
        Literal["none", "minprob", "knn", "mixed"],
        Field(
            description="none leaves values missing; minprob draws faint ones (missing because faint); knn takes those "
            "of similar features (missing at random); mixed: minprob where a whole group lacks a feature, else knn"
        ),
    ] = "none",
    group: Annotated[SampleColumnName | None, Field(description="mixed: sample column of groups")] = None,
    neighbours: Annotated[int, Field(ge=1, le=100, description="knn: similar features to take the mean of")] = 10,
    seed: int = 0,
) -> Result:
    """Fill in missing values, or leave them.

    For clustering and panels, which need complete data. Imputed values are no measurements: p values computed from them
    are too small.
    """
    matrix = np.asarray(data.X, dtype=float)
    missing = np.isnan(matrix)
    if missing.all(axis=0).any() or missing.all(axis=1).any():
        raise NotApplicable(("a feature or a sample has no value at all; use `filter_features` first",))
    filled = _fill(matrix, method, _absent(data, missing, group) if method == "mixed" else missing, neighbours, seed)
    changed = data.copy()
    changed.X = filled
    count = int(missing.sum() - np.isnan(filled).sum())
    share = count / matrix.size
    warnings = [f"{share:.0%} of the values are imputed: results rest on the method"] if share > _MUCH else []
    if count:
        warnings.append("imputed values are no measurements: do not test differences on them")
    return Result(
        f"Imputed {count} values ({share:.1%}) by {method}." if count else "Left missing values missing.",
        data=changed,
        facts={"imputed": count, "imputed_share": share},
        warnings=tuple(warnings),
    )


def _fill(matrix: Matrix, method: str, absent: npt.NDArray[np.bool_], neighbours: int, seed: int) -> Matrix:
    if method == "none":
        return matrix
    faint = np.where(np.isnan(matrix), _faint(matrix, seed), matrix)
    if method == "minprob":
        return faint
    from sklearn.impute import KNNImputer

    # Features are the neighbours of features, so they are the rows.
    near = np.asarray(KNNImputer(n_neighbors=neighbours).fit_transform(matrix.T).T, dtype=float)
    return near if method == "knn" else np.where(np.isnan(matrix) & absent, faint, near)


def _faint(matrix: Matrix, seed: int) -> Matrix:
    """Values around the faintest of each sample, as spread as a typical feature (MinProb).

    Source: Lazar et al., J Proteome Res 2016, 15:1116-1125, doi:10.1021/acs.jproteome.5b00981.
    """
    half = np.isfinite(matrix).mean(axis=0) > 0.5
    spread = float(np.nanmedian(np.nanstd(matrix[:, half] if half.any() else matrix, axis=0)))
    low = np.nanquantile(matrix, _QUANTILE, axis=1, keepdims=True)
    return np.asarray(low + spread * np.random.default_rng(seed).normal(size=matrix.shape))


def _absent(data: AnnData, missing: npt.NDArray[np.bool_], group: str | None) -> npt.NDArray[np.bool_]:
    """Where a whole group lacks a feature."""
    if group is None:
        raise NotApplicable(("method `mixed` needs `group`: the sample column of groups",))
    labels = levels_of(data.obs[group]).fillna("").to_numpy()
    return np.asarray(pd.DataFrame(missing).groupby(labels).transform("all"), dtype=bool)
