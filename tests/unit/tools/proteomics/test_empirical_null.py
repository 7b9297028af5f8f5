"""What unchanged features show is taken for no change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from proteomics_data import as_data

from tools.contract import try_tool
from tools.errors import NotApplicable
from tools.proteomics import differential
from tools.proteomics.empirical_null import empirical_null


def drawn(rng, shift, scatter, changed=0.1, features=3000, df=8.0):
    """Fold changes, their variances, and which features truly change."""
    variance = 0.02 * 4 / rng.chisquare(4, features)
    moderated = variance * rng.chisquare(df, features) / df
    different = rng.random(features) < changed
    changes = shift + rng.normal(size=features) * np.sqrt(variance + scatter**2)
    changes += different * rng.choice([-1, 1], features) * rng.uniform(0.8, 2, features)
    return changes, moderated, np.full(features, df)


@pytest.mark.parametrize(("shift", "scatter", "changed"), [(0.0, 0.0, 0.1), (0.15, 0.15, 0.1), (-0.2, 0.1, 0.05)])
def test_shift_and_scatter_are_found_beside_true_changes(shift, scatter, changed):
    null = empirical_null(*drawn(np.random.default_rng(0), shift, scatter, changed))
    assert null.shift == pytest.approx(shift, abs=0.02)
    assert null.scatter == pytest.approx(scatter, abs=0.04)
    assert null.unchanged == pytest.approx(1 - changed, abs=0.06)


def test_where_a_third_changes_the_shift_is_still_found_and_the_scatter_not_overrated():
    null = empirical_null(*drawn(np.random.default_rng(0), 0.2, 0.1, changed=0.33))
    assert null.shift == pytest.approx(0.2, abs=0.02)
    assert null.scatter <= 0.1


def samples(rng, scatter, features=600):
    """Six samples of which nothing changes but by interference."""
    names = [f"f{number}" for number in range(features)]
    sheet = pd.DataFrame({"group": list("aaabbb")}, index=[f"s{number}" for number in range(6)])
    values = (
        20 + rng.normal(size=(features, 6)) * 0.1 + np.outer(rng.normal(size=features) * scatter, [0] * 3 + [1] * 3)
    )
    return as_data(pd.DataFrame(values, index=names, columns=sheet.index), sheet)


def test_interference_is_called_by_the_theory_and_not_by_the_bulk():
    data = samples(np.random.default_rng(1), scatter=0.2)
    asked = {"group": "group", "numerator": "b", "denominator": "a"}
    theory = try_tool(differential.test_differential, data, **asked)
    bulk = try_tool(differential.test_differential, data, **asked, null="empirical")
    assert theory.facts["called"] > 100
    assert bulk.facts["called"] <= 3
    assert bulk.facts["null_scatter"] == pytest.approx(0.2, abs=0.04)


def test_few_features_have_no_bulk():
    data = samples(np.random.default_rng(1), scatter=0.2, features=50)
    asked = {"group": "group", "numerator": "b", "denominator": "a", "null": "empirical"}
    with pytest.raises(NotApplicable, match="200 are needed"):
        try_tool(differential.test_differential, data, **asked)
    with pytest.raises(NotApplicable, match="makes a null of its own"):
        try_tool(differential.test_differential, data, **asked, method="permutation")
