"""Cox models of all features at once give lifelines' numbers, a model at a time."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from tools.proteomics.cox import fit_hazards


def patients(rng, count=80, features=6):
    """Values with gaps, times of which many are shared, events, and two covariates."""
    values = rng.normal(size=(count, features))
    times = np.ceil(rng.exponential(8, count) * np.exp(-0.5 * values[:, 0]))
    values[rng.random(values.shape) < 0.15] = np.nan
    return values, times, rng.random(count) < 0.6, rng.normal(size=(count, 2))


def by_lifelines(column, times, events, known):
    there = ~np.isnan(column)
    frame = pd.DataFrame(np.column_stack([column, known])[there]).rename(columns=str)
    frame["time"], frame["event"] = times[there], events[there]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        row = CoxPHFitter().fit(frame, "time", "event", fit_options={"precision": 1e-12}).summary.loc["0"]
    return row["coef"], row["se(coef)"], row["p"]


@pytest.mark.parametrize("covariates", [0, 2])
def test_ties_gaps_and_covariates(covariates):
    values, times, events, known = patients(np.random.default_rng(0))
    known = known[:, :covariates]
    found = fit_hazards(values, times, events, known)
    theirs = np.array([by_lifelines(column, times, events, known) for column in values.T])
    np.testing.assert_allclose(found.coefficient, theirs[:, 0], atol=1e-6)
    np.testing.assert_allclose(found.error, theirs[:, 1], atol=1e-6)
    np.testing.assert_allclose(found.p, theirs[:, 2], rtol=1e-4)


def test_what_has_no_answer_gets_none_and_spoils_no_other():
    """A covariate's level without an event has no bound; nor has a feature that tells who dies next."""
    values, times, events, _ = patients(np.random.default_rng(1))
    values[:, 1] = np.nan
    values[:, 2] = 3.0
    values[:, 3] = -times
    events[:10] = False
    level = (np.arange(len(times)) < 10).astype(float)[:, None]
    found = fit_hazards(values, times, events, level)
    assert list(np.isnan(found.p)) == [False, True, True, True, False, False]
    without = fit_hazards(values[10:], times[10:], events[10:], np.empty((len(times) - 10, 0)))
    np.testing.assert_allclose(found.coefficient[[0, 4, 5]], without.coefficient[[0, 4, 5]], atol=1e-5)
