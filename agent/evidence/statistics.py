"""Is a candidate better than the baseline, or does it only look so?

Both sides are scored on the same validation rows, once a seed, and on the same bootstrap resamples of these rows. Two
things are left to chance: which rows happen to be in the validation set, and which seeds were drawn. `compare` puts
an interval around the mean difference that allows for both:

- *Rows.* The spread of the seed-mean difference over the paired resamples is its standard error (Efron & Tibshirani
  1993, *An Introduction to the Bootstrap*, ch. 6). Where the resamples are skewed towards a bound, that bound is moved
  out by Hall's transformation (Hall 1992, *J. R. Stat. Soc. B* 54:221-228): a few heavy rows that the validation set
  happens to lack would otherwise pass for an improvement. The opposite bound, which it would move in, stays: a handful
  of rows that all happen to change for the better is skewed the comfortable way, and four such rows would do.
- *Seeds.* Student's t of the differences within seeds (Student 1908), with seeds - 1 degrees of freedom. Its spread is
  right whether or not seed s means the same draw to both sides: pairs that share nothing have the sum of both
  variances, and that is what the sample shows. Only the pairs have to be independent of each other.
- *Both.* The two half-widths add in quadrature (Howe 1974, *J. Am. Stat. Assoc.* 69:789-794; as "MOVER" in Zou &
  Donner 2008, *Stat. Med.* 27:1693-1702). Welch-Satterthwaite degrees of freedom would give shorter intervals, and
  wrong ones: with three seeds and the confidence that eight ideas need, they miss up to 4.6 times too often.

The confidence is 1 - error_rate / comparisons (Bonferroni; Dunn 1961, *J. Am. Stat. Assoc.* 56:52-64) over the number
of ideas that were *planned*, so that a verdict never changes when more ideas come in.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator
from scipy import stats

Verdict = Literal["improved", "same", "worse", "inconclusive", "failed"]
"""What came of an idea. `failed` means that nothing could be measured: the harness says it, never `compare`."""

Replicates = Annotated[tuple[FiniteFloat | None, ...], Field(min_length=1000)]
"""The metric on each row resample, None where it is undefined there. A thousand resamples know a standard error to
within 2 %, a hundred only to within 7 %, which far out in the tail is a factor of two in the error rate."""

Array = NDArray[np.float64]

_LEAST_DEFINED = 0.95
"""Share of resamples on which both sides must have a metric. A class that is absent from more than one resample in
twenty has three rows or fewer, and no resampling of three rows tells how well they stand for others."""


class Scores(BaseModel):
    """What the trusted scorer found for one side. Resample i means the same rows for every seed and both sides."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metrics: tuple[FiniteFloat, ...] = Field(min_length=2)
    """The metric on all rows, one a seed."""
    replicates: tuple[Replicates, ...]
    """Seeds × resamples."""

    @model_validator(mode="after")
    def _rectangular(self) -> Self:
        if len(self.replicates) != len(self.metrics):
            raise ValueError(f"{len(self.metrics)} metrics but replicates of {len(self.replicates)} seeds")
        if len({len(row) for row in self.replicates}) != 1:
            raise ValueError("every seed needs the same number of replicates")
        return self


