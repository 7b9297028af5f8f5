"""Sets of features whose noise is shared: the level holds, and what moved is found."""

from __future__ import annotations

import numpy as np
import pytest
import scipy
from proteomics_data import as_data

from tools.contract import try_tool
from tools.errors import NotApplicable
from tools.proteomics import enrichment, kinases, set_tests
from tools.proteomics.testing import model

SETS, SIZE, FEATURES = 20, 20, 600
MEMBERS = scipy.sparse.csr_array(
    (np.ones(SETS * SIZE), (np.arange(SETS * SIZE), np.repeat(np.arange(SETS), SIZE))), shape=(FEATURES, SETS)
)
GROUP = np.repeat([0.0, 1.0], 4)[:, None]


def samples(rng, shared=0.6, missing=0.15, moved=0.0):
    """Eight samples; the features of a set share a part of their noise, those of the first set may move."""
    noise = rng.normal(size=(8, FEATURES))
    noise[:, : SETS * SIZE] += shared * np.repeat(rng.normal(size=(8, SETS)), SIZE, axis=1)
    noise[:, :SIZE] += moved * GROUP
    values = 20 + noise * np.sqrt(0.1 * 4 / rng.chisquare(4, FEATURES))
    values[rng.random(values.shape) < missing] = np.nan
    return values


def fitted(values):
    import pandas as pd

    names = [f"f{number}" for number in range(FEATURES)]
    sheet = pd.DataFrame(index=[f"s{number}" for number in range(8)])
    data = as_data(pd.DataFrame(values.T, index=names, columns=sheet.index), sheet)
    made = model(data, np.ones((8, 1)), GROUP)
    places = [names.index(name) for name in made.data.var_names]
    return made, MEMBERS[places]


@pytest.mark.parametrize("of", [set_tests.Scores.standardised, set_tests.Scores.by_change])
def test_noise_that_a_set_shares_is_not_taken_for_a_change(of):
    """One set of each simulated null counts: the number below 5 % is binomial. Taken as independent, far more are."""
    rng, rounds = np.random.default_rng(3), 150
    most = scipy.stats.binom.ppf(0.999, rounds, 0.05)
    honest, naive = 0, 0
    for _ in range(rounds):
        made, members = fitted(samples(rng))
        scores = of(made)
        honest += set_tests.test_sets(scores, members).p[0] < 0.05
        _, p = set_tests.compete(scores.effect, members, np.ones(SETS), np.full(SETS, 1e6))
        naive += p[0] < 0.05
    assert honest <= most
    assert naive > 2 * most


@pytest.mark.parametrize("of", [set_tests.Scores.standardised, set_tests.Scores.by_change])
def test_a_set_that_moved_is_found(of):
    made, members = fitted(samples(np.random.default_rng(0), moved=2.0))
    found = set_tests.test_sets(of(made), members)
    assert found.p[0] < 0.01
    assert found.z[0] > 0
    assert found.p[1:].min() * (SETS - 1) > 0.05


def test_missing_values_leave_the_correlation_as_it_is():
    """0.36 / 1.36 of the variance is shared."""
    rng, means = np.random.default_rng(1), {}
    for missing in (0.0, 0.3):
        rounds = [fitted(samples(rng, missing=missing)) for _ in range(30)]
        found = [set_tests.inflations(set_tests.Scores.standardised(made), members)[1] for made, members in rounds]
        means[missing] = np.mean(found)
    assert means[0.0] == pytest.approx(0.26, abs=0.03)
    assert means[0.3] == pytest.approx(means[0.0], abs=0.03)


def sites(rng, moved):
    """Phosphosites of which every fifth fits the motif of ERK."""
    import pandas as pd

    names = [f"site{number}" for number in range(200)]
    sheet = pd.DataFrame({"group": ["a"] * 4 + ["b"] * 4}, index=[f"s{number}" for number in range(8)])
    values = rng.normal(size=(200, 8)) * 0.3
    values[::5, 4:] += moved
    windows = ["AAAPASPAAAA" if number % 5 == 0 else "AAAAASAAAAA" for number in range(200)]
    frame = pd.DataFrame(values, index=names, columns=sheet.index)
    return as_data(frame, sheet, pd.DataFrame({"window": windows, "gene": names}, index=names), scale="ratio")


def test_kinases_and_gene_sets_take_pairs_covariates_and_a_reference(tmp_path, monkeypatch):
    from tools.proteomics import motifs

    monkeypatch.setattr(motifs, "_matrices", dict)
    data = sites(np.random.default_rng(0), moved=1.0)
    data.obs["pair"] = list("wxyz") * 2
    asked = {"group": "group", "numerator": "b"}
    for more in ({"denominator": "a"}, {"denominator": "a", "block": "pair"}, {}):
        table = try_tool(kinases.score_kinases, data, windows="window", **asked, **more).tables["kinases"]
        assert table.index[0] == "ERK, MAPK"
        assert table["called"].iloc[0]
        assert table["log2_fc"].iloc[0] == pytest.approx(1.0, abs=0.2)
    with pytest.raises(NotApplicable, match="nothing can be adjusted for"):
        try_tool(kinases.score_kinases, data, windows="window", **asked, block="pair")
    lines = {"moved": data.var_names[::5], "still": data.var_names[1::5]}
    (tmp_path / "s.gmt").write_text("".join(f"{name}\t\t" + "\t".join(genes) + "\n" for name, genes in lines.items()))
    files = {"s.gmt": tmp_path / "s.gmt"}
    result = try_tool(enrichment.enrich_camera, data, files=files, gene_sets="s.gmt", **asked, denominator="a")
    table = result.tables["gene_sets"]
    assert table.loc["moved", "called"]
    assert table.loc["still", "z"] < 0  # lower than the average of all
    assert set(table.loc["moved", "genes"].split(", ")) < set(lines["moved"])
