"""Hypotheses by rules: plain sentences that say what the strongest findings say, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from agent.models.discover_answers import Claim, Finding, Hypotheses, HypothesisDraft, ObjectiveDraft
from agent.models.discover_requests import ProposeHypotheses
from agent.models.rule_based.discover_levels import contrast_in_words, pair_in_words

_EFFECTS = {
    "z": "z",
    "log2_fc": "log2 difference",
    "log2_difference": "log2 difference",
    "hazard_ratio": "hazard ratio",
    "odds_ratio": "odds ratio",
    "nes": "normalised enrichment score",
    "slope": "slope",
    "largest_change": "log2 change",
    "log2_spread": "log2 spread",
    "log2_fc_difference": "difference of log2 differences",
    "difference": "difference in the share of samples",
    "auc": "area under the curve",
}
_UNITS = {"hazard_ratio": " for one standard deviation more", "slope": " for one unit"}
_FOLLOWED = ("trend", "time_course")
"""Aims that follow a number instead of comparing groups."""
_PANEL = "panel_accuracy"
_TOGETHER = 3
"""Features that one hypothesis names beside the first."""


def propose_hypotheses(request: ProposeHypotheses) -> Hypotheses:
    """The strongest finding of each table, then what the next ones of each have in common, then what is left. No
    finding is claimed twice."""
    if request.refused:
        return Hypotheses(hypotheses=())  # the rules would write the same again
    return Hypotheses(hypotheses=tuple(islice(_written(request), request.count)))


def _written(request: ProposeHypotheses) -> Iterator[HypothesisDraft]:
    by_table: dict[tuple[str, str], list[Finding]] = {}
    for one in request.findings:
        if one.called:
            by_table.setdefault((one.step, one.table), []).append(one)
    for found in by_table.values():
        yield _of_one(request, found[0])
    left: list[Finding] = []
    for found in by_table.values():
        alike: dict[tuple[str, ...], list[Finding]] = {}
        for one in found[1:]:
            alike.setdefault((one.direction, one.highest, one.lowest), []).append(one)
        for several in alike.values():
            if len(several) > 1:
                yield _of_several(request, several[:_TOGETHER])
            left += several[_TOGETHER:] if len(several) > 1 else several
    yield from (_of_one(request, one) for one in left)


def _of_one(request: ProposeHypotheses, one: Finding) -> HypothesisDraft:
    asked = request.objective
    entities = _members(one) if one.table == _PANEL else (one.entity,)
    return HypothesisDraft(
        statement=f"{_sentence(asked, one)} ({_numbers(one)}).",
        entities=entities,
        conditions=_conditions(asked),
        claims=(Claim(finding=one.id, direction=one.direction),),
        against=_against(request.findings, one),
        experiment=_experiment(asked, _listed(entities), one.table),
    )


def _of_several(request: ProposeHypotheses, found: Sequence[Finding]) -> HypothesisDraft:
    asked, first = request.objective, found[0]
    names = _listed([one.entity for one in found])
    return HypothesisDraft(
        statement=f"{_sentence(asked, first, names)} ({_numbers(*found)}).",
        entities=tuple(one.entity for one in found),
        conditions=_conditions(asked),
        claims=tuple(Claim(finding=one.id, direction=one.direction) for one in found),
        experiment=_experiment(asked, names, first.table),
    )


def _sentence(asked: ObjectiveDraft, one: Finding, several: str = "") -> str:
    """What a finding says, of its entity or of several that say the same."""
    return _by_table(asked, one, several) or _by_direction(asked, one, several)


def _by_table(asked: ObjectiveDraft, one: Finding, several: str) -> str:
    """The words of tests that have some of their own; empty for others."""
    subject, are = several or one.entity, "are" if several else "is"
    higher = one.direction == "higher"
    contrast, (side, other_side) = contrast_in_words(asked), pair_in_words(asked)
    pair = f"{side} and {other_side}"
    match one.table:
        case "survival":
            # What is protective goes with a shorter time where there is less of it: the side that the statistic is on.
            levels, go = (f"{one.direction} levels", "go") if several else (f"a {one.direction} level", "goes")
            return f"{levels.capitalize()} of {subject} {go} with a shorter time until {asked.event}"
        case "presence":
            return f"{subject} {are} found {'more' if higher else 'less'} often {contrast}"
        case "kinases":
            return f"{subject} {are} {'more' if higher else 'less'} active {contrast}"
        case "gene_sets":
            return f"Members of {subject} as a whole are {one.direction} {contrast}"
        case "enrichment" if "odds_ratio" in one.numbers:
            return f"Members of {subject} are {'enriched' if higher else 'depleted'} among what differs between {pair}"
        case "interaction":
            return f"The difference of {subject} between {pair} depends on {asked.within_column}"
        case "panel_accuracy":
            return f"{_listed(_members(one))} together tell {side} from {other_side} in samples not seen before"
    return ""


def _members(panel: Finding) -> tuple[str, ...]:
    """The features of a panel, whose row is named after all of them."""
    return tuple(name for name in panel.names if ";" not in name and name != panel.row)


def _by_direction(asked: ObjectiveDraft, one: Finding, several: str) -> str:
    subject, are, s = several or one.entity, "are" if several else "is", "" if several else "s"
    if one.highest:
        return f"{subject} {are} highest in {one.highest} and lowest in {one.lowest} among the groups of {asked.column}"
    if one.direction == "different":
        return f"{subject} differ{s} {_where(asked)}"
    if asked.aim in _FOLLOWED:
        return f"{subject} {'rise' if one.direction == 'higher' else 'fall'}{s} {_where(asked)}"
    return f"{subject} {are} {one.direction} {_where(asked)}"


def _where(asked: ObjectiveDraft) -> str:
    match asked.aim:
        case "two_groups" | "panel" | "interaction" | "against_reference":
            return contrast_in_words(asked)
        case "several_groups":
            return f"between the groups of {asked.column}"
        case "time_course":
            return f"over {asked.column}"
        case _:
            return f"with {asked.column}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _numbers(*found: Finding) -> str:
    """The effect and the q value, of each finding in the order of their names."""
    known = found[0].numbers
    effect = next((name for name in _EFFECTS if name in known), "")
    parts = [f"{_EFFECTS[effect]} {_each(found, effect)}{_UNITS.get(effect, '')}"] if effect else []
    if len(found) == 1 and "ci_low" in known and "ci_high" in known:
        parts.append(f"confidence interval {known['ci_low']:.3g} to {known['ci_high']:.3g}")
    parts += [f"q {_each(found, 'q')}"] if "q" in known else []
    return ", ".join(parts)


def _each(found: Sequence[Finding], name: str) -> str:
    return _listed([f"{one.numbers[name]:.3g}" for one in found])


def _conditions(asked: ObjectiveDraft) -> str:
    parts = [f"where {asked.within_column} is {asked.within_level}"] if asked.within_level else []
    parts += [f"adjusted for {', '.join(asked.covariates)}"] if asked.covariates else []
    parts += [f"paired by {asked.pairs}"] if asked.pairs else []
    return "; ".join(parts) or "in the samples of this data set"


def _against(findings: Sequence[Finding], one: Finding) -> tuple[str, ...]:
    """Other tests of the same entity that say otherwise."""
    opposite = {"higher": "lower", "lower": "higher"}.get(one.direction)
    return tuple(
        other.id
        for other in findings
        if other.entity == one.entity and other.id != one.id and other.called and other.direction == opposite
    )


def _experiment(asked: ObjectiveDraft, entity: str, table: str) -> str:
    measured = {"kinases": f"the activity of {entity} with an inhibitor", "enrichment": f"members of {entity}"}
    what = measured.get(table, entity)
    if asked.aim == "survival":
        return f"Measure {what} by an independent method in another cohort with follow-up, and test the hazard again."
    where = f"along {asked.column}" if asked.aim in _FOLLOWED else f"of each group of {asked.column}"
    if asked.numerator:
        where = "of {} and {}".format(*pair_in_words(asked))
    return f"Measure {what} by an independent method, such as targeted mass spectrometry, in new samples {where}."
