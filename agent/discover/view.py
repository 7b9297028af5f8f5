"""A hypothesis as a report or page shows it: numbers as `Cited`, words of others as `Quoted`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from agent.discover.evidence import Evidence, Fact, Shuffle, Trial
from agent.discover.judging import mean_score
from agent.discover.records import HypothesisRecord, JudgementRecord
from agent.discover.rows import objective_row
from agent.discover.settings import DiscoverSettings
from agent.errors import RecordBroken
from agent.evidence.findings import FindingsLedger
from agent.evidence.ledger import Cited, Stated
from agent.models.discover_answers import HypothesisDraft
from agent.review.quoting import Quoted, quote
from agent.run import Run

_EFFECTS = ("log2_fc", "log2_spread", "largest_change", "at", "log2_fc_difference", "hazard_ratio", "odds_ratio", "nes",
            "slope", "correlation", "z", "score", "difference")  # fmt: skip
_LABELS = {
    "log2_fc": "log2 fold change",
    "log2_fc_difference": "difference of log2 fold changes",
    "nes": "normalised enrichment score",
    "ci_low": "interval from",
    "ci_high": "to",
    "n_numerator": "values in the first group",
    "n_denominator": "in the second",
    "seen_numerator": "samples of the first group that have it",
    "seen_denominator": "of the second",
}
"""Columns of result tables in words, where the name itself is none; others lose their underscores."""
_COUNTS = ("n_numerator", "n_denominator", "seen_numerator", "seen_denominator")
_SHOWN = (*_EFFECTS, "ci_low", "ci_high", *_COUNTS, "p", "q")


@dataclass(frozen=True)
class Statistic:
    """A number of a claim, by the name of its column."""

    name: str
    value: Cited

    @property
    def label(self) -> str:
        """Its name for a reader."""
        return _LABELS.get(self.name, self.name.replace("_", " "))


@dataclass(frozen=True)
class Other:
    """A claim under another choice."""

    variant: str
    outcome: str
    """`survives`, `lost`, or `could not be run`."""


@dataclass(frozen=True)
class ClaimView:
    """A finding that a hypothesis rests on, or that speaks against it."""

    entity: Quoted
    what: Quoted
    direction: str
    statistics: tuple[Statistic, ...]
    q_run: Cited | None
    """Adjusted over all tests of the run."""
    step: str
    tool: str
    """With where it comes from."""
    versions: tuple[tuple[str, str], ...]
    """Libraries that computed it, with their versions."""
    job: str
    data: str
    """The job whose data it was computed from."""
    others: tuple[Other, ...]
    held_back: str
    """What held-back samples do: `confirm`, `do not confirm`, `say the opposite`; empty when none were held back."""

    def statistic(self, name: str) -> Cited | None:
        """Its number of this name; None when its table has none."""
        return next((one.value for one in self.statistics if one.name == name), None)

    @property
    def effect(self) -> Statistic | None:
        """How large it is; None when its table only says how sure it is."""
        return next((one for one in self.statistics if one.name in _EFFECTS), None)


@dataclass(frozen=True)
class ShuffleView:
    """What one table calls with the true labels and with permuted ones."""

    table: str
    found: Cited
    by_luck: tuple[Cited, ...]


@dataclass(frozen=True)
class Opinion:
    """What judges said of a criterion: all who gave the same words, each with its score."""

    judges: tuple[tuple[str, Cited], ...]
    quote: Quoted
    """Words of the evidence; empty when they quoted what is not there."""
    reason: Quoted


@dataclass(frozen=True)
class ScoreView:
    """A criterion over all judges."""

    criterion: str
    mean: Cited
    low: Cited
    high: Cited
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True)
class PaperView:
    """A paper that names what the hypothesis names."""

    id: str
    title: Quoted
    year: Quoted
    says: str
    passage: Quoted


@dataclass(frozen=True)
class HypothesisView:
    """A hypothesis with all that is known for and against it."""

    id: str
    round: str
    objective: str
    objective_title: Quoted
    statement: Quoted
    entities: tuple[Quoted, ...]
    conditions: Quoted
    experiment: Quoted
    status: str
    """`accepted`, `not shown`, `rejected`, `refused` or `proposed`."""
    reason: Stated
    claims: tuple[ClaimView, ...]
    against: tuple[ClaimView, ...]
    shuffles: tuple[ShuffleView, ...]
    survived: Cited | None
    """Trials of other choices that the claims survive, of `trials`."""
    trials: Cited | None
    confirmed: Cited | None
    """Claims that held-back samples confirm, of `held`."""
    held: Cited | None
    """Claims that held-back samples could be asked about; None when they could about none."""
    literature: tuple[PaperView, ...]
    score: Cited | None
    """The judges' mean over the rubric, 1 to 5."""
    scores: tuple[ScoreView, ...]


def hypothesis_views(run: Run, ledger: FindingsLedger, status: str = "") -> tuple[HypothesisView, ...]:
    """Hypotheses, the best supported first: what held-back samples confirm goes before what was found here only.

    Args:
        run: whose.
        ledger: that its numbers are entered into.
        status: only those that have it; empty for all.
    """
    wanted = {"status": status} if status else {}
    rows = run.all(HypothesisRecord, HypothesisRecord.round, HypothesisRecord.id, **wanted)
    views = [hypothesis_view(run, ledger, row) for row in rows]
    return tuple(sorted(views, key=_place))


def _place(one: HypothesisView) -> tuple[int, float, float]:
    """Where a hypothesis stands among others: by what became of it, its confirmation, its score."""
    order = ("accepted", "proposed", "not shown", "rejected", "refused")
    confirmed = one.confirmed.value / one.held.value if one.confirmed and one.held else 0.0
    return order.index(one.status), -confirmed, -(one.score.value if one.score else 0.0)