class Comparison(BaseModel):
    """A candidate beside the baseline. Differences are oriented so that positive is better."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    reason: str
    """One sentence for a scientist: what decided."""
    baseline: float
    """Mean metric over the seeds."""
    candidate: float
    """Mean metric over the seeds."""
    difference: float
    low: float
    high: float
    confidence: float
    """Of the interval from `low` to `high`, for this one comparison."""
    row_error: float
    """Standard error of the difference that comes from the choice of rows: more rows make it smaller."""
    seed_error: float
    """Standard error of the difference that comes from the seeds: more seeds make it smaller."""
    comparisons: int
    error_rate: float
    seeds: tuple[int, ...] = ()
    """Of the pairs, in their order, where the harness named them."""

    @property
    def standard_error(self) -> float:
        """Standard error of the difference from rows and seeds together."""
        return float(np.hypot(self.row_error, self.seed_error))


def compare(
    baseline: Scores,
    candidate: Scores,
    *,
    direction: Literal["higher", "lower"],
    smallest_difference: float,
    comparisons: int = 1,
    error_rate: float = 0.05,
) -> Comparison:
    """Compare a candidate with the baseline.

    `improved`: the whole interval is above zero and the difference is worth having; `worse` is its mirror image.
    `same`: the whole interval is within ± `smallest_difference` (two one-sided tests; Schuirmann 1987,
    *J. Pharmacokinet. Biopharm.* 15:657-680). All else, and all that cannot be judged, is `inconclusive`.

    Args:
        baseline: scores of the baseline, re-run under the candidate's conditions.
        candidate: scores with the same seeds, rows and resamples.
        direction: which metrics are better.
        smallest_difference: the smallest difference worth having, in units of the metric; greater than zero.
        comparisons: how many comparisons are planned in all, this one included.
        error_rate: chance, over all these comparisons, that an interval misses its true difference.

    Raises:
        ValueError: the two sides differ in seeds or resamples, or a setting is out of range.
    """
    if smallest_difference <= 0 or comparisons < 1 or not 0 < error_rate < 1:
        raise ValueError("smallest_difference > 0, comparisons >= 1 and 0 < error_rate < 1 are needed")
    sign = 1.0 if direction == "higher" else -1.0
    by_seed, resampled = _differences(baseline, candidate)
    by_seed, resampled = sign * by_seed, sign * resampled
    level = error_rate / comparisons

    difference = float(by_seed.mean())
    row_error, row_down, row_up = _row_limits(resampled, level)
    seed_error = float(stats.sem(by_seed))
    seed_limit = float(stats.t.isf(level / 2, len(by_seed) - 1)) * seed_error
    low = difference - float(np.hypot(row_down, seed_limit))
    high = difference + float(np.hypot(row_up, seed_limit))

    undefined = 1 - len(resampled) / len(baseline.replicates[0])
    verdict, reason = _doubt(difference, row_error, undefined) or _judge(difference, low, high, smallest_difference)
    return Comparison(
        verdict=verdict,
        reason=reason,
        baseline=float(np.mean(baseline.metrics)),
        candidate=float(np.mean(candidate.metrics)),
        difference=difference,
        low=low,
        high=high,
        confidence=1 - level,
        row_error=row_error,
        seed_error=seed_error,
        comparisons=comparisons,
        error_rate=error_rate,
    )


def _differences(baseline: Scores, candidate: Scores) -> tuple[Array, Array]:
    """Candidate minus baseline: of each seed, and of the seeds' mean on each resample where all seeds have a metric."""
    before, after = (np.array(side.replicates, dtype=float) for side in (baseline, candidate))
    if before.shape != after.shape:
        raise ValueError(f"baseline has seeds × resamples {before.shape}, candidate {after.shape}")
    resampled = (after - before).mean(axis=0)
    return np.subtract(candidate.metrics, baseline.metrics), resampled[np.isfinite(resampled)]


def _row_limits(resampled: Array, level: float) -> tuple[float, float, float]:
    """Standard error over rows, and how far the row-wise interval reaches below and above the difference."""
    # Resamples of a constant difference still differ by rounding, whose skewness would be noise blown up.
    if resampled.size == 0 or np.ptp(resampled) <= 1e-9 * np.abs(resampled).max():
        return 0.0, 0.0, 0.0
    error, skewness = float(resampled.std(ddof=1)), float(stats.skew(resampled))
    return error, error * _reach(level, skewness), error * _reach(level, -skewness)


def _reach(level: float, skewness: float) -> float:
    """Standard errors from an estimate down to its lower bound: the normal quantile, more if skewed downwards.

    Inverts g(t) = t + s t²/3 + s² t³/27 + s/6 (Hall 1992), where s is the skewness of the estimate itself: that of the
    rows divided by √rows.
    """
    quantile = float(stats.norm.isf(level / 2))
    if skewness >= 0:
        return quantile
    return 3 / skewness * float(np.cbrt(1 + skewness * (quantile - skewness / 6)) - 1)


def _doubt(difference: float, row_error: float, undefined: float) -> tuple[Verdict, str] | None:
    """Why the interval cannot be trusted; None when it can."""
    if undefined > 1 - _LEAST_DEFINED:
        return (
            "inconclusive",
            f"The metric is undefined on {undefined:.0%} of the resamples: too few rows of some kind.",
        )
    if row_error == 0 and difference != 0:
        return "inconclusive", "The difference is the same on every resample, so its uncertainty is unknown."
    return None


def _judge(difference: float, low: float, high: float, smallest: float) -> tuple[Verdict, str]:
    """The verdict that an interval allows, with its reason."""
    if low == high == 0:
        return "same", "Baseline and candidate score the same on every resample."
    span = f"the interval from {low:+.4g} to {high:+.4g}"
    if low > 0 and difference >= smallest:
        return "improved", f"Better by {difference:.4g}, and {span} lies above zero."
    if high < 0 and difference <= -smallest:
        return "worse", f"Worse by {-difference:.4g}, and {span} lies below zero."
    if -smallest < low and high < smallest:
        return "same", f"Any difference is smaller than {smallest:.4g}: {span} is within ± {smallest:.4g}."
    if low > 0 or high < 0:
        return (
            "inconclusive",
            f"The difference of {difference:+.4g} is real but perhaps not worth {smallest:.4g}: {span}.",
        )
    return "inconclusive", f"The difference of {difference:+.4g} may be chance: {span} holds zero."
