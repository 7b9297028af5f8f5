"""Linear models with moderated variances for many features at once (limma).

Every feature has its own missing values, so every feature has its own normal equations; they are set up and solved
together. An effect that a feature's values cannot tell apart from the rest of the model is NaN, as in R. A solver that
answers with the shortest solution instead makes a protein which one group lacks altogether the top of the list, with
P = 0.

Source: G. K. Smyth, "Linear models and empirical Bayes methods for assessing differential expression in microarray
experiments", Stat. Appl. Genet. Mol. Biol. 3 (2004), article 3, in the form that limma 3.54 computes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import scipy

from tools.errors import NotApplicable

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_TOLERANCE = 1e-9
"""Share of a direction's weight below which a feature's samples say nothing of it."""
_AT_ONCE = 4_000_000
"""Numbers of normal equations that are held at once: 32 MB."""


_CONFOUNDED = (
    "the samples cannot tell the tested effect apart from the covariates: leave a covariate out, or choose samples "
    "in which both vary"
)


@dataclass(frozen=True)
class Fit:
    """Least squares of every feature, for the effects that are tested."""

    effects: Floats
    """Features × effects; NaN where the feature's values cannot tell."""
    covariance: Floats
    """Features × effects × effects, in units of the residual variance."""
    variance: Floats
    """Residual variance of each feature; NaN without a degree of freedom."""
    df: Floats
    """Residual degrees of freedom of each feature."""
    residuals: Floats
    """Samples × features: what the model leaves; 0 where not measured."""
    there: Flags
    """Samples × features: where a value was measured."""

    def of(self, features: Flags) -> Fit:
        """The fit of some of the features."""
        return Fit(
            self.effects[features],
            self.covariance[features],
            self.variance[features],
            self.df[features],
            self.residuals[:, features],
            self.there[:, features],
        )


@dataclass(frozen=True)
class Moderated:
    """Variances drawn towards what the other features have."""

    variance: Floats
    df: Floats
    """Total degrees of freedom of each feature, prior and residual."""
    prior_variance: float
    prior_df: float


@dataclass(frozen=True)
class Effect:
    """One effect of every feature, tested against zero."""

    effect: Floats
    low: Floats
    high: Floats
    """Bounds of the 95 % confidence interval."""
    t: Floats
    p: Floats


def encode(column: pd.Series) -> Floats:
    """A sample column as columns of a design: a number centred and scaled, a category as all levels but the first."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if is_numeric_dtype(column) and not is_bool_dtype(column):
        values: Floats = column.to_numpy(dtype=float)
        spread = float(values.std())
        scaled: Floats = (values - values.mean()) / (spread if spread > 0 else 1.0)
        return scaled[:, None]
    labels = column.astype(str).to_numpy(dtype=str)
    return np.asarray(labels[:, None] == np.unique(labels)[1:], dtype=float)


def background(samples: pd.DataFrame, columns: Sequence[str]) -> Floats:
    """The part of a design that is not tested: an intercept and the given sample columns, without what repeats."""
    return independent(np.column_stack([np.ones(len(samples)), *(encode(samples[name]) for name in columns)]))


def independent(columns: Floats) -> Floats:
    """The columns of a design without those that the others make up."""
    _, triangle, order = scipy.linalg.qr(columns, mode="economic", pivoting=True)
    weights = np.abs(np.diag(triangle))
    kept: Floats = columns[:, np.sort(order[: int((weights > 1e-7 * weights[0]).sum())])]
    return kept


def fit(values: Floats, nuisance: Floats, tested: Floats) -> Fit:
    """Fit every feature on the samples that have it.

    Args:
        values: samples × features on a log scale; NaN is not measured.
        nuisance: samples × columns of the design that are not tested, the intercept among them.
        tested: samples × columns whose coefficients are the effects.

    Raises:
        NotApplicable: even with all values, an effect cannot be told apart from the rest of the design.
    """
    design = np.column_stack([nuisance, tested])
    basis, triangle = np.linalg.qr(design)
    scale = np.abs(np.diag(triangle)) / np.linalg.norm(design, axis=0)
    if len(design) < design.shape[1] or scale.min() < 1e-7:
        raise NotApplicable((_CONFOUNDED,))
    # An effect as a combination of the coefficients on the orthonormal basis, which keeps the equations well posed.
    wanted = np.linalg.inv(triangle)[nuisance.shape[1] :]
    step = max(1, _AT_ONCE // (design.shape[1] ** 2 + len(design)))
    parts = [_solve(values[:, at : at + step].T, basis, wanted) for at in range(0, values.shape[1], step)]
    effects, covariance, residuals, df = (np.concatenate(part) for part in zip(*parts, strict=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(df > 0, (residuals**2).sum(axis=1) / df, np.nan)
    return Fit(effects, covariance, variance, df, residuals.T, ~np.isnan(values))


def _solve(rows: Floats, basis: Floats, wanted: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Effects, their covariance, residuals and residual degrees of freedom of features × samples."""
    count = basis.shape[1]
    there = ~np.isnan(rows)
    filled = np.where(there, rows, 0.0)
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(basis), -1)
    weights, directions = np.linalg.eigh((there @ products).reshape(-1, count, count))
    known = weights > _TOLERANCE
    inverse = np.where(known, 1.0 / np.where(known, weights, 1.0), 0.0)
    projected = np.einsum("gji,gj->gi", directions, filled @ basis)
    coefficients = np.einsum("gij,gj->gi", directions, inverse * projected)
    turned = np.einsum("ki,gij->gkj", wanted, directions)
    effects = coefficients @ wanted.T
    blind = (turned**2 * ~known[:, None, :]).sum(axis=2) > 1e-7 * (wanted**2).sum(axis=1)
    effects[blind] = np.nan
    covariance = np.einsum("gkj,gj,glj->gkl", turned, inverse, turned)
    residuals = np.where(there, filled - coefficients @ basis.T, 0.0)
    df = (there.sum(axis=1) - known.sum(axis=1)).astype(float)
    return effects, covariance, residuals, df


