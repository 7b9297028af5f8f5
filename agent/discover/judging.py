"""A hypothesis's evidence as judges are shown it: sentences to quote, and the same as numbers to reckon with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean

from agent.discover.evidence import Evidence, Fact
from agent.discover.records import JudgementRecord
from agent.models.discover_answers import CriterionScore, HypothesisDraft


def sentences(evidence: Evidence) -> tuple[str, ...]:
    """The evidence in sentences of the harness, for, against and controls."""
    found = [f"For: {_row(fact)}." for fact in evidence.claims]
    found += [f"Against: {_row(fact)}." for fact in evidence.against]
    found += [_trials(fact) for fact in evidence.claims if fact.trials]
    for one in evidence.shuffles:
        counts = ", ".join(map(str, one.by_luck)) or "not run"
        found.append(f"With permuted labels {one.table} calls {counts}; with the true ones {one.found}.")
    for fact in evidence.claims:
        if fact.held is not None and fact.held.at is not None:
            word = "confirm" if fact.held.survived else "do not confirm"
            found.append(f"Samples that were held back {word} {fact.entity} ({fact.held.direction}).")
    if not evidence.literature:
        found.append("No paper of the library names it.")
    return tuple(found)


def measures(draft: HypothesisDraft, evidence: Evidence) -> dict[str, float]:
    """The evidence in numbers; what is not known is left out.

    `q_run` (largest of the claims), `robust` (least share of its trials that a claim survives), `luck` (share that
    permuted labels find), `confirmed` (1 or 0), counts of `claims`, `against`, `entities`, papers that `agrees`,
    `disagrees`, `mentions`, and `experiment` and `conditions` (1 when named).
    """
    said = [one.says for one in evidence.literature]
    found: dict[str, float | None] = {
        "q_run": evidence.worst_q,
        "robust": evidence.robust,
        "luck": evidence.luck,
        "confirmed": None if evidence.confirmed is None else float(evidence.confirmed),
        "claims": len(evidence.claims),
        "against": len(evidence.against),
        "entities": len(draft.entities),
        "experiment": float(bool(draft.experiment)),
        "conditions": float(bool(draft.conditions)),
        **{word: float(said.count(word)) for word in ("agrees", "disagrees", "mentions")},
    }
    return {name: value for name, value in found.items() if value is not None}


def mean_score(rows: Sequence[JudgementRecord], rubric: Mapping[str, float]) -> float:
    """The judges' mean on each criterion, weighted by the rubric; 0 without a judgement."""
    by = {name: [row.score for row in rows if row.criterion == name] for name in rubric}
    weighed = [(mean(scores), rubric[name]) for name, scores in by.items() if scores and rubric[name] > 0]
    total = sum(weight for _, weight in weighed)
    return sum(score * weight for score, weight in weighed) / total if total else 0.0


def quoted(score: CriterionScore, shown: Sequence[str]) -> str:
    """The judge's quotation when its words stand in what it was shown; else nothing."""
    words = " ".join(score.quote.split()).strip("“”\"' ")
    there = " ".join(" ".join(one.split()) for one in shown)
    return words if words and words in there else ""


def _row(fact: Fact) -> str:
    numbers = ", ".join(f"{name} {value:.3g}" for name, value in fact.numbers.items() if name in _TOLD)
    run = "" if fact.q_run is None else f", q over the run {fact.q_run:.3g}"
    return f"{fact.entity} is {fact.direction} ({fact.what}: {numbers}{run})"


_TOLD = ("log2_fc", "hazard_ratio", "nes", "odds_ratio", "slope", "z", "score", "p", "q")


def _trials(fact: Fact) -> str:
    made = [one for one in fact.trials if one.at is not None]
    lost = [one.variant for one in made if not one.survived]
    ending = f"; lost with {', '.join(lost)}" if lost else ""
    return f"{fact.entity} survives {len(made) - len(lost)} of {len(made)} other choices{ending}."
