"""Logarithms: the scale on which differences are fold changes and errors are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from tools.data import SCALE
from tools.errors import NotApplicable
from tools.tool import Needs, Result, tool

if TYPE_CHECKING:
    from anndata import AnnData


@tool(needs=Needs(scale=("raw",)), changes_data=True)
def log_transform(
    data: AnnData,
    method: Annotated[
        Literal["log2", "arcsinh"], Field(description="log2 for intensities; arcsinh for counts of cells (CyTOF)")
    ] = "log2",
    cofactor: Annotated[
        float, Field(gt=0, description="of arcsinh: counts below it are noise; 5 for mass cytometry, 150 for dyes")
    ] = 5.0,
) -> Result:
    """Take logarithms of raw intensities or counts.

    `arcsinh` gives asinh(x / cofactor) / ln 2, which is log2(2 x / cofactor) for large counts and near a straight line
    around 0, so that negative counts stay and a difference is a log2 fold change. Multiply by ln 2 for the common
    asinh units.
    """
    matrix = np.asarray(data.X, dtype=float)
    if method == "log2" and (lowest := np.nanmin(matrix)) <= 0:
        raise NotApplicable((f"the lowest value is {lowest:g}, which has no logarithm; use method `arcsinh`",))
    changed = data.copy()
    changed.X = np.log2(matrix) if method == "log2" else np.arcsinh(matrix / cofactor) / np.log(2)
    changed.uns[SCALE] = "log2"
    middle = float(np.nanmedian(changed.X))
    return Result(
        f"Took {method} of all values; the median is now {middle:.2f}.", data=changed, facts={"median": middle}
    )
