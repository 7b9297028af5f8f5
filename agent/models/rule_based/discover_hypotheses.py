"""Hypotheses by rules: plain sentences that say what the strongest findings say, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from agent.models.discover_requests import (
    Claim,
    Direction,
    Finding,
    Hypotheses,
    HypothesisDraft,
    ObjectiveDraft,
    ProposeHypotheses,
)

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
}
_FOLLOWED = ("trend", "time_course")
"""Aims that follow a number instead of comparing groups."""
_TOGETHER = 3
"""Features that one hypothesis names beside the first."""


def propose_hypotheses(request: ProposeHypotheses) -> Hypotheses:
    """The strongest finding of each table, then the next ones of each, then what goes together."""
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
    for found in by_table.values():
        for direction in ("higher", "lower"):
            alike = [one for one in found[1:] if one.direction == direction]
            if len(alike) > 1:
                yield _of_several(request, alike[:_TOGETHER], "higher" if direction == "higher" else "lower")
    for found in by_table.values():
        yield from (_of_one(request, one) for one in found[1:])


def _of_one(request: ProposeHypotheses, one: Finding) -> HypothesisDraft:
    asked = request.objective
    return HypothesisDraft(
        statement=f"{_sentence(asked, one)} ({_numbers(one)}).",
        entities=(one.entity,),
        conditions=_conditions(asked),
        claims=(Claim(finding=one.id, direction=one.direction),),
        against=_against(request.findings, one),
        experiment=_experiment(asked, one.entity, one.table),
    )


def _of_several(request: ProposeHypotheses, found: Sequence[Finding], direction: Direction) -> HypothesisDraft:
    asked = request.objective
    names = ", ".join(one.entity for one in found[:-1]) + f" and {found[-1].entity}"
    word = "higher" if direction == "higher" else "lower"
    verb = ("rise" if direction == "higher" else "fall") if asked.aim in _FOLLOWED else f"are {word}"
    return HypothesisDraft(
        statement=f"{names} {verb} together {_where(asked, found[0].table)}.",
        entities=tuple(one.entity for one in found),
        conditions=_conditions(asked),
        claims=tuple(Claim(finding=one.id, direction=direction) for one in found),
        experiment=_experiment(asked, names, found[0].table),
    )


def _sentence(asked: ObjectiveDraft, one: Finding) -> str:
    if one.table == "survival":
        word = "a shorter" if one.direction == "higher" else "a longer"
        return f"A higher level of {one.entity} goes with {word} time until {asked.event}"
    if one.table == "presence":
        seen = "more often" if one.direction == "higher" else "less often"
        return f"{one.entity} is found {seen} in {asked.numerator} than in {asked.denominator}"
    if asked.aim in _FOLLOWED and one.direction != "different":
        return f"{one.entity} {'rises' if one.direction == 'higher' else 'falls'} {_where(asked, one.table)}"
    if one.direction == "different":
        return f"{one.entity} differs {_where(asked, one.table)}"
    return f"{one.entity} is {one.direction} {_where(asked, one.table)}"


def _where(asked: ObjectiveDraft, table: str) -> str:
    if asked.aim in {"two_groups", "panel", "interaction"}:
        more = {"enrichment": "among what differs between", "kinases": "in activity in"}.get(table, "in")
        joined = "and" if table == "enrichment" else "than in"
        return f"{more} {asked.numerator} {joined} {asked.denominator}"
    if asked.aim == "several_groups":
        return f"between the groups of {asked.column}"
    if asked.aim == "survival":
        return f"with a shorter time until {asked.event}"
    return f"over {asked.column}" if asked.aim == "time_course" else f"with {asked.column}"


def _numbers(one: Finding) -> str:
    shown = [f"{_EFFECTS[name]} {value:.3g}" for name, value in one.numbers.items() if name in _EFFECTS][:1]
    shown += [f"q {one.numbers['q']:.3g}"] if "q" in one.numbers else []
    return ", ".join(shown)


def _conditions(asked: ObjectiveDraft) -> str:
    parts = [f"where {asked.within_column} is {asked.within_level}"] if asked.within_column else []
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
    where = f"of {asked.numerator} and {asked.denominator}" if asked.numerator else f"along {asked.column}"
    return f"Measure {what} by an independent method, such as targeted mass spectrometry, in new samples {where}."
