"""Our moderated tests give R limma's numbers for the same design, missing values or not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy
from anndata import AnnData
from proteomics_data import alzheimer, as_data, centred, needs_data, ramus, seen_in_each, three_species
from r_limma import needs_limma, r_camera, r_limma

from tools.contract import try_tool
from tools.proteomics import differential, linear_model, reference, set_tests
from tools.proteomics.testing import model

pytestmark = needs_limma()


def log_p(p) -> np.ndarray:
    return np.log10(np.asarray(p, dtype=float))


def ours(values, nuisance, tested):
    fitted = linear_model.fit(values, nuisance, tested)
    moderated = linear_model.moderate(fitted.variance, fitted.df)
    return fitted, moderated, linear_model.t_test(fitted, moderated.variance, moderated.df, tested.shape[1] - 1)


def simulated(rng, samples=12, features=300, prior_df=4.0, missing=0.15):
    variance = 0.05 * prior_df / rng.chisquare(prior_df, features) if np.isfinite(prior_df) else np.full(features, 0.05)
    values = 22 + rng.normal(size=(samples, features)) * np.sqrt(variance)
    values[rng.random(values.shape) < missing] = np.nan
    return values


GROUP = np.repeat([0.0, 1.0], 6)[:, None]
BATCH = np.tile([0.0, 1.0, 0.0], 4)[:, None]
AGE = np.linspace(-1, 1.3, 12)[:, None] ** 3
PAIRS = np.tile(np.eye(6), (2, 1))[:, 1:]
ONE = np.ones((12, 1))


@pytest.mark.parametrize(
    ("nuisance", "tested"),
    [
        pytest.param(ONE, GROUP, id="two groups"),
        pytest.param(np.hstack([ONE, BATCH, AGE]), GROUP, id="batch and a number as covariates"),
        pytest.param(np.hstack([ONE, PAIRS]), GROUP, id="paired"),
        pytest.param(np.hstack([ONE, BATCH]), AGE, id="a number tested"),
        pytest.param(np.hstack([ONE, BATCH, GROUP]), GROUP * BATCH, id="interaction"),
    ],
)
@pytest.mark.parametrize("missing", [0.0, 0.15, 0.5])
def test_every_design_gives_the_numbers_of_limma(nuisance, tested, missing, tmp_path):
    values = simulated(np.random.default_rng(7), missing=missing)
    _, _, effect = ours(values, nuisance, tested)
    theirs = r_limma(values, np.hstack([nuisance, tested]), tmp_path)
    same_absent = np.isnan(effect.effect) == theirs["logFC"].isna().to_numpy()
    assert same_absent.all()
    np.testing.assert_allclose(effect.effect, theirs["logFC"], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(log_p(effect.p), log_p(theirs["P.Value"]), atol=1e-6, rtol=0)
    np.testing.assert_allclose(effect.low, theirs["CI.L"], rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(effect.high, theirs["CI.R"], rtol=1e-7, atol=1e-7)


def test_variances_that_are_all_equal_have_an_infinite_prior_as_in_limma(tmp_path):
    values = simulated(np.random.default_rng(1), prior_df=np.inf, missing=0.0)
    values = np.vstack([(part - part.mean(axis=0)) / part.std(axis=0) for part in (values[:6], values[6:])])
    values[0, :50] = np.nan
    _, moderated, effect = ours(values, ONE, GROUP)
    theirs = r_limma(values, np.hstack([ONE, GROUP]), tmp_path)
    assert np.isinf(moderated.prior_df)
    assert np.isinf(theirs["prior_df"]).all()
    np.testing.assert_allclose(log_p(effect.p), log_p(theirs["P.Value"]), atol=1e-6, rtol=0)


def test_several_effects_at_once_give_limmas_f_where_nothing_is_missing(tmp_path):
    values = simulated(np.random.default_rng(3), missing=0.0)
    groups = np.repeat(np.eye(4), 3, axis=0)[:, 1:]
    fitted, moderated, _ = ours(values, ONE, groups)
    _, p = linear_model.f_test(fitted, moderated.variance, moderated.df)
    theirs = r_limma(values, np.hstack([ONE, groups]), tmp_path)
    np.testing.assert_allclose(log_p(p), log_p(theirs["p_together"]), atol=1e-6, rtol=0)


@needs_data
@pytest.mark.parametrize("name", ["three species", "yeast with UPS1", "Alzheimer with site"])
def test_real_data_gives_the_numbers_of_limma(name, tmp_path):
    covariates = ()
    if name == "three species":
        data, group, levels = centred(seen_in_each(three_species(), "group")), "group", ("A", "B")
    elif name == "yeast with UPS1":
        data = ramus()
        data = data[data.obs["group"].isin(["c12500", "c25000"])].copy()
        data, group, levels = centred(seen_in_each(data, "group")), "group", ("c25000", "c12500")
    else:
        data = alzheimer()
        data = data[data.obs["diagnosis"].notna() & data.obs["site"].notna()].copy()
        group, levels, covariates = "diagnosis", ("AD", "control"), ("site",)
    result = try_tool(
        differential.test_differential,
        data,
        group=group,
        numerator=levels[0],
        denominator=levels[1],
        covariates=covariates,
    )
    table = result.tables["differential"]
    tested = data[:, table.index]
    first = (tested.obs[group] == levels[0]).to_numpy(dtype=float)
    sites = pd.get_dummies(tested.obs[list(covariates)], drop_first=True).to_numpy(dtype=float) if covariates else []
    design = np.column_stack([np.ones(len(first)), *np.transpose(sites), first])
    theirs = r_limma(np.asarray(tested.X), design, tmp_path)
    np.testing.assert_allclose(log_p(table["p"]), log_p(theirs["P.Value"]), atol=1e-6, rtol=0)
    np.testing.assert_allclose(table["log2_fc"], theirs["logFC"], atol=1e-9, rtol=0)


def test_ratios_against_their_reference_give_the_numbers_of_limma(tmp_path):
    values = simulated(np.random.default_rng(9))[:6] - 22
    sheet = pd.DataFrame({"group": ["drug"] * 6}, index=list("abcdef"))
    data = AnnData(values, obs=sheet, var=pd.DataFrame(index=[f"f{n}" for n in range(values.shape[1])]))
    data.uns["scale"] = "ratio"
    table = try_tool(reference.test_reference, data, group="group", numerator="drug").tables["reference"]
    theirs = r_limma(values, np.ones((6, 1)), tmp_path).loc[table.index]
    np.testing.assert_allclose(log_p(table["p"]), log_p(theirs["P.Value"]), atol=1e-6, rtol=0)
    np.testing.assert_allclose(table["log2_fc"], theirs["logFC"], atol=1e-9, rtol=0)


def test_the_inverse_of_trigamma_is_its_inverse():
    for argument in (1e-4, 0.1, 1.0, 7.0, 1e4):
        assert linear_model._inverse_trigamma(float(scipy.special.polygamma(1, argument))) == pytest.approx(argument)


@pytest.mark.parametrize("nuisance", [ONE, np.hstack([ONE, BATCH, AGE])])
def test_sets_of_features_give_the_numbers_of_camera(nuisance, tmp_path):
    """Before inflations are drawn together, which is ours."""
    rng = np.random.default_rng(5)
    values = simulated(rng, missing=0.0) + np.outer(rng.normal(size=12), np.repeat([0.3, 0.0], [60, 240]))
    values[6:, 100:120] += 0.3
    sets = [list(range(0, 60, 2)), list(range(100, 125)), list(range(50, 250, 3)), [7, 299]]
    sheet = pd.DataFrame(index=list("abcdefghijkl"))
    frame = pd.DataFrame(values.T, index=[f"f{number}" for number in range(300)], columns=sheet.index)
    data = as_data(frame, sheet)
    scores = set_tests.Scores.standardised(model(data, nuisance, GROUP))
    members = scipy.sparse.csr_array(np.array([np.isin(np.arange(300), one) for one in sets], dtype=float).T)
    inflation, correlation, df = set_tests.inflations(scores, members)
    t, p = set_tests.compete(scores.effect, members, inflation, df)
    theirs = r_camera(values, np.hstack([nuisance, GROUP]), sets, tmp_path)
    np.testing.assert_allclose(correlation, theirs["correlation"], atol=1e-9)
    np.testing.assert_allclose(log_p(p), log_p(theirs["p"]), atol=1e-6, rtol=0)
    assert ((t > 0) == theirs["up"].astype(bool)).all()
