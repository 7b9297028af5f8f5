"""How often a verdict is wrong, and how often it sees a true gain: simulations of `agent.evidence.statistics`.

Run as a script, it writes two tables into docs/measurement.md. It marks error rates that are above the
declared one by more than chance (exact binomial test at 0.1 %) and then ends with exit code 1. It takes some minutes.
"""

from __future__ import annotations

import multiprocessing
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Literal

import numpy as np
from scipy import stats
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from agent.evidence.statistics import Comparison, Scores, compare

PAGE = Path(__file__).parents[2] / "docs" / "measurement.md"
ROWS, RESAMPLES, ERROR_RATE, SMALLEST = 600, 1000, 0.05, 0.01
SEEDS, PLANNED = (2, 3, 5), (1, 8)
FITS = 40
REPEATS = {False: 2000, True: 500}
"""Comparisons a line, without and with a true gain: error rates are small and need more than powers do."""

Array = np.ndarray
Draw = Callable[[np.random.Generator, int], tuple[Array, Array]]
"""(random numbers, seeds) → what each side earned on each row, seeds × rows: 1 for a right class, or squared errors."""


@dataclass(frozen=True)
class Scenario:
    """A way in which baseline and candidate come about, with the true difference of their metrics."""

    name: str
    draw: Draw
    truth: float = 0.0
    metric: Literal["accuracy", "RMSE"] = "accuracy"

    def compare(self, rng: np.random.Generator, weights: Array, seeds: int) -> Iterator[Comparison]:
        """One comparison on fresh rows and fresh seeds, judged once for each number of planned ideas."""
        final = np.sqrt if self.metric == "RMSE" else np.asarray
        # Validation of plain numbers that cannot be wrong would take most of the time.
        sides = [
            Scores.model_construct(metrics=final(rows.mean(axis=1)), replicates=final(rows @ weights))
            for rows in self.draw(rng, seeds)
        ]
        direction = "lower" if self.metric == "RMSE" else "higher"
        for planned in PLANNED:
            yield compare(*sides, direction=direction, smallest_difference=SMALLEST, comparisons=planned)


def same_predictions(rng: np.random.Generator, seeds: int) -> tuple[Array, Array]:
    rows = np.tile(rng.random(ROWS) < 0.9, (seeds, 1)).astype(float)
    return rows, rows


def classifiers(
    rng: np.random.Generator, seeds: int, *, gain: float = 0, spread: tuple[float, float] = (0, 0), whole: float = 0.08
) -> tuple[Array, Array]:
    """Two classifiers, right on 90 % and 90 % + gain of rows that are hard or easy for both.

    `spread` is how far seeds change a row's margin, of baseline and candidate; `whole` how far they shift all margins:
    0.08 moves the accuracy by about 1 %.
    """
    shared = rng.standard_normal(ROWS)
    sides = []
    for accuracy, single in ((0.9, spread[0]), (0.9 + gain, spread[1])):
        shift = whole if single else 0.0
        margin = np.sqrt(0.9) * shared + np.sqrt(0.1) * rng.standard_normal(ROWS)
        margin = margin + shift * rng.standard_normal((seeds, 1)) + single * rng.standard_normal((seeds, ROWS))
        sides.append((margin > stats.norm.isf(accuracy) * np.sqrt(1 + shift**2 + single**2)).astype(float))
    return sides[0], sides[1]


def few_rows_differ(rng: np.random.Generator, seeds: int) -> tuple[Array, Array]:
    fate = rng.random(ROWS)
    baseline, candidate = fate < 0.9, (fate < 0.9 - 4 / ROWS) | (fate > 1 - 4 / ROWS)
    return tuple(np.tile(side, (seeds, 1)).astype(float) for side in (baseline, candidate))


def heavy_tails(rng: np.random.Generator, seeds: int) -> tuple[Array, Array]:
    noise = rng.standard_t(3, ROWS)
    return tuple((noise - 0.3 * rng.standard_normal((seeds, ROWS))) ** 2 for _ in range(2))


def skewed_errors(rng: np.random.Generator, seeds: int) -> tuple[Array, Array]:
    """The candidate predicts too low by as much as the baseline too high: better on most rows, far worse on a few."""
    noise = np.exp(rng.standard_normal(ROWS)) - np.exp(0.5)
    return tuple((noise + bias - 0.02 * rng.standard_normal((seeds, ROWS))) ** 2 for bias in (-0.2, 0.2))