def moderate(variance: Floats, df: Floats) -> Moderated:
    """Variances moderated by a common prior (Smyth 2004, section 6.2; limma's `squeezeVar`).

    When the variances differ no more than chance makes them, the prior has infinite degrees of freedom and every
    feature gets the pooled variance.

    Raises:
        NotApplicable: no feature has a residual degree of freedom.
    """
    usable = (df > 0) & np.isfinite(variance)
    if not usable.any():
        raise NotApplicable(("no feature has more values than the design has coefficients: more samples are needed",))
    prior_variance, prior_df = _prior(variance[usable], df[usable])
    own = np.where(usable, variance, 0.0)
    if np.isinf(prior_df):
        moderated = np.full_like(own, prior_variance)
    else:
        moderated = (df * own + prior_df * prior_variance) / (df + prior_df)
    return Moderated(moderated, np.minimum(df + prior_df, df[usable].sum()), prior_variance, prior_df)


def _prior(variance: Floats, df: Floats) -> tuple[float, float]:
    """Prior variance and degrees of freedom from the spread of the log variances."""
    if len(variance) == 1:
        return float(variance[0]), 0.0
    middle = float(np.median(variance)) or 1.0
    offset = np.maximum(variance, 1e-5 * middle)
    logs = np.log(offset) - scipy.special.digamma(df / 2) + np.log(df / 2)
    excess = logs.var(ddof=1) - scipy.special.polygamma(1, df / 2).mean()
    if excess <= 0:
        return float(offset.mean()), np.inf
    half = _inverse_trigamma(excess)
    return float(np.exp(logs.mean() + scipy.special.digamma(half) - np.log(half))), 2 * half


def _inverse_trigamma(value: float) -> float:
    """The argument at which the trigamma function has a value, by Newton's method on its reciprocal (Smyth 2004)."""
    if value > 1e7:
        return float(1 / np.sqrt(value))
    if value < 1e-6:
        return 1 / value
    argument = 0.5 + 1 / value
    for _ in range(50):
        trigamma = scipy.special.polygamma(1, argument)
        change = trigamma * (1 - trigamma / value) / scipy.special.polygamma(2, argument)
        argument += change
        if -change / argument < 1e-8:
            break
    return float(argument)


def t_test(fitted: Fit, variance: Floats, df: Floats, effect: int = 0) -> Effect:
    """Test one effect of each feature against zero with the given variances and degrees of freedom."""
    values = fitted.effects[:, effect]
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(fitted.covariance[:, effect, effect] * variance)
        t = values / error
        margin = scipy.stats.t.ppf(0.975, df) * error
        p = np.asarray(2 * scipy.stats.t.sf(np.abs(t), df))
    return Effect(values, values - margin, values + margin, t, p)


def f_test(fitted: Fit, variance: Floats, df: Floats) -> tuple[Floats, Floats]:
    """F and p of each feature for all effects being zero at once; NaN where one of them cannot be told."""
    count = fitted.effects.shape[1]
    whole = ~np.isnan(fitted.effects).any(axis=1)
    f = np.full(len(fitted.effects), np.nan)
    effects = fitted.effects[whole]
    solved = np.linalg.solve(fitted.covariance[whole], effects[:, :, None])[:, :, 0]
    f[whole] = (effects * solved).sum(axis=1) / count / variance[whole]
    return f, np.asarray(scipy.stats.f.sf(f, count, df))


def adjust(p: Floats) -> Floats:
    """q by Benjamini and Hochberg over the tests that were made; NaN stays NaN and counts for nothing."""
    q = np.full_like(p, np.nan)
    made = ~np.isnan(p)
    if made.any():
        q[made] = scipy.stats.false_discovery_control(p[made])
    return q
