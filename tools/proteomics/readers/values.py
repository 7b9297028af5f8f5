"""What numbers of a table mean: their scale, and which of them stand for "not measured"."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tools.data import Scale

_LARGEST_LOG2 = 60.0
"""No instrument counts to 2^60; a table whose largest value is below holds logarithms."""
_FAINTEST_LOG2 = 5.0
"""No mass spectrometer sees an intensity of 2^5; zeros among logarithms that are all larger stand for nothing."""


def judge_scale(values: pd.DataFrame) -> Scale:
    """The scale of numbers of unknown origin: logarithms are small, and ratios of them lie around 0."""
    numbers = values.to_numpy(dtype=float)
    if np.nanmax(numbers) >= _LARGEST_LOG2:
        return "raw"
    return "ratio" if np.nanmin(numbers) < 0 else "log2"


def without_infinities(values: pd.DataFrame) -> pd.DataFrame:
    """The logarithm of a zero, which some programs write as -Inf, is a missing value."""
    return values.replace([np.inf, -np.inf], np.nan)


def zeros_mean_missing(values: pd.DataFrame, scale: Scale) -> bool:
    """Whether 0 stands for "not measured": in intensities, and in their logarithms where it is far below all others.

    Log ratios can be 0, and so can counts from which a background was taken, which are then negative as well.
    """
    if scale == "raw":
        return not bool((values < 0).any(axis=None))
    others = values.where(values != 0)
    return scale == "log2" and float(np.nanmin(others.to_numpy(dtype=float), initial=np.inf)) > _FAINTEST_LOG2
