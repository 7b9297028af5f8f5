"""How alike samples are to the groups that they are said to be of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

Matrix = npt.NDArray[np.float64]
_OUTLYING = 5.0
"""Robust standard deviations below the others from which on a sample's correlation is an outlier's."""
_SMALLEST_GAP = 0.05
"""Difference of correlations below which no sample is called an outlier, however alike the others are."""
_TOLD_APART = 0.3
"""How much more the typical sample must correlate with its own group than with another before one is suspected; groups
such as tumour stages do not differ enough to say what belongs where."""
_TELLING = 0.05
"""Share of features, those that differ most between groups, that a sample is compared on: most tell nothing of them."""
_FEWEST = 30
_AT_ONCE = 500
"""Rows of a table of correlations that are held at once: cells are many."""
_LEAD = 1.0
"""How much more a sample must correlate with another group than with its own to be suspected, of at most 2."""


class Likeness(NamedTuple):
    """How alike samples are to groups, each indexed by sample."""

    own: pd.Series
    """Median Pearson correlation of the values with those of the other samples of the own group."""
    resembles: pd.Series
    """Group whose differences from the mean of all samples are most alike to the sample's."""
    swapped: pd.Series
    """Whether that is clearly another group than its own."""


def compare_to_groups(log2: Matrix, groups: pd.Series) -> Likeness:
    """Correlate each sample with the centre of each group; a centre is made without the sample itself.

    Args:
        log2: samples × features.
        groups: level of each sample, indexed by sample; missing for none.
    """
    levels = list(dict.fromkeys(groups.dropna()))
    labels = groups.to_numpy(dtype=object)
    is_own = labels[:, None] == np.array(levels, dtype=object)
    own = _with_the_others(log2, is_own)
    centred = centre(log2 - np.nanmedian(log2, axis=1, keepdims=True))
    differences = np.nan_to_num(_to_centres(centred[:, _telling(centred, is_own)], is_own), nan=-1.0)
    mine, best_other = _max_where(differences, is_own), _max_where(differences, ~is_own)
    lead = best_other - mine
    resembles = pd.Series([levels[at] for at in differences.argmax(axis=1)], groups.index)
    told_apart = len(levels) > 1 and np.nanmedian(lead) < -_TOLD_APART
    swapped = (lead > _LEAD) & told_apart
    return Likeness(pd.Series(own, groups.index), resembles, pd.Series(swapped, groups.index))


def outliers_of(correlation: pd.Series) -> pd.Series:
    """Samples far below the others, by the median and the median absolute deviation."""
    below = correlation.median() - correlation
    spread = 1.4826 * float(below.abs().median())
    return (below > _OUTLYING * spread) & (below > _SMALLEST_GAP)


def centre(log2: Matrix) -> Matrix:
    """Values less the feature's mean, 0 where missing."""
    counts = np.maximum(np.isfinite(log2).sum(axis=0), 1)
    return np.asarray(np.nan_to_num(log2 - np.nansum(log2, axis=0) / counts))


def _telling(centred: Matrix, is_member: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
    """Features whose variance lies between groups most. They make samples look like their label: swaps stay rare."""
    between = sum(
        member.sum() * centred[member].mean(axis=0) ** 2 for member in is_member.T if member.any()
    ) / np.maximum((centred**2).sum(axis=0), 1e-12)
    return np.argsort(-np.asarray(between), kind="stable")[: max(_FEWEST, round(_TELLING * centred.shape[1]))]


def _with_the_others(log2: Matrix, is_member: npt.NDArray[np.bool_]) -> Matrix:
    """Of each sample, the median correlation with its group's other samples, which one bad sample cannot pull down."""
    own = np.full(len(log2), np.nan)
    for member in is_member.T:
        rows = np.flatnonzero(member)
        for start in range(0, len(rows) if len(rows) > 1 else 0, _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            table = _pairwise(log2[some], log2[rows])
            table[some[:, None] == rows] = np.nan
            own[some] = np.nanmedian(table, axis=1)
    return own


def _pairwise(left: Matrix, right: Matrix) -> Matrix:
    """Pearson correlation of each row with each, over the features that both have; 0 where that says nothing."""
    middle = np.nanmean(right)
    there, also = np.isfinite(left).astype(float), np.isfinite(right).astype(float)
    x, y = np.where(there > 0, left - middle, 0.0), np.where(also > 0, right - middle, 0.0)
    count = np.maximum(there @ also.T, 1)
    sum_x, sum_y = x @ also.T, there @ y.T
    covariance = x @ y.T - sum_x * sum_y / count
    variances = ((x**2) @ also.T - sum_x**2 / count) * (there @ (y**2).T - sum_y**2 / count)
    return np.asarray(covariance / np.sqrt(np.maximum(variances, 1e-12)))


def _to_centres(values: Matrix, is_member: npt.NDArray[np.bool_]) -> Matrix:
    """Samples × groups: Pearson correlation of a sample with the mean of a group's other samples."""
    there = np.isfinite(values)
    filled = np.where(there, values, 0.0)
    result = np.full(is_member.shape, np.nan)
    for group, member in enumerate(is_member.T):
        sums, counts = filled[member].sum(axis=0), there[member].sum(axis=0)
        for row in range(len(values)):
            count = counts - (there[row] & member[row])
            both = there[row] & (count > 0)
            if both.sum() > 2:
                total = sums[both] - (filled[row, both] if member[row] else 0.0)
                result[row, group] = _correlation(values[row, both], total / count[both])
    return result


def _correlation(left: Matrix, right: Matrix) -> float:
    left, right = left - left.mean(), right - right.mean()
    norm = float(np.sqrt((left @ left) * (right @ right)))
    return float(left @ right) / norm if norm > 0 else np.nan


def _max_where(table: Matrix, chosen: npt.NDArray[np.bool_]) -> Matrix:
    """Largest entry of each row among the chosen ones; NaN where none is."""
    largest = np.where(chosen, table, -np.inf).max(axis=1)
    return np.where(np.isneginf(largest), np.nan, largest)
