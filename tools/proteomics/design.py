"""Whether an experiment can answer a comparison: groups, replicates, and what goes along with the groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from tools.proteomics.samples import levels_of
from tools.tool import Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    from anndata import AnnData

_STRONG = 0.6
"""Cramér's V or correlation ratio from which on a factor and the groups go largely together."""
_FAIR = "no checked factor is confounded with them"
_TECHNICAL = re.compile(
    r"batch|plex|plate|run|site|cent(er|re)|channel|date|day|operator|instrument|column|lane|mixture|fraction|lab|exp",
    re.IGNORECASE,
)
"""Names of columns that say how samples were measured."""


@tool(
    needs=Needs(samples=2, groups="group"),
    tables=(
        Table(
            "design",
            "one factor against the groups",
            {
                "association": "Cramér's V of a category or correlation ratio of a number with the groups, 0 to 1",
                "levels": "values of the factor, a count",
                "empty": "combinations of a group and a level without any sample, a count",
                "confounded": "whether the groups can be told from the factor alone",
            },
        ),
    ),
)
def check_design(
    data: AnnData,
    group: Annotated[SampleColumnName, Field(description="sample column of the groups to compare")],
    covariates: Annotated[
        tuple[SampleColumnName, ...], Field(description="batch, site, age …; empty checks every usable column")
    ] = (),
) -> Result:
    """Check whether groups can be compared at all, and against which factors they can be corrected.

    A factor from which the groups follow (all of one group in one batch) is confounded with them: no correction can
    part the two, and differences between the groups may be the batch's.
    """
    chosen = covariates or _usable(data.obs, group)
    obs = data.obs.loc[data.obs[group].notna()]
    groups = levels_of(obs[group])
    rows = {name: _against(groups, obs[name]) for name in chosen if name != group}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["association", "levels", "empty", "confounded"])
    telling = [str(name) for name in table.index[table["confounded"].astype(bool)]]
    # A clinical column may just be another name of the groups; a technical one, or one that was asked for, is trouble.
    confounded = [name for name in telling if covariates or _TECHNICAL.search(name)]
    strong = [str(name) for name in table.index[(table["association"] > _STRONG) & ~table["confounded"].astype(bool)]]
    sizes = groups.value_counts()
    rank, without = _ranks(obs, groups, [name for name in covariates if name != group])
    reason = _not_estimable(len(sizes), len(obs), rank, without)
    warnings = [f"`{name}` is confounded with `{group}`: their effects cannot be told apart" for name in confounded]
    warnings += [f"`{name}` goes largely along with `{group}`: have it in the design" for name in strong]
    warnings += [
        f"`{name}` says the same as `{group}`, or is confounded with it" for name in telling if name not in confounded
    ]
    if sizes.min() < 3:
        warnings.append(
            f"samples in the smallest group of `{group}`: {sizes.min()}; 3 or more are needed for much power"
        )
    return Result(
        f"Groups of `{group}`: {len(sizes)} ({', '.join(f'{level}: {count}' for level, count in sizes.items())}); "
        + (f"confounded with {', '.join(confounded)}." if confounded else f"{reason or _FAIR}."),
        tables={"design": table},
        facts={
            "groups": len(sizes),
            "smallest_group": int(sizes.min()),
            "confounded": bool(confounded),
            "with_what": ", ".join(confounded),
            "estimable": not reason,
            "residual_degrees_of_freedom": len(obs) - rank,
        },
        warnings=tuple(warnings),
    )


def _not_estimable(groups: int, samples: int, rank: int, without: int) -> str:
    """Why differences between the groups cannot be estimated; empty where they can."""
    if groups < 2:
        return "there is nothing to compare"
    if samples <= rank:
        return f"{samples} samples leave nothing to estimate errors from beside {rank} coefficients"
    if rank - without < groups - 1:
        return "no factor alone, but the covariates together tell groups apart: their difference cannot be estimated"
    return ""


def _usable(obs: pd.DataFrame, group: str) -> tuple[str, ...]:
    """Columns that are factors: several values, fewer than samples, and not another name of the groups."""
    names = []
    for name in obs.columns:
        levels = obs[name].nunique()
        number = pd.api.types.is_numeric_dtype(obs[name])
        if name != group and levels > 1 and (number or levels <= len(obs) / 2):
            names.append(str(name))
    return tuple(names)


def _against(groups: pd.Series, factor: pd.Series) -> tuple[float, int, int, bool]:
    there = factor.notna()
    groups, factor = groups[there], factor[there]
    levels = levels_of(factor)
    counts = pd.crosstab(groups, levels)
    decided = bool(((counts > 0).sum(axis=0) <= 1).all()) and counts.shape[0] > 1
    if pd.api.types.is_numeric_dtype(factor) and not pd.api.types.is_bool_dtype(factor) and counts.shape[1] > 6:
        return _correlation_ratio(groups, factor.astype(float)), counts.shape[1], 0, False
    return _cramers_v(counts), counts.shape[1], int((counts == 0).to_numpy().sum()), decided


def _cramers_v(counts: pd.DataFrame) -> float:
    """Cramér's V of a contingency table (H. Cramér, Mathematical Methods of Statistics, 1946, p. 282)."""
    observed = counts.to_numpy(dtype=float)
    total, smaller = observed.sum(), min(observed.shape) - 1
    if total == 0 or smaller < 1:
        return 0.0
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / total
    return float(np.sqrt(((observed - expected) ** 2 / expected).sum() / (total * smaller)))


def _correlation_ratio(groups: pd.Series, values: pd.Series) -> float:
    """Square root of the share of a number's variance that lies between the groups."""
    total = float(((values - values.mean()) ** 2).sum())
    between = float(((values.groupby(groups).transform("mean") - values.mean()) ** 2).sum())
    return float(np.sqrt(between / total)) if total > 0 else 0.0


def _ranks(obs: pd.DataFrame, groups: pd.Series, covariates: list[str]) -> tuple[int, int]:
    """Rank of the design with the groups and without, over the samples that have all covariates. Covariates may say the
    same, as a run within a mixture does: groups can be told apart when they add to what is known without them."""
    whole = obs[covariates].notna().all(axis=1) if covariates else pd.Series(data=True, index=obs.index)
    parts = [pd.get_dummies(groups[whole], dtype=float)]
    for name in covariates:
        column = obs.loc[whole, name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            parts.append(column.astype(float).to_frame())
        else:
            parts.append(pd.get_dummies(column.astype(str), dtype=float).iloc[:, 1:])
    design = np.column_stack([part.to_numpy() for part in parts])
    without = np.column_stack([np.ones(len(design)), *(part.to_numpy() for part in parts[1:])])
    return int(np.linalg.matrix_rank(design)), int(np.linalg.matrix_rank(without))
