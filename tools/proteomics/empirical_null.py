"""What the bulk of unchanged features says of the fold changes that mean nothing.

Replicates tell how much a measurement scatters, not how far ion suppression, interference and a changed composition of
the samples move a feature that does not change. The bulk of the features does tell: most do not change.

Source: B. Efron, "Large-scale simultaneous hypothesis testing: the choice of a null hypothesis", J. Am. Stat. Assoc. 99
(2004), 96–104: the null is estimated from the middle of all statistics. Here it is a shift that all share and a
variance that adds to that of each feature; a second component stands for the changed features, some of which lie in the
middle as well. Where a third of the features changes, the scatter comes out too small, never too large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

from tools.errors import NotApplicable
from tools.proteomics.linear_model import Effect

if TYPE_CHECKING:
    from tools.proteomics.linear_model import Fit, Floats

FEWEST = 200
"""Features below which their bulk says too little."""
_ROUNDS = 60
_SETTLED = 1e-4
"""Change of the share of unchanged features at which the estimate is there."""


@dataclass(frozen=True)
class Null:
    """How unchanged features lie."""

    shift: float
    """Log2 fold change that all share."""
    scatter: float
    """Standard deviation of the log2 fold changes beside what replicates explain."""
    unchanged: float
    """Share of the features."""


def test_against_bulk(fitted: Fit, variance: Floats, df: Floats) -> tuple[Effect, Null]:
    """Test the first effect of each feature against what unchanged features show, with the given variances and degrees
    of freedom.

    Raises:
        NotApplicable: too few features.
    """
    own = fitted.covariance[:, 0, 0] * variance
    null = empirical_null(fitted.effects[:, 0], own, df)
    effect, error = fitted.effects[:, 0] - null.shift, np.sqrt(own + null.scatter**2)
    t, margin = effect / error, scipy.stats.t.ppf(0.975, df) * error
    p = np.asarray(2 * scipy.stats.t.sf(np.abs(t), df))
    return Effect(effect, effect - margin, effect + margin, t, p), null


def empirical_null(changes: Floats, variance: Floats, df: Floats) -> Null:
    """Estimate the null.

    Args:
        changes: log2 fold change of each feature.
        variance: of each of them, as the replicates tell.
        df: degrees of freedom of this variance.

    Raises:
        NotApplicable: too few features.
    """
    if len(changes) < FEWEST:
        raise NotApplicable(
            (f"{len(changes)} features are too few to tell how unchanged ones lie: {FEWEST} are needed",)
        )
    middle = np.asarray(scipy.stats.t.ppf(0.75, df))
    shift, scatter, unchanged = float(np.median(changes)), 0.0, 0.9
    width = float(np.var(changes))
    for _ in range(_ROUNDS):
        away, spread = changes - shift, np.sqrt(variance + scatter**2)
        null = unchanged * scipy.stats.t.pdf(away / spread, df) / spread
        other = (1 - unchanged) * scipy.stats.norm.pdf(away, scale=np.sqrt(variance + width))
        member = null / (null + other)
        before, unchanged = unchanged, float(member.mean())
        rest = 1 - member
        width = max(float((rest * (away**2 - variance)).sum() / rest.sum()), 4 * scatter**2, 1e-4)
        shift = float(np.average(changes, weights=member / spread**2))
        scatter = _scatter(changes - shift, variance, middle, unchanged, width)
        if abs(unchanged - before) < _SETTLED:
            break
    return Null(shift, scatter, unchanged)


def _scatter(away: Floats, variance: Floats, middle: Floats, unchanged: float, width: float) -> float:
    """The scatter with which as many features lie in the middle as the two components put there: half of the unchanged,
    and those of the others that are near."""

    def missing(scatter: float) -> float:
        edge = middle * np.sqrt(variance + scatter**2)
        near = 2 * scipy.stats.norm.cdf(edge / np.sqrt(variance + width)) - 1
        return float(unchanged / 2 + (1 - unchanged) * near.mean() - (np.abs(away) < edge).mean())

    widest = float(np.abs(away).max())
    if missing(0.0) <= 0 or missing(widest) >= 0:
        return 0.0
    return float(scipy.optimize.brentq(missing, 0.0, widest, xtol=1e-4))
