"""Changes to the data that a control is made of: labels permuted, ratios turned, samples held back or left out.

They belong to the harness, which runs a workflow a second time with one of them in it.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from tools.errors import NotApplicable
from tools.tool import Needs, Result, SampleColumnName, tool

if TYPE_CHECKING:
    import numpy.typing as npt
    from anndata import AnnData


_FEW = 12
"""Samples of a group up to which all of its halves are listed."""


@tool(changes_data=True)
def shuffle_labels(
    data: AnnData,
    columns: tuple[SampleColumnName, ...],
    within: SampleColumnName | None = None,
    seed: int = 0,
) -> Result:
    """Permute labels among the samples, so that whatever is found with them is found by luck.

    Several columns are permuted together: a time and its event stay a pair. `within` permutes only among samples that
    share a level there, as a paired design needs. A permutation that leaves the groups as they are is drawn again.
    """
    rng = np.random.default_rng(seed)
    names = list(columns)
    blocks = np.zeros(data.n_obs) if within is None else data.obs[within].astype(str).to_numpy()
    before = data.obs[names].astype(str).agg("\x1f".join, axis=1).to_numpy()
    for _ in range(100):
        order = np.arange(data.n_obs)
        for block in np.unique(blocks):
            members = np.flatnonzero(blocks == block)
            order[members] = rng.permutation(members)
        if not _same_groups(before, before[order]):
            break
    else:
        raise NotApplicable((f"no permutation of {', '.join(names)} puts other samples together",))
    shuffled = data.copy()
    for name in names:
        shuffled.obs[name] = data.obs[name].to_numpy()[order]
    moved = int((before[order] != before).sum())
    return Result(f"Permuted {', '.join(names)}: {moved} of {data.n_obs} samples have another label.", data=shuffled)


@tool(needs=Needs(scale=("ratio",)), changes_data=True)
def turn_ratios(data: AnnData, column: SampleColumnName, level: str, seed: int = 0) -> Result:
    """Turn the ratios of half of a group's samples upside down, so that what the group shares is shared by luck.

    There are no labels to permute where one group is held against the reference of its ratios. Without a change, a
    ratio is as likely to be x as 1/x (the sign flips of a one-sample permutation test).
    """
    members = np.flatnonzero(data.obs[column].astype(str) == level)
    if len(members) < 2:
        raise NotApplicable(
            (f"`{column}` has {len(members)} samples of `{level}`: two are needed to turn half of them",)
        )
    turned = _half(members, seed)
    signs = np.ones(data.n_obs)
    signs[turned] = -1.0
    changed = data.copy()
    changed.X = np.asarray(data.X, dtype=float) * signs[:, None]
    return Result(f"Turned the ratios of {len(turned)} of {len(members)} samples of {level}.", data=changed)


def _half(members: npt.NDArray[np.intp], seed: int) -> npt.NDArray[np.intp]:
    """Half of a group, another one for each seed as long as there are others. The first member is never in it: the
    other half would turn the same result around."""
    others, size = members[1:], len(members) // 2
    if len(members) > _FEW:
        return np.random.default_rng(seed).permutation(others)[:size]
    halves = list(combinations(others, size))
    return np.array(halves[seed % len(halves)])


def _same_groups(before: npt.NDArray[np.object_], after: npt.NDArray[np.object_]) -> bool:
    """Whether the same samples share a label: groups that only swapped their names differ as much as before."""
    groups = len(set(before))
    together = len(set(zip(before, after, strict=True))) == groups
    return together if groups < len(before) else bool((before == after).all())


@tool(changes_data=True)
def hold_back(
    data: AnnData,
    column: SampleColumnName,
    part: Literal["discovery", "confirmation"],
    unit: SampleColumnName | None = None,
    share: Annotated[float, Field(gt=0, lt=1, description="Share of the samples that is held back.")] = 1 / 3,
    seed: int = 0,
) -> Result:
    """Split the samples into those to discover with and those that are held back to confirm.

    Each level of `column` is split in the same proportion; with `unit`, such as a patient, all samples of a unit stay
    together. The same seed gives the same split, so the two parts never overlap.
    """
    rng = np.random.default_rng(seed)
    units = data.obs_names.to_numpy() if unit is None else data.obs[unit].astype(str).to_numpy()
    levels = data.obs[column].astype(str).to_numpy()
    held: set[str] = set()
    for level in sorted(set(levels)):
        members = sorted(set(units[levels == level]) - held)
        held |= set(rng.permutation(members)[: round(len(members) * share)])
    chosen = np.isin(units, sorted(held)) == (part == "confirmation")
    kept = data[chosen].copy()
    return Result(f"Kept {kept.n_obs} of {data.n_obs} samples for {part}.", data=kept, facts={"samples": kept.n_obs})


@tool(changes_data=True)
def leave_out(
    data: AnnData,
    position: Annotated[int, Field(ge=0, description="Which sample, counted from 0.")],
    column: SampleColumnName | None = None,
    level: str = "",
) -> Result:
    """Leave out one sample: the one at a position, among all or among those with a level in a column."""
    of = np.arange(data.n_obs) if column is None else np.flatnonzero(data.obs[column].astype(str) == level)
    if position >= len(of):
        raise NotApplicable((f"there are {len(of)} such samples; position {position} is beyond them",))
    kept = data[np.delete(np.arange(data.n_obs), of[position])].copy()
    return Result(f"Left out {data.obs_names[of[position]]}; {kept.n_obs} samples remain.", data=kept)
