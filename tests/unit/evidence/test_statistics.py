from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from agent.evidence.statistics import Comparison, Scores, compare

ROWS, RESAMPLES = 600, 1000
WEIGHTS = np.random.default_rng(0).multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=RESAMPLES) / ROWS


def mean_scores(rows: np.ndarray) -> Scores:
    """Scores of a metric that is a mean over rows; `rows` is seeds × rows."""
    return Scores(metrics=tuple(rows.mean(axis=1)), replicates=tuple(map(tuple, rows @ WEIGHTS.T)))


def classifier(correct: int, seeds: int = 3) -> np.ndarray:
    """A deterministic classifier that is right on the first rows."""
    return np.tile((np.arange(ROWS) < correct).astype(float), (seeds, 1))


def judge(baseline: np.ndarray, candidate: np.ndarray, **settings: object) -> Comparison:
    defaults = {"direction": "higher", "smallest_difference": 0.01, "comparisons": 8}
    return compare(mean_scores(baseline), mean_scores(candidate), **(defaults | settings))


def normal_scores(row_error: float, by_seed: np.ndarray) -> tuple[Scores, Scores]:
    """A baseline of zeros and a candidate with exactly this row error, unskewed, and these metrics."""
    spread = stats.norm.ppf((np.arange(RESAMPLES) + 0.5) / RESAMPLES)
    spread *= row_error / spread.std(ddof=1)
    zeros = Scores(metrics=(0.0,) * len(by_seed), replicates=((0.0,) * RESAMPLES,) * len(by_seed))
    return zeros, Scores(metrics=tuple(by_seed), replicates=tuple(tuple(spread + metric) for metric in by_seed))


@pytest.mark.parametrize(
    ("correct", "verdict"),
    [(560, "improved"), (440, "worse"), (500, "same"), (501, "inconclusive"), (506, "inconclusive")],
)
def test_verdict_of_a_deterministic_classifier(correct, verdict):
    assert judge(classifier(500), classifier(correct)).verdict == verdict


def test_identical_predictions_are_the_same_without_doubt():
    found = judge(classifier(500), classifier(500))
    assert (found.verdict, found.difference, found.low, found.high) == ("same", 0, 0, 0)


def test_a_real_gain_that_is_not_worth_having_is_no_improvement():
    found = judge(classifier(500), classifier(540), smallest_difference=0.08)
    assert found.low > 0
    assert found.verdict == "inconclusive"
    assert judge(classifier(500), classifier(540), smallest_difference=0.2).verdict == "same"


def test_swapping_the_sides_mirrors_the_interval():
    rng = np.random.default_rng(1)
    first, second = rng.gamma(0.1, size=(2, 3, ROWS))
    there, back = judge(first, second), judge(second, first)
    assert (there.low, there.difference, there.high) == pytest.approx((-back.high, -back.difference, -back.low))


def test_lower_is_better_is_higher_is_better_of_the_negated_metric():
    rng = np.random.default_rng(2)
    first, second = rng.gamma(0.1, size=(2, 3, ROWS))
    lower, higher = judge(first, second, direction="lower"), judge(-first, -second)
    assert (lower.low, lower.high, lower.verdict) == (higher.low, higher.high, higher.verdict)


def test_units_do_not_matter():
    rng = np.random.default_rng(3)
    first, second = rng.random((2, 3, ROWS))
    plain, scaled = judge(first, second), judge(first * 1e6, second * 1e6, smallest_difference=0.01e6)
    assert (scaled.low, scaled.high) == pytest.approx((plain.low * 1e6, plain.high * 1e6))
    assert scaled.verdict == plain.verdict


def test_row_error_is_that_of_a_paired_difference():
    found = judge(classifier(500), classifier(530))
    share = 30 / ROWS
    assert found.row_error == pytest.approx(np.sqrt(share * (1 - share) / ROWS), rel=0.07)
    assert found.seed_error == 0


def test_without_row_error_the_interval_is_students():
    by_seed = np.array([0.01, 0.03, 0.02, 0.05])
    found = compare(*normal_scores(1e-9, by_seed), direction="higher", smallest_difference=0.01, error_rate=0.1)
    expected = stats.ttest_1samp(by_seed, 0).confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx(tuple(expected))


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("comparisons", [1, 8, 40])
@pytest.mark.parametrize("seed_share", [0.1, 0.6, 0.95])
def test_interval_misses_at_most_as_often_as_declared(seeds, comparisons, seed_share):
    """Exact for normal row and seed effects: the row error is known, the seed error has a scaled chi-square law."""
    degrees = seeds - 1
    nodes, node_weights = np.polynomial.legendre.leggauss(24)
    seed_variances = seed_share * stats.chi2.ppf((nodes + 1) / 2, degrees) / degrees
    shape = np.linspace(-1, 1, seeds)
    shape /= stats.sem(shape)
    misses = 0.0
    for variance, weight in zip(seed_variances, node_weights / 2, strict=True):
        sides = normal_scores(np.sqrt(1 - seed_share), shape * np.sqrt(variance))
        found = compare(*sides, direction="higher", smallest_difference=1, comparisons=comparisons)
        misses += weight * 2 * stats.norm.sf(found.high)
    assert misses <= 0.05 / comparisons