@cache
def digits_fits(name: Literal["forest", "network"]) -> Array:
    """Right or wrong of 40 fits with different seeds, fits × rows, on the 1,197 rows that they were not trained on."""
    data, target = load_digits(return_X_y=True)
    make = {
        "forest": partial(RandomForestClassifier, 20),
        "network": partial(MLPClassifier, (32,), max_iter=100),
    }[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        fits = [make(random_state=seed).fit(data[:600] / 16, target[:600]) for seed in range(FITS)]
    return np.array([fit.predict(data[600:] / 16) == target[600:] for fit in fits], dtype=float)


def digits(rng: np.random.Generator, seeds: int, *, models: tuple[str, str]) -> tuple[Array, Array]:
    """Rows and fits drawn with replacement: those at hand are the whole population, so that its truth is known."""
    rows = rng.integers(digits_fits(models[0]).shape[1], size=ROWS)
    return tuple(digits_fits(model)[rng.integers(FITS, size=seeds)][:, rows] for model in models)


def no_gain() -> Iterator[Scenario]:
    yield Scenario("The same predictions", same_predictions)
    yield Scenario("Digits, one forest, other seeds", partial(digits, models=("forest", "forest")))
    yield Scenario("Digits, one neural network, other seeds", partial(digits, models=("network", "network")))
    yield Scenario("Equally good, no seed effect", classifiers)
    yield Scenario("Equally good, seeds flip single rows", partial(classifiers, spread=(0.3, 0.3), whole=0))
    yield Scenario("Equally good, seeds shift quality too", partial(classifiers, spread=(0.3, 0.3)))
    yield Scenario("Equally good, only the candidate has seeds", partial(classifiers, spread=(0, 0.3)))
    yield Scenario("About 8 of 600 rows differ", few_rows_differ)
    yield Scenario("Regression, errors with heavy tails (t, 3 df)", heavy_tails, metric="RMSE")
    yield Scenario("Regression, log-normal errors, opposite bias", skewed_errors, metric="RMSE")


def gains() -> Iterator[Scenario]:
    for times in (1, 2, 3, 5):
        gain = times * SMALLEST
        yield Scenario(f"+{gain:.0%}, no seed effect", partial(classifiers, gain=gain), gain)
    for times in (1, 2, 3, 5):
        gain = times * SMALLEST
        draw = partial(classifiers, gain=gain, spread=(0, 0.1), whole=0.02)
        yield Scenario(f"+{gain:.0%}, candidate's seeds matter little", draw, gain)
    for times in (1, 2, 3, 5):
        gain = times * SMALLEST
        yield Scenario(
            f"+{gain:.0%}, both sides' seeds matter", partial(classifiers, gain=gain, spread=(0.3, 0.3)), gain
        )
    truth = float(digits_fits("forest").mean() - digits_fits("network").mean())
    yield Scenario(f"Digits, forest for network ({truth:+.1%})", partial(digits, models=("network", "forest")), truth)


def simulate(scenario: Scenario, seeds: int, repeats: int) -> tuple[list[int], list[int]]:
    """How often the verdict was `improved` and how often the interval missed the truth, for each of `PLANNED`."""
    rng = np.random.default_rng([seeds, *scenario.name.encode()])
    weights = rng.multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=RESAMPLES).T / ROWS
    improved, missed = [0] * len(PLANNED), [0] * len(PLANNED)
    for _ in range(repeats):
        for place, found in enumerate(scenario.compare(rng, weights, seeds)):
            improved[place] += found.verdict == "improved"
            missed[place] += not found.low <= scenario.truth <= found.high
    return improved, missed


def excess(missed: list[int], repeats: int) -> str:
    """A mark when the interval misses more often than declared. A false `improved` is a miss, so this watches both."""
    tests = (
        stats.binomtest(count, repeats, ERROR_RATE / planned, alternative="greater")
        for count, planned in zip(missed, PLANNED, strict=True)
    )
    return " **above the declared rate**" if any(test.pvalue < 0.001 for test in tests) else ""


def share(count: int, repeats: int) -> str:
    """Per cent, with the upper end of the exact 95 % interval (Clopper & Pearson 1934)."""
    return f"{count / repeats:.2%} (≤ {stats.binomtest(count, repeats).proportion_ci(0.95).high:.2%})"


def table(scenarios: list[Scenario], repeats: int, pool: Executor) -> str:
    """The simulated rates as a Markdown table."""
    heads = [f"{what}, {n} planned" for n in PLANNED for what in ("improved", "interval misses")]
    lines = ["| What is compared | seeds | " + " | ".join(heads) + " |", "|---|---|" + "---|" * len(heads)]
    cases = [(scenario, seeds, repeats) for scenario in scenarios for seeds in SEEDS]
    for (scenario, seeds, _), (improved, missed) in zip(
        cases, pool.map(simulate, *zip(*cases, strict=True)), strict=True
    ):
        cells = [share(count, repeats) for pair in zip(improved, missed, strict=True) for count in pair]
        lines.append(f"| {scenario.name}{excess(missed, repeats)} | {seeds} | " + " | ".join(cells) + " |")
        sys.stderr.write(lines[-1] + "\n")
    return "\n".join(lines)


def main() -> int:
    # The fits are made while the scenarios are listed; the pool comes after, so that its processes inherit them.
    tables = {False: list(no_gain()), True: list(gains())}
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        text = "\n".join(
            f"\n### {'With' if gain else 'Without'} a true gain ({REPEATS[gain]:,} comparisons a line)\n\n"
            f"{table(scenarios, REPEATS[gain], pool)}\n"
            for gain, scenarios in tables.items()
        )
    page = PAGE.read_text(encoding="utf-8")
    marked = re.compile("(<!-- figures -->\n).*(<!-- end of figures -->)", re.DOTALL)
    PAGE.write_text(marked.sub(lambda match: match[1] + text + "\n" + match[2], page), encoding="utf-8")
    return int("above the declared rate" in text)


if __name__ == "__main__":
    sys.exit(main())
