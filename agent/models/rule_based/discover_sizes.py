"""Comparisons of a few samples with many: asked after the others, for what they find often hangs on one sample."""

from __future__ import annotations

from collections.abc import Iterable

from agent.models.discover_answers import DataBrief, ObjectiveDraft
from agent.models.rule_based.discover_levels import pair_in_words

_FEW = 5
"""Samples below which a group is small, where the other one is not."""
_SMALL_SHARE = 0.05
"""Of the samples of both groups."""
_UNEVEN = 4
"""Times as many samples in the larger group: three against three is an experiment, against a hundred a remnant."""


def even_first(data: DataBrief, drafts: Iterable[ObjectiveDraft]) -> list[ObjectiveDraft]:
    """The objectives in their order, but those with a very small group last, which say so in their `why`."""
    noted = [(draft, _remark(data, draft)) for draft in drafts]
    even = [draft for draft, remark in noted if not remark]
    return even + [
        draft.model_copy(update={"why": f"{draft.why}; {remark}"[:600]}) for draft, remark in noted if remark
    ]


def _remark(data: DataBrief, draft: ObjectiveDraft) -> str:
    """How small the smaller of the two groups is; empty where it is not, or where there are no two."""
    column = data.column(draft.column)
    levels = {} if column is None else column.levels
    if draft.numerator not in levels or draft.denominator not in levels:
        return ""
    sized = zip(pair_in_words(draft), (levels[draft.numerator], levels[draft.denominator]), strict=True)
    (small, few), (_, many) = sorted(sized, key=lambda side: side[1])
    if few * _UNEVEN > many or few >= max(_FEW, _SMALL_SHARE * (few + many)):
        return ""
    return f"asked late, since only {few} samples are {small}, against {many}"
