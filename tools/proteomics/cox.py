"""Cox models of many features at once.

Every feature has a model of its own: the feature and the covariates, on the samples that have it. Newton's steps for
all of them are taken together. Ties are Efron's (B. Efron, J. Am. Stat. Assoc. 72 (1977), 557–565).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy

if TYPE_CHECKING:
    from tools.proteomics.linear_model import Flags, Floats

_STEPS = 40
_SETTLED = 1e-9
"""Change of every coefficient, for one standard deviation, at which a model is there."""
_LARGEST_STEP = 2.0
"""Longer steps overshoot where few samples weigh much; a model without a maximum never settles and gets no number."""
_FLAT = 1e-9
"""Curvature of the likelihood, an event, below which the samples say nothing of a direction. A covariate's level
without an event ends there: its own coefficient has no bound, and that of the feature is not touched by it."""
_LARGEST_LOG_HAZARD = 50.0
"""Only a model without a maximum gets there; beyond, the exponential overflows."""
_AT_ONCE = 4_000_000
"""Numbers of a step that are held at once: 32 MB."""


@dataclass(frozen=True)
class Hazards:
    """The coefficient of each feature; NaN where its model has no maximum or cannot be told from the covariates."""

    coefficient: Floats
    """Log hazard ratio for one unit of the feature."""
    error: Floats
    """Its standard error."""

    @property
    def p(self) -> Floats:
        """Two-sided p of the coefficient (Wald)."""
        return np.asarray(2 * scipy.stats.norm.sf(np.abs(self.coefficient / self.error)))

    def ratio(self, deviate: float = 0.0) -> Floats:
        """The hazard ratio, or a bound of its interval so many standard errors away."""
        return np.asarray(np.exp(self.coefficient + deviate * self.error))


def fit_hazards(values: Floats, times: Floats, events: Flags, known: Floats) -> Hazards:
    """Fit the model of every feature.

    Args:
        values: samples × features, each of about unit variance; NaN is not measured.
        times: of each sample, to the event or to the last time seen.
        events: whether it happened.
        known: samples × covariates, of about unit variance; none is allowed.
    """
    order = np.argsort(times, kind="stable")
    followed = _Followed(times[order], events[order])
    known = known[order]
    step = max(1, _AT_ONCE // (len(times) * (known.shape[1] + 1)))
    parts = [_fit(values[order, at : at + step].T, known, followed) for at in range(0, values.shape[1], step)]
    coefficient, error = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Hazards(coefficient, error)


class _Followed:
    """Samples in the order of their times, and which of them share one."""

    def __init__(self, times: Floats, events: Flags) -> None:
        self.events = events
        self._starts = np.flatnonzero(np.diff(times, prepend=-np.inf))
        self._tie = np.repeat(np.arange(len(self._starts)), np.diff(self._starts, append=len(times)))
        self._first = np.searchsorted(times[events], times, side="left")
        self._last = np.searchsorted(times[events], times, side="right")

    def at_risk(self, parts: Floats) -> Floats:
        """Of each event: the sum over the samples still followed (features × samples × … → features × events × …)."""
        backwards = np.cumsum(parts[:, ::-1], axis=1)[:, ::-1]
        return np.asarray(backwards[:, self._starts[self._tie[self.events]]])

    def tied(self, parts: Floats) -> Floats:
        """Of each event: the sum over all events at its time."""
        mask = self.events.reshape(-1, *[1] * (parts.ndim - 2))
        return np.asarray(np.add.reduceat(parts * mask, self._starts, axis=1)[:, self._tie[self.events]])

    def before(self, there: Flags) -> Floats:
        """Of each event: the share of the measured events at its time that count before it (features × events)."""
        counted = there[:, self.events].astype(float)
        rank = _running(counted)[:, :-1] - _running(counted)[:, self._first[self.events]]
        return rank / np.maximum(self.tied(there.astype(float)), 1.0)

    def endured(self, shares: Floats, before: Floats) -> Floats:
        """Of each sample: what the events up to its time add, an event's own time less by what came before it there
        (features × events → features × samples)."""
        whole = _running(shares)[:, self._last]
        part = _running(shares * before)
        return whole - self.events * (part[:, self._last] - part[:, self._first])


def _running(parts: Floats) -> Floats:
    """Sums of the first none, one, two … columns."""
    return np.pad(np.cumsum(parts, axis=1), ((0, 0), (1, 0)))


def _fit(rows: Floats, known: Floats, followed: _Followed) -> tuple[Floats, Floats]:
    """Coefficient and standard error of each of features × samples."""
    there = ~np.isnan(rows)
    shape = (*rows.shape, known.shape[1])
    design = np.concatenate([np.where(there, rows, 0.0)[:, :, None], np.broadcast_to(known, shape)], axis=2)
    happened = there[:, followed.events]
    before = followed.before(there)
    flat = _FLAT * np.maximum(happened.sum(axis=1), 1)
    coefficients = np.zeros((len(rows), design.shape[2]))
    for _ in range(_STEPS):
        slope, curvature = _derivatives(design, coefficients, there, happened, before, followed)
        weights, directions = np.linalg.eigh(curvature)
        told = weights > flat[:, None]
        inverse = np.where(told, 1.0 / np.where(told, weights, 1.0), 0.0)
        change = np.einsum("gij,gj,gkj,gk->gi", directions, inverse, directions, slope)
        settled = np.abs(change).max(axis=1) < _SETTLED
        if settled.all():
            break
        coefficients += np.clip(change, -_LARGEST_STEP, _LARGEST_STEP)
    of_feature = directions[:, 0, :] ** 2
    found = settled & ((of_feature * np.logical_not(told)).sum(axis=1) < _SETTLED)
    error = np.sqrt((of_feature * inverse).sum(axis=1))
    return np.where(found, coefficients[:, 0], np.nan), np.where(found, error, np.nan)


def _derivatives(
    design: Floats, coefficients: Floats, there: Flags, happened: Flags, before: Floats, followed: _Followed
) -> tuple[Floats, Floats]:
    """Slope and curvature of each feature's partial likelihood."""
    logs = (design @ coefficients[:, :, None])[:, :, 0]
    weights = np.exp(np.clip(logs, -_LARGEST_LOG_HAZARD, _LARGEST_LOG_HAZARD)) * there
    weighted = weights[:, :, None] * design
    total = np.where(happened, followed.at_risk(weights) - before * followed.tied(weights), 1.0)
    left = followed.at_risk(weighted) - before[:, :, None] * followed.tied(weighted)
    shares = happened / total
    means = left * shares[:, :, None]
    # Each sample counts in every event that it lived to see: a sum over samples, not over pairs of sample and event.
    endured = followed.endured(shares, before)[:, :, None]
    slope = (design[:, followed.events] * happened[:, :, None]).sum(axis=1) - (weighted * endured).sum(axis=1)
    curvature = (weighted * endured).transpose(0, 2, 1) @ design - means.transpose(0, 2, 1) @ means
    return slope, curvature
