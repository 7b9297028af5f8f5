"""Whether a hypothesis may be scored at all: it says what it is about, what it names was measured, what it counts is in
the ledger, and it points where the statistics point."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping

from agent.models.discover_answers import Finding, HypothesisDraft

_NUMBER = re.compile(r"(?<![\w.])[-−+]?\d+(?:[.,]\d+)*(?:\s?[eE]\s?[-−+]?\d+|\s?[×x]\s?10\^?[-−]?\d+)?(?![\w])")
_UP = re.compile(
    r"\b(higher|increas\w*|up|upregulat\w*|elevat\w*|more abundant|enrich\w*|"
    r"ris(?:e|es|en|ing)|raised|gain\w*|adverse)\b",
    re.I,
)
_DOWN = re.compile(
    r"\b(lower|decreas\w*|down|downregulat\w*|reduc\w*|less abundant|deplet\w*|fall\w*|loss|lost|protective)\b", re.I
)


def refusal(draft: HypothesisDraft, findings: Mapping[str, Finding], known: Iterable[str] = ()) -> str:
    """Why a hypothesis cannot stand, in a sentence; empty when it can.

    Args:
        draft: as written.
        findings: id → the findings that it could claim.
        known: names that may hold digits or words of direction and say nothing by them: columns and levels of the
            sample sheet.
    """
    unknown = [claim.finding for claim in draft.claims if claim.finding not in findings]
    unknown += [one for one in draft.against if one not in findings]
    if unknown:
        return f"it claims {unknown[0]}, and there is no such finding"
    claimed = [findings[claim.finding] for claim in draft.claims]
    names = {name for one in claimed for name in (*one.names, one.entity)} | set(draft.entities) | set(known)
    said = _without(names, draft.statement)
    return (
        _unmeasured(draft, findings)
        or _unnamed(draft, claimed)
        or _wrong_direction(draft, said, findings)
        or _uncounted(said, claimed, names)
    )


def direction_words(text: str) -> set[str]:
    """The directions that a text speaks of: `higher`, `lower`, both or none."""
    return {word for word, pattern in (("higher", _UP), ("lower", _DOWN)) if pattern.search(text)}


def _unmeasured(draft: HypothesisDraft, findings: Mapping[str, Finding]) -> str:
    measured = {name.casefold() for one in findings.values() for name in (*one.names, one.entity)}
    absent = [name for name in draft.entities if name.casefold() not in measured]
    return f"`{absent[0]}` is not among the findings: not measured, or not tested" if absent else ""


def _unnamed(draft: HypothesisDraft, claimed: list[Finding]) -> str:
    """A statement about something else would borrow the evidence of what it claims."""
    names = {name for one in claimed for name in (*one.names, one.entity)}
    stands = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", draft.statement, re.I) for name in names)
    return "" if stands else f"its statement does not name what it claims: {claimed[0].entity}"


def _without(names: Iterable[str], text: str) -> str:
    for name in sorted((name for name in names if any(map(str.isalpha, name))), key=len, reverse=True):
        text = re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", " ", text)
    return text


def _wrong_direction(draft: HypothesisDraft, text: str, findings: Mapping[str, Finding]) -> str:
    for claim in draft.claims:
        found = findings[claim.finding]
        if claim.direction != found.direction and claim.direction != "different":
            return f"it claims that {found.entity} is {claim.direction}; the statistic says {found.direction}"
    said = direction_words(text)
    shown = {findings[claim.finding].direction for claim in draft.claims} - {"different"}
    if said and shown and not said & shown:
        return f"its words say {said.pop()}; the statistics that it claims say {', '.join(sorted(shown))}"
    return ""


def _uncounted(text: str, claimed: list[Finding], names: Collection[str]) -> str:
    values = [value for one in claimed for value in one.numbers.values()]
    for found in map(str.strip, _NUMBER.findall(text)):
        if found not in names and not any(_same(found, value) for value in values):
            return f"the number {found} is in no finding that it claims"
    return ""


def _same(text: str, value: float) -> bool:
    """Whether a printed number is this value, rounded as it is printed; percent of a share counts."""
    plain = re.sub(r"\s?[×x]\s?10\^?", "e", text.replace("−", "-")).replace(" ", "").replace(",", "")
    try:
        printed = float(plain)
    except ValueError:
        return False
    digits = len(re.sub(r"[eE].*|[^\d]", "", plain).lstrip("0")) or 1
    return any(
        _rounded(candidate, digits) == printed or candidate == printed for candidate in (value, abs(value), 100 * value)
    )


def _rounded(value: float, digits: int) -> float:
    if value == 0 or not math.isfinite(value):
        return value
    return float(f"{value:.{digits}g}")
