"""Sets of features that move together, held against all other features (CAMERA).

Features of one set are not independent: the sites of a kinase, or the members of a complex, go up and down together
from sample to sample without any treatment. A test that takes them as independent calls as much with permuted labels
as with true ones. Here the variance of a set's mean is taken from the residuals of its features.

Source: D. Wu and G. K. Smyth, "Camera: a competitive gene set test accounting for inter-gene correlation", Nucleic
Acids Res. 40 (2012), e133, as limma 3.54 computes it, with two changes. Missing values: only the samples that two
features share tell their correlation. Small designs: the inflation of a set is an estimate with as few degrees of
freedom as the design leaves, and is drawn towards that of the other sets as limma draws variances (it has the same
distribution, a scaled chi-squared). On simulated nulls that holds the level where the plain test, with four samples a
group, reaches as little as a fifth of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from tools.errors import NotApplicable
from tools.proteomics import linear_model
from tools.proteomics.testing import Model, adjusted_for, background, model, of_levels, with_values

if TYPE_CHECKING:
    from anndata import AnnData

    from tools.proteomics.linear_model import Fit, Floats

_LEAST_VARIANCE = 1e-8
"""Of a feature's residuals, as in limma: one that never varies must not weigh without bound."""


@dataclass(frozen=True)
class Scores:
    """What each feature brings to the test of its sets."""

    effect: Floats
    """Features: the statistic whose mean is compared."""
    residuals: Floats
    """Samples × features: what noise does to that statistic, with variance 1 on average; 0 where not measured."""
    shares: Floats
    """Samples × features: √(degrees of freedom / values) where measured, else 0."""

    @classmethod
    def standardised(cls, fitted: Model) -> Scores:
        """Each feature by its moderated t, as a normal deviate (limma's `camera`)."""
        moderated = fitted.moderated
        spread = np.sqrt(np.maximum(fitted.fitted.variance, _LEAST_VARIANCE))
        deviate = normal_deviate(fitted.effect().t, moderated.df)
        return cls(deviate, fitted.fitted.residuals / spread, _shares(fitted.fitted))

    @classmethod
    def by_change(cls, fitted: Model) -> Scores:
        """Each feature by its log2 fold change: strong changes weigh more, and features in their noise alike."""
        fit = fitted.fitted
        spread = np.sqrt((fit.variance * fit.df).sum() / fit.df.sum())
        return cls(fit.effects[:, 0], fit.residuals / spread, _shares(fit))


def _shares(fit: Fit) -> Floats:
    there = fit.there.astype(float)
    return np.asarray(there * np.sqrt(fit.df / there.sum(axis=0)))


def normal_deviate(t: Floats, df: Floats) -> Floats:
    """The normal deviate with the same tail as t, by the series of G. W. Hill, Commun. ACM 13 (1970), algorithm 395."""
    df = np.minimum(df, 1e10)
    a = df - 0.5
    b = 48 * a * a
    z = a * np.log1p(t * t / df)
    series = ((((-0.4 * z - 3.3) * z - 24) * z - 85.5) / (0.8 * z * z + 100 + b) + z + 3) / b + 1
    return np.asarray(series * np.sqrt(z) * np.sign(t))


def contrast(
    data: AnnData, group: str, levels: tuple[str, str | None], covariates: Sequence[str], block: str | None
) -> tuple[Model, tuple[str, ...]]:
    """The linear model of two levels of a column, or of one where values are ratios to a reference; with warnings.

    Raises:
        NotApplicable: one level only of what are no ratios, or to be adjusted; levels that are not there.
    """
    numerator, denominator = levels
    data, warnings = with_values(data, (group, *adjusted_for(covariates, block)))
    if denominator is not None:
        data = of_levels(data, group, (numerator, denominator))
        first = (data.obs[group].astype(str) == numerator).to_numpy(dtype=float)
        return model(data, background(data, covariates, block), first[:, None]), warnings
    if data.uns.get("scale") != "ratio":
        raise NotApplicable(("the values are no ratios to a reference: name a `denominator`",))
    if adjusted_for(covariates, block):
        raise NotApplicable(("against the reference of ratios nothing can be adjusted for: leave the covariates out",))
    data = of_levels(data, group, (numerator,))
    return model(data, np.empty((data.n_obs, 0)), np.ones((data.n_obs, 1))), warnings


@dataclass(frozen=True)
class SetTests:
    """The test of every set."""

    t: Floats
    p: Floats
    z: Floats
    """t as a normal deviate, so that sets of unlike certainty can be told apart."""
    correlation: Floats
    """Mean correlation of the noise of a set's features."""


def test_sets(scores: Scores, members: scipy.sparse.csr_array) -> SetTests:
    """Whether the features of each set moved otherwise than all others.

    Args:
        scores: of the features.
        members: features × sets, 1 for a member; at least two features a set, and not all of them.
    """
    inflation, correlation, df = inflations(scores, members)
    moderated = linear_model.moderate(np.maximum(inflation, 0.0), df)
    df = np.minimum(moderated.df, len(scores.effect) - 2)
    t, p = compete(scores.effect, members, moderated.variance, df)
    return SetTests(t, p, normal_deviate(t, df), correlation)


def inflations(scores: Scores, members: scipy.sparse.csr_array) -> tuple[Floats, Floats, Floats]:
    """How much the variance of each set's mean is larger than that of as many independent features.

    Returns:
        The inflation, the mean correlation, and the degrees of freedom of both, an entry a set.
    """
    sizes = members.sum(axis=0)
    own_df = (scores.shares**2).sum(axis=0) @ members
    own = (scores.residuals**2).sum(axis=0) @ members
    pairs_df = np.maximum(((scores.shares @ members) ** 2).sum(axis=0) - own_df, 0.0)
    pairs = ((scores.residuals @ members) ** 2).sum(axis=0) - own
    variance = own / own_df
    covariance = np.divide(pairs, pairs_df, out=np.zeros_like(pairs), where=pairs_df > 0)
    return variance + (sizes - 1) * covariance, covariance / variance, pairs_df / (sizes * (sizes - 1))


def compete(effect: Floats, members: scipy.sparse.csr_array, inflation: Floats, df: Floats) -> tuple[Floats, Floats]:
    """t and two-sided p of the mean of each set against that of all other features (Wu and Smyth 2012, equation 3).

    An inflation below one, which chance makes of few samples, counts as one.
    """
    total, sizes = len(effect), members.sum(axis=0)
    others = total - sizes
    delta = total / others * (effect @ members / sizes - effect.mean())
    pooled = ((total - 1) * effect.var(ddof=1) - delta**2 * sizes * others / total) / (total - 2)
    t = delta / np.sqrt(pooled * (np.maximum(inflation, 1.0) / sizes + 1 / others))
    return t, np.asarray(2 * scipy.stats.t.sf(np.abs(t), df))