def test_more_planned_comparisons_widen_the_interval():
    widths = [np.ptp([c.low, c.high]) for c in (judge(classifier(500), classifier(520), comparisons=n) for n in (1, 8))]
    assert widths[0] < widths[1]


def test_a_bound_is_moved_out_where_a_few_heavy_rows_decide_and_never_in():
    """Rare heavy losses and many small gains: a sample that lacks some of the losses looks better than it is."""
    losses = np.zeros((3, ROWS))
    losses[:, :590], losses[:, 590:] = 0.1, -1.0
    normal = stats.norm.isf(0.05 / 16)
    found = judge(np.zeros_like(losses), losses)
    assert found.difference - found.low > 1.1 * normal * found.row_error
    assert found.high - found.difference == pytest.approx(normal * found.row_error)


def test_resamples_that_are_undefined_on_one_side_are_left_out_of_both():
    first, second = (mean_scores(classifier(correct)) for correct in (500, 530))
    gaps = (None,) * 20
    gappy = second.model_copy(update={"replicates": (gaps + second.replicates[0][20:], *second.replicates[1:])})
    shorter = [
        Scores.model_construct(metrics=s.metrics, replicates=[r[20:] for r in s.replicates]) for s in (first, second)
    ]
    settings = {"direction": "higher", "smallest_difference": 0.01}
    assert compare(first, gappy, **settings).low == compare(*shorter, **settings).low


@pytest.mark.parametrize("undefined", [100, RESAMPLES])
def test_a_metric_that_is_often_undefined_settles_nothing(undefined):
    scores = mean_scores(classifier(500))
    gaps = tuple((None,) * undefined + row[undefined:] for row in scores.replicates)
    found = compare(
        scores, scores.model_copy(update={"replicates": gaps}), direction="higher", smallest_difference=0.01
    )
    assert found.verdict == "inconclusive"
    assert "undefined" in found.reason


def test_a_difference_that_no_resample_changes_is_not_certain():
    assert judge(classifier(500), classifier(500) + 0.3).verdict == "inconclusive"


@pytest.mark.parametrize(
    "settings",
    [{"smallest_difference": 0}, {"comparisons": 0}, {"error_rate": 0}, {"error_rate": 1}],
)
def test_settings_out_of_range_are_refused(settings):
    with pytest.raises(ValueError, match="needed"):
        judge(classifier(500), classifier(500), **settings)


def test_sides_with_different_seeds_are_refused():
    with pytest.raises(ValueError, match="seeds × resamples"):
        judge(classifier(500), classifier(500, seeds=4))


@pytest.mark.parametrize(
    ("metrics", "seeds", "resamples"),
    [
        ((0.5,), 1, RESAMPLES),
        ((0.5, 0.5, 0.5), 2, RESAMPLES),
        ((0.5, float("nan")), 2, RESAMPLES),
        ((0.5, 0.5), 2, 999),
    ],
)
def test_scores_that_are_no_scores_are_refused(metrics, seeds, resamples):
    with pytest.raises(ValueError, match="validation error"):
        Scores(metrics=metrics, replicates=((0.5,) * resamples,) * seeds)


@pytest.mark.parametrize("spread", [0.0, 0.02])
def test_ideas_that_change_nothing_are_improved_at_most_at_the_declared_rate(spread):
    """Equally good classifiers that err on different rows, with and without a seed effect on quality."""
    rng = np.random.default_rng(4)
    ideas, error_rate = 200, 0.2
    improved = 0
    for _ in range(ideas):
        chance = 0.9 + spread * rng.uniform(-1, 1, size=(2, 3, 1))
        draws = rng.random((2, 3, ROWS)) if spread else np.repeat(rng.random((2, 1, ROWS)), 3, axis=1)
        first, second = (draws < chance).astype(float)
        found = judge(first, second, smallest_difference=1e-6, comparisons=1, error_rate=error_rate)
        improved += found.verdict == "improved"
    assert stats.binomtest(improved, ideas, error_rate, alternative="greater").pvalue > 0.01
