"""Objectives by rules: what the design of the data lets anybody ask, and in later rounds what the answers call for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agent.models.discover_answers import ColumnBrief, DataBrief, ObjectiveDraft, Objectives, PastObjective
from agent.models.discover_requests import ProposeObjectives
from agent.models.rule_based.discover_levels import level_in_words, pair_in_words
from agent.models.rule_based.discover_sizes import even_first

_CONTROL = re.compile(
    r"(?<![a-z])(control|ctrl|ctl|ref|reference|normal|healthy|wt|wild[ _-]?type|untreated|vehicle|basal|mock|mss|dmso|"
    r"negative|none|no|baseline|placebo)(?![a-z])",
    re.IGNORECASE,
)
_ABSENT = {"0", "0.0", "false"}
"""Of a column that says whether something is there."""
_HANDLING = re.compile(r"batch|plex|run|site|plate|raw|lane|cent(?:er|re)|instrument|mixture|set", re.IGNORECASE)
_MOST_UNKNOWN = 0.1
"""Share of the samples that may lack a covariate: often they are pools, which lack the group as well."""
_LEAST = 2
_MOST_PAIRS_OF_LEVELS = 3
_LEAST_CROSSED = 6
"""Samples of each level of a second factor from which its crossing with two groups can be asked about."""
_LARGE = 20
"""Samples from which modules and panels are worth trying."""


def propose_objectives(request: ProposeObjectives) -> Objectives:
    """The first round asks what the design lets one ask; later ones follow what was found."""
    found = _following(request) if request.round > 1 and request.history else _first(request)
    seen = {_analysis(past.objective) for past in request.history}
    fresh = even_first(request.data, (one for one in _different(found) if _analysis(one) not in seen))
    return Objectives(objectives=tuple(fresh[: request.count]))


def control_of(levels: dict[str, int]) -> str:
    """The level that others are compared with: one that is called a control, else the largest, else the first."""
    large = {level: count for level, count in levels.items() if count >= _LEAST} or levels
    named = [level for level in large if level.lower() in _ABSENT]
    named += [level for level in large if _CONTROL.search(level.replace("_", " ")) and "positive" not in level.lower()]
    return named[0] if named else min(large, key=lambda level: (-large[level], level))


def _first(request: ProposeObjectives) -> Iterator[ObjectiveDraft]:
    for draft in _of_design(request.data):
        yield from _in_each_part(request.data, draft)


def _in_each_part(data: DataBrief, draft: ObjectiveDraft) -> Iterator[ObjectiveDraft]:
    """The objective in each part of a preparation, which are measurements of their own."""
    parts = data.with_role("part")
    if not parts:
        yield draft
        return
    for level in parts[0].levels:
        only = {"title": f"{draft.title}, in {level}"[:160], "within_column": parts[0].name, "within_level": level}
        yield draft.model_copy(update=only)


def _of_design(data: DataBrief) -> Iterator[ObjectiveDraft]:
    yield from _survival(data)
    by_group = [list(_by_group(data, column)) for column in data.with_role("group")]
    # The first question of each column before the second of any.
    for place in range(max(map(len, by_group), default=0)):
        yield from (asked[place] for asked in by_group if place < len(asked))
    yield from _numbers(data)


def _survival(data: DataBrief) -> Iterator[ObjectiveDraft]:
    for time in data.with_role("time")[:1]:
        for event in data.with_role("event")[:1]:
            yield ObjectiveDraft(
                title=f"What goes with {time.name} until {event.name}",
                question=f"Which features go with a shorter or longer `{time.name}` until `{event.name}`?",
                aim="survival",
                column=time.name,
                event=event.name,
                covariates=_covariates(data, time.name),
                why="the sample sheet has a time and whether the event came",
            )


def _by_group(data: DataBrief, column: ColumnBrief) -> Iterator[ObjectiveDraft]:
    levels = {level: count for level, count in column.levels.items() if count >= _LEAST}
    reference = control_of(levels)
    others = [level for level in levels if level != reference]
    pairs = data.with_role("pairs")
    common = {
        "column": column.name,
        "covariates": _covariates(data, column.name),
        "pairs": pairs[0].name if pairs else "",
    }
    if data.reference:
        yield from (_against_reference(data, column.name, level) for level in list(levels)[:_MOST_PAIRS_OF_LEVELS])
    if len(others) > 1:
        yield ObjectiveDraft(
            title=f"What differs between the {len(levels)} groups of {column.name}",
            question=f"Which features differ between any of the groups of `{column.name}`?",
            aim="several_groups",
            why=f"`{column.name}` has {len(levels)} groups",
            **common,
        )
    for level in others[:_MOST_PAIRS_OF_LEVELS]:
        yield two_groups(data, column.name, level, reference, f"`{column.name}` separates the samples")


def two_groups(data: DataBrief, column: str, numerator: str, denominator: str, why: str) -> ObjectiveDraft:
    """The comparison of two levels of a column."""
    one, other = level_in_words(column, numerator), level_in_words(column, denominator)
    pairs = data.with_role("pairs")
    return ObjectiveDraft(
        title=f"What differs between {one} and {other}"[:160],
        question=f"Which features are higher or lower in {numerator} than in {denominator} (`{column}`)?"[:600],
        aim="two_groups",
        column=column,
        numerator=numerator,
        denominator=denominator,
        covariates=_covariates(data, column),
        pairs=pairs[0].name if pairs else "",
        why=why,
    )


def _against_reference(data: DataBrief, column: str, level: str) -> ObjectiveDraft:
    """A group against what its values are ratios to: before groups are compared with each other, which may share what
    they change."""
    return ObjectiveDraft(
        title=f"What {level_in_words(column, level)} changes against {data.reference}"[:160],
        question=f"Which features are higher or lower in {level} (`{column}`) than in {data.reference}?"[:600],
        aim="against_reference",
        column=column,
        numerator=level,
        denominator=data.reference,
        why=f"each value is a ratio to {data.reference}",
    )


def _numbers(data: DataBrief) -> Iterator[ObjectiveDraft]:
    if not data.with_role("event"):
        for time in data.with_role("time"):
            yield _followed(data, time.name, "time_course", "samples were taken at several times")
    for number in data.with_role("number"):
        yield _followed(data, number.name, "trend", "a number is known of each sample")


def _followed(data: DataBrief, column: str, aim: str, why: str) -> ObjectiveDraft:
    return ObjectiveDraft.model_validate(
        {
            "title": f"What goes with {column}"[:160],
            "question": f"Which features rise or fall with `{column}`?",
            "aim": aim,
            "column": column,
            "covariates": _covariates(data, column),
            "why": why,
        }
    )


def _covariates(data: DataBrief, column: str) -> tuple[str, ...]:
    """Columns to adjust for, as far as the samples allow: of how samples were handled one, since a plex lies within a
    batch and both together cannot be estimated."""
    most = max(0, data.samples // 8)
    found: list[str] = []
    handled = False
    for one in sorted(data.with_role("covariate"), key=lambda column: len(column.levels)):
        cost = max(1, len(one.levels) - 1) if one.kind == "category" else 1
        known = one.missing <= _MOST_UNKNOWN * data.samples
        if one.name == column or not known or cost > most or (handled and _HANDLING.search(one.name)):
            continue
        found.append(one.name)
        most -= cost
        handled = handled or bool(_HANDLING.search(one.name))
    return tuple(found)


# -- later rounds ---------------------------------------------------------------------------------------------------


def _following(request: ProposeObjectives) -> Iterator[ObjectiveDraft]:
    """What earlier answers call for: pairs of the groups that differed, a panel, whether it holds in each part."""
    answered = [past for past in request.history if past.status == "answered"]
    for past in answered:
        if past.objective.aim == "several_groups":
            yield from _pairs_of_groups(request.data, past)
    for past in answered:
        if past.objective.aim == "two_groups" and past.found:
            yield from _after_two_groups(request.data, past)
    yield from _first(request)


def _pairs_of_groups(data: DataBrief, past: PastObjective) -> Iterator[ObjectiveDraft]:
    column = data.column(past.objective.column)
    if column is None:
        return
    levels = [level for level, count in column.levels.items() if count >= _LEAST]
    reference = control_of(column.levels)
    pairs = [(level, reference) for level in levels if level != reference]
    pairs += [(a, b) for n, a in enumerate(levels) for b in levels[n + 1 :] if reference not in {a, b}]
    for one, other in pairs:
        draft = two_groups(data, column.name, one, other, f"{past.id} found differences between the groups")
        yield draft.model_copy(update={"builds_on": (past.id,)})


def _after_two_groups(data: DataBrief, past: PastObjective) -> Iterator[ObjectiveDraft]:
    asked = past.objective
    contrast = " from ".join(pair_in_words(asked))
    if data.samples >= _LARGE and not asked.pairs:
        yield asked.model_copy(
            update={
                "title": f"A panel that tells {contrast}"[:160],
                "question": f"Do a few features together tell {contrast} in samples that were not used to choose them?",
                "aim": "panel",
                "why": f"{past.id} found differences",
                "builds_on": (past.id,),
            }
        )
    yield from _interactions(data, past)
    for other in (*data.with_role("covariate"), *data.with_role("group")):
        levels = [level for level, count in other.levels.items() if count * 2 >= data.samples // 2 and count >= 6]
        if other.kind != "category" or other.name == asked.column or asked.within_column:
            continue
        for level in levels[:2]:
            yield asked.model_copy(
                update={
                    "title": f"{asked.title}, where {other.name} is {level}"[:160],
                    "within_column": other.name,
                    "within_level": level,
                    "covariates": tuple(name for name in asked.covariates if name != other.name),
                    "why": f"{past.id} found differences; do they hold where `{other.name}` is {level}?",
                    "builds_on": (past.id,),
                }
            )


def _interactions(data: DataBrief, past: PastObjective) -> Iterator[ObjectiveDraft]:
    """Whether what differs between two groups depends on a second factor of two levels, each with samples enough for
    both groups."""
    asked = past.objective
    one, against = pair_in_words(asked)
    for other in (*data.with_role("covariate"), *data.with_role("group")):
        enough = len(other.levels) == 2 and min(other.levels.values()) >= _LEAST_CROSSED and not other.missing
        if other.kind == "category" and enough and other.name != asked.column and not asked.within_column:
            yield asked.model_copy(
                update={
                    "title": f"Whether {one} against {against} depends on {other.name}"[:160],
                    "question": f"Which differences between {one} and {against} depend on `{other.name}`?"[:600],
                    "aim": "interaction",
                    "within_column": other.name,
                    "covariates": tuple(name for name in asked.covariates if name != other.name),
                    "why": f"{past.id} found differences, and `{other.name}` crosses the groups",
                    "builds_on": (past.id,),
                }
            )


def _different(drafts: Iterable[ObjectiveDraft]) -> Iterator[ObjectiveDraft]:
    seen = set()
    for draft in drafts:
        if _analysis(draft) not in seen:
            seen.add(_analysis(draft))
            yield draft


def _analysis(draft: ObjectiveDraft) -> str:
    return draft.model_dump_json(exclude={"title", "question", "why", "builds_on"})