def hypothesis_view(run: Run, ledger: FindingsLedger, row: HypothesisRecord) -> HypothesisView:
    """One hypothesis."""
    draft = HypothesisDraft.model_validate(row.draft)
    evidence = Evidence.model_validate(row.evidence)
    judged = run.all(JudgementRecord, JudgementRecord.criterion, JudgementRecord.judge, hypothesis_id=row.id)
    trials = evidence.trials
    held = [word for word in map(_held_back, evidence.claims) if word]
    objective = objective_row(run, row.objective_id)
    return HypothesisView(
        id=row.id,
        round=f"r{row.round}",
        objective=row.objective_id,
        objective_title=quote(str(objective.draft["title"]), "model"),
        statement=quote(draft.statement, "model", 1000),
        entities=tuple(quote(name, "model") for name in draft.entities),
        conditions=quote(draft.conditions, "model"),
        experiment=quote(draft.experiment, "model", 1000),
        status=row.status,
        reason=ledger.said(row.reason, "hypothesis", row.id),
        claims=tuple(_claim(ledger, row.id, fact) for fact in evidence.claims),
        against=tuple(_claim(ledger, row.id, fact) for fact in evidence.against),
        shuffles=tuple(_shuffle(ledger, row.id, one) for one in evidence.shuffles),
        survived=ledger.of_hypothesis(row.id, "survived", sum(one.survived for one in trials)) if trials else None,
        trials=ledger.of_hypothesis(row.id, "trials", len(trials)) if trials else None,
        confirmed=ledger.of_hypothesis(row.id, "confirmed", held.count("confirm")) if held else None,
        held=ledger.of_hypothesis(row.id, "held back", len(held)) if held else None,
        literature=tuple(
            PaperView(
                one.paper,
                quote(one.title, "paper"),
                quote(str(one.year or ""), "paper"),
                one.says,
                quote(one.passage, "paper"),
            )
            for one in evidence.literature
        ),
        score=_mean(ledger, row.id, judged, _settings(run)),
        scores=tuple(_scores(ledger, row.id, judged)),
    )


def _settings(run: Run) -> DiscoverSettings:
    if run.config.discover is None:
        raise RecordBroken(f"{run.folder}: holds hypotheses, and its configuration is none of a discovery")
    return run.config.discover


def _claim(ledger: FindingsLedger, hypothesis: str, fact: Fact) -> ClaimView:
    step = ledger.step(fact.at.step)
    cells = ((column, ledger.statistic(fact.at, column)) for column in _SHOWN)
    return ClaimView(
        entity=quote(fact.entity, "program"),
        what=quote(fact.what, "harness"),
        direction=fact.direction,
        statistics=tuple(Statistic(name, value) for name, value in cells if value is not None),
        q_run=ledger.q_run(hypothesis, fact),
        step=step.id,
        tool=f"{step.tool} ({step.origin})" if step.origin else step.tool,
        versions=tuple((name, str(version)) for name, version in step.versions.items()),
        job=step.job,
        data=step.data,
        others=tuple(Other(one.variant, _outcome(one)) for one in fact.trials),
        held_back=_held_back(fact),
    )


def _outcome(trial: Trial) -> str:
    if trial.at is None:
        return "could not be run"
    return "survives" if trial.survived else "lost"


def _held_back(fact: Fact) -> str:
    if fact.held is None or fact.held.at is None:
        return ""
    if {fact.held.direction, fact.direction} == {"higher", "lower"}:
        return "say the opposite"
    return "confirm" if fact.held.survived else "do not confirm"


def _shuffle(ledger: FindingsLedger, hypothesis: str, one: Shuffle) -> ShuffleView:
    by_luck = (
        ledger.of_hypothesis(hypothesis, f"{one.table}, permuted {n}", count) for n, count in enumerate(one.by_luck, 1)
    )
    return ShuffleView(one.table, ledger.of_hypothesis(hypothesis, f"{one.table}, true", one.found), tuple(by_luck))


def _mean(
    ledger: FindingsLedger, hypothesis: str, rows: Sequence[JudgementRecord], settings: DiscoverSettings
) -> Cited | None:
    if not rows:
        return None
    value = mean_score(rows, settings.rubric)
    return ledger.of_hypothesis(hypothesis, "mean score", value, f"{value:.2f}")


def _scores(ledger: FindingsLedger, hypothesis: str, rows: Sequence[JudgementRecord]) -> list[ScoreView]:
    by: dict[str, list[JudgementRecord]] = {}
    for row in rows:
        by.setdefault(row.criterion, []).append(row)
    return [_score(ledger, hypothesis, criterion, judged) for criterion, judged in by.items()]


def _score(ledger: FindingsLedger, hypothesis: str, criterion: str, rows: Sequence[JudgementRecord]) -> ScoreView:
    scores = [row.score for row in rows]
    average = mean(scores)
    by_words: dict[tuple[str, str], list[tuple[str, Cited]]] = {}
    for row in rows:
        given = ledger.of_hypothesis(hypothesis, f"{criterion}, {row.judge}", row.score)
        by_words.setdefault((row.quote, row.reason), []).append((row.judge, given))
    return ScoreView(
        criterion=criterion,
        mean=ledger.of_hypothesis(hypothesis, f"{criterion}, mean", average, f"{average:.1f}"),
        low=ledger.of_hypothesis(hypothesis, f"{criterion}, lowest", min(scores)),
        high=ledger.of_hypothesis(hypothesis, f"{criterion}, highest", max(scores)),
        opinions=tuple(
            Opinion(tuple(judges), quote(quoted, "model"), quote(reason, "model"))
            for (quoted, reason), judges in by_words.items()
        ),
    )
