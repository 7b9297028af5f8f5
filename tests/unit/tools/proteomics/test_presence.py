"""Features that a group has or lacks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy
from proteomics_data import as_data

from tools.contract import try_tool
from tools.proteomics import presence


def made(there: np.ndarray, abundance: np.ndarray | float = 22.0):
    size = len(there) // 2
    values = np.where(there, np.broadcast_to(abundance, there.shape), np.nan)
    names = [f"s{number}" for number in range(len(there))]
    frame = pd.DataFrame(values.T, index=[f"P{number}" for number in range(there.shape[1])], columns=names)
    return as_data(frame, pd.DataFrame({"group": ["a"] * size + ["b"] * size}, index=names))


def table_of(data, **parameters):
    result = try_tool(presence.test_presence, data, group="group", numerator="b", denominator="a", **parameters)
    return result.tables["presence"]


def test_p_is_fishers_and_a_feature_seen_nowhere_is_no_row():
    there = np.ones((12, 4), dtype=bool)
    there[:6, 0] = False
    there[:3, 1] = False
    there[:, 2] = False
    table = table_of(made(there))
    assert set(table.index) == {"P0", "P1", "P3"}
    assert table.loc["P0", "p"] == pytest.approx(scipy.stats.fisher_exact([[6, 0], [0, 6]]).pvalue)
    assert table.loc["P1", "p"] == pytest.approx(scipy.stats.fisher_exact([[6, 3], [0, 3]]).pvalue)
    columns = ["only_in", "seen_numerator", "seen_denominator", "difference"]
    assert list(table.loc["P0", columns]) == ["b", 6, 0, 1.0]
    assert table.loc["P1", "only_in"] == ""
    assert table.loc["P1", "difference"] == pytest.approx(0.5)


def test_abundance_tells_an_absent_protein_from_one_that_is_often_missed():
    """Both are missing in three samples of three; only the abundant one cannot be so by chance."""
    rng = np.random.default_rng(0)
    abundance = rng.uniform(16, 30, 2000)
    there = rng.random((6, 2000)) < scipy.special.expit((abundance - 19) * 1.5)
    abundance[:2] = 29, 18
    there[:3, :2], there[3:, :2] = False, True
    data = made(there, abundance)
    exact, modelled = table_of(data), table_of(data, method="abundance")
    assert exact.loc["P0", "p"] == exact.loc["P1", "p"] == pytest.approx(0.1)
    assert modelled.loc["P0", "q"] < 0.05 < modelled.loc["P1", "q"]
    assert modelled["called"].sum() == 1
