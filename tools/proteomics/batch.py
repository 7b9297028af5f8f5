"""What a batch added to each feature, taken out, for pictures and clustering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics import linear_model
from tools.proteomics.samples import levels_of
from tools.tool import Needs, Result, SampleColumnName, tool

if TYPE_CHECKING:
    from anndata import AnnData

Matrix = npt.NDArray[np.float64]


@tool(needs=Needs(scale=("log2", "ratio"), samples=4, groups="batch", replicates=2), changes_data=True)
def correct_batch(
    data: AnnData,
    batch: Annotated[SampleColumnName, Field(description="sample column of the batch")],
    keep: Annotated[
        tuple[SampleColumnName, ...],
        Field(description="sample columns whose differences must stay, such as the groups to compare"),
    ] = (),
) -> Result:
    """Take the batch's mean shift out of each feature; what `keep` explains stays.

    For figures and clustering. For tests, name the batch among the covariates instead: corrected data counts as more
    independent than it is. A feature whose values cannot tell the batch from `keep` stays as it is, and nothing that
    was measured is ever lost.
    """
    matrix = np.asarray(data.X, dtype=float)
    batches = levels_of(data.obs[batch])
    for name in (batch, *keep):
        if data.obs[name].isna().any():
            raise NotApplicable((f"`{name}` is missing for some samples; leave them out with `select_samples`",))
    nuisance = linear_model.background(data.obs, keep)
    shift, touched = _shifts(matrix, batches.to_numpy(), nuisance)
    corrected = data.copy()
    corrected.X = matrix - shift
    before, after = (_explained(values, batches) for values in (matrix, corrected.X))
    left = data.n_vars - int(touched.sum())
    warnings = ["for tests, have the batch as a covariate and use the data as it was before"]
    if not keep:
        warnings.append("nothing was kept: if groups are uneven over batches, their differences are taken out as well")
    if left:
        warnings.append(f"{left} features stay as they were: their values cannot tell the batch apart")
    return Result(
        f"Took the shifts of `{batch}` out of {int(touched.sum())} features; it explained {before:.0%} of a feature's "
        f"variance at the median, and {after:.0%} after.",
        data=corrected,
        facts={"explained_before": before, "explained_after": after, "unchanged_features": left},
        warnings=tuple(warnings),
    )


def _shifts(matrix: Matrix, batches: npt.NDArray[np.object_], nuisance: Matrix) -> tuple[Matrix, npt.NDArray[np.bool_]]:
    """What to subtract (samples × features), and which features had a batch that could be told.

    A feature is compared within the first batch that it has values in, since it may lack any batch.
    """
    shift = np.zeros_like(matrix)
    levels = list(dict.fromkeys(batches))
    done = np.zeros(matrix.shape[1], dtype=bool)
    touched = done.copy()
    for base in levels:
        chosen = np.flatnonzero(~done & np.isfinite(matrix[batches == base]).any(axis=0))
        done[chosen] = True
        if not len(chosen):
            continue
        others = np.column_stack([batches == level for level in levels if level != base]).astype(float)
        effects = linear_model.fit(matrix[:, chosen], nuisance, others).effects
        touched[chosen] = np.isfinite(effects).any(axis=1)
        shift[:, chosen] = others @ np.nan_to_num(effects).T
    counts = np.maximum(np.isfinite(matrix).sum(axis=0), 1)
    mean = np.where(np.isfinite(matrix), shift, 0.0).sum(axis=0) / counts
    return shift - mean, touched


def _explained(matrix: Matrix, batches: pd.Series) -> float:
    """Median over features of the share of variance that lies between batches."""
    frame = pd.DataFrame(matrix)
    between = frame.groupby(batches.to_numpy()).transform("mean").where(frame.notna())
    shares = between.var(axis=0, ddof=0) / frame.var(axis=0, ddof=0).replace(0, np.nan)
    return float(np.nan_to_num(shares.median()))
