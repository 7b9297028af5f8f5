"""Features with too few values to say anything of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.samples import levels_of
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData


@tool(
    needs=Needs(samples=2),
    tables=(
        Table(
            "completeness",
            "one group of samples",
            {
                "samples": "samples of the group, a count",
                "enough": "features with at least the minimum of values in it, a count",
                "none": "features without any value in it, a count",
            },
        ),
    ),
    changes_data=True,
)
def filter_features(
    data: AnnData,
    group: Annotated[SampleColumnName | None, Field(description="sample column of groups; null for one group")] = None,
    minimum: Annotated[int, Field(ge=1, description="values that a feature needs in a group")] = 2,
    groups: Annotated[
        Literal["all", "one"],
        Field(
            description="needs them in all groups (to compare means) or in one (to find features that are on or off)"
        ),
    ] = "all",
) -> Result:
    """Keep features that were measured often enough.

    A comparison of means needs at least two values in each group that is compared: a feature that is absent in a whole
    group has no fold change, and belongs into a test of presence. Normalise first.
    """
    levels = levels_of(data.obs[group]) if group else pd.Series("all samples", index=data.obs_names)
    there = pd.DataFrame(np.isfinite(np.asarray(data.X)), columns=data.var_names)
    counts = there.groupby(levels.to_numpy()).sum()
    sizes = levels.value_counts().reindex(counts.index)
    if (sizes < minimum).all():
        raise NotApplicable((f"no group of `{group}` has {minimum} samples; lower `minimum`",))
    enough = counts >= minimum
    chosen = (enough.all(axis=0) if groups == "all" else enough.any(axis=0)).to_numpy()
    if not chosen.any():
        raise NotApplicable((f"no feature has {minimum} values in {groups} of the groups; lower `minimum`",))
    kept = data[:, chosen].copy()
    table = pd.DataFrame({"samples": sizes, "enough": enough.sum(axis=1), "none": (counts == 0).sum(axis=1)})
    where = "each group" if groups == "all" else "one group or more"
    return Result(
        f"Kept {kept.n_vars} of {data.n_vars} features: those with at least {minimum} values in {where}.",
        data=kept,
        tables={"completeness": table.rename_axis("group")},
        facts={"kept": kept.n_vars, "left_out": data.n_vars - kept.n_vars},
    )
