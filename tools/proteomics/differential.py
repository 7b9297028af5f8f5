"""Two groups of samples compared, feature by feature."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics import linear_model
from tools.proteomics.empirical_null import test_against_bulk
from tools.proteomics.testing import (
    ALPHA,
    Block,
    Covariates,
    adjusted_for,
    background,
    best,
    feature_table,
    matrix,
    of_levels,
    testable,
    with_values,
)
from tools.tool import LevelName, Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from tools.proteomics.linear_model import Effect, Fit, Flags, Floats

PEPTIDES = "peptides"
"""Column of the features with the number of peptides that each was quantified from."""
Method = Literal["limma", "deqms", "t", "permutation"]
_PERMUTATIONS = 200

DIFFERENTIAL = Table(
    "differential",
    "a feature that was tested, smallest p first",
    {
        "log2_fc": "log2 of numerator over denominator, adjusted for the covariates; with an empirical null without "
        "the shift that unchanged features share",
        "ci_low": "lower bound of its 95 % confidence interval",
        "ci_high": "upper bound of its 95 % confidence interval",
        "mean_numerator": "mean of the values in the numerator",
        "mean_denominator": "mean of the values in the denominator",
        "n_numerator": "samples of the numerator in which it was measured",
        "n_denominator": "samples of the denominator in which it was measured",
        "t": "the statistic",
        "p": "two-sided p",
        "q": "p adjusted over the table (Benjamini and Hochberg)",
        "called": f"q < {ALPHA} and |log2_fc| at least the smallest that matters",
    },
)


@tool(needs=Needs(scale=("log2", "ratio"), groups="group", replicates=2), tables=(DIFFERENTIAL,))
def test_differential(
    data: AnnData,
    group: SampleColumnName,
    numerator: Annotated[LevelName, Field(description="the level of `group` whose increase is a positive change")],
    denominator: Annotated[LevelName, Field(description="the level of `group` that it is compared to")],
    covariates: Covariates = (),
    block: Block = None,
    method: Annotated[
        Method,
        Field(
            description="`limma`: moderated t. `deqms`: the same, with the variance expected from the number of "
            "peptides. `t` and `permutation` are controls: they need more samples for the same power."
        ),
    ] = "limma",
    null: Annotated[
        Literal["theoretical", "empirical"],
        Field(
            description="`empirical`: no change is what the bulk of the features shows, instead of exactly 0 with the "
            "scatter of replicates. For comparisons in which most features do not change, of few samples a group."
        ),
    ] = "theoretical",
    smallest_log2_fc: Annotated[
        float,
        Field(ge=0, description="a change smaller than this is not called, however small its q; 0.585 is 1.5-fold"),
    ] = 0.0,
) -> Result:
    """Which features differ between two groups of samples, and by how much.

    Fits a linear model to each feature and moderates its variance by all others (limma). Missing values stay missing:
    a feature that one group lacks altogether is not tested here but by test_presence. Set `smallest_log2_fc`: with
    little noise, q alone calls shifts that mean nothing.
    """
    if method == "permutation" and null == "empirical":
        raise NotApplicable(("permutation makes a null of its own: leave `null` out",))
    data, warnings = with_values(data, (group, *adjusted_for(covariates, block)))
    data = of_levels(data, group, (numerator, denominator))
    first = (data.obs[group].astype(str) == numerator).to_numpy()
    comparison = _Comparison(matrix(data), background(data, covariates, block), first)
    fitted = comparison.fit()
    tested = testable(fitted)
    data, comparison, fitted = data[:, tested], comparison.of(tested), fitted.of(tested)
    facts: dict[str, float | int] = {}
    if null == "empirical":
        effect, bulk = test_against_bulk(fitted, *_variance(method, fitted, data.var))
        facts = {"null_shift": bulk.shift, "null_scatter": bulk.scatter, "unchanged": bulk.unchanged}
    else:
        effect = linear_model.t_test(fitted, *_variance(method, fitted, data.var))
    if method == "permutation":
        labels = np.zeros(len(first)) if block is None else data.obs[block].to_numpy(dtype=str)
        effect = replace(effect, p=_permutation_p(comparison, labels, np.abs(effect.t)))
    table = feature_table(data, _columns(comparison, effect, smallest_log2_fc))
    skipped, called = int((~tested).sum()), table[table["called"]]
    up = int((called["log2_fc"] > 0).sum())
    summary = (
        f"Tested {len(table)} features, {numerator} ({int(first.sum())} samples) against {denominator} "
        f"({int((~first).sum())}): {len(called)} called at q < {ALPHA} and |log2 fold change| >= {smallest_log2_fc:g}, "
        f"{up} up and {len(called) - up} down. First: {best(data, table, 'log2_fc')}."
    )
    if skipped:
        warnings += (f"{skipped} features have too few values in one of the groups: see test_presence",)
    counts = {"tested": len(table), "not_tested": skipped, "called": len(called), "up": up, "down": len(called) - up}
    return Result(summary, tables={"differential": table}, facts={**counts, **facts}, warnings=warnings)


@dataclass(frozen=True)
class _Comparison:
    """Values (samples × features), the rest of the design, and which samples are the numerator's."""

    values: Floats
    nuisance: Floats
    first: Flags

    def of(self, features: Flags) -> _Comparison:
        return replace(self, values=self.values[:, features])

    def fit(self) -> Fit:
        return linear_model.fit(self.values, self.nuisance, self.first[:, None].astype(float))


def _columns(comparison: _Comparison, effect: Effect, smallest: float) -> dict[str, object]:
    numerator, denominator = comparison.values[comparison.first], comparison.values[~comparison.first]
    q = linear_model.adjust(effect.p)
    return {
        "log2_fc": effect.effect,
        "ci_low": effect.low,
        "ci_high": effect.high,
        "mean_numerator": np.nanmean(numerator, axis=0),
        "mean_denominator": np.nanmean(denominator, axis=0),
        "n_numerator": (~np.isnan(numerator)).sum(axis=0),
        "n_denominator": (~np.isnan(denominator)).sum(axis=0),
        "t": effect.t,
        "p": effect.p,
        "q": q,
        "called": (q < ALPHA) & (np.abs(effect.effect) >= smallest),
    }


def _variance(method: Method, fitted: Fit, features: pd.DataFrame) -> tuple[Floats, Floats]:
    """Variance and degrees of freedom of each feature."""
    if method == "t":
        return fitted.variance, fitted.df
    if method == "deqms":
        return _by_peptides(fitted, features)
    moderated = linear_model.moderate(fitted.variance, fitted.df)
    return moderated.variance, moderated.df


def _by_peptides(fitted: Fit, features: pd.DataFrame) -> tuple[Floats, Floats]:
    """Variance moderated towards what features of as many peptides have (Zhu et al. 2020, DEqMS).

    Raises:
        NotApplicable: no peptide counts, or fewer different ones than a curve needs.
    """
    if PEPTIDES not in features:
        raise NotApplicable((f"the features have no `{PEPTIDES}`, which deqms needs: use method `limma`",))
    counts = features[PEPTIDES].to_numpy(dtype=float)
    if np.isnan(counts).any() or (counts < 1).any():
        raise NotApplicable((f"`{PEPTIDES}` has no count for some features, which deqms needs: use method `limma`",))
    if len(np.unique(counts)) < 5:
        raise NotApplicable((f"`{PEPTIDES}` has fewer than five different counts: use method `limma`",))
    import pydeqms

    nothing = np.zeros((len(counts), 1))
    model = pydeqms.LinearModelFit(
        coefficients=nothing,
        stdev_unscaled=nothing + 1,
        sigma=np.sqrt(fitted.variance),
        df_residual=fitted.df,
        Amean=nothing[:, 0],
        design=nothing,
    )
    pydeqms.spectra_count_ebayes(model, counts)
    return model.sca_postvar, np.minimum(fitted.df + model.sca_dfprior, fitted.df.sum())


def _permutation_p(comparison: _Comparison, blocks: npt.NDArray[Any], observed: Floats) -> Floats:
    """Share of all moderated |t| under labels shuffled within blocks that reach the observed one.

    The shuffled statistics of all features count together, so that few samples still give small p.
    """
    rng = np.random.default_rng(0)
    null = np.sort(np.concatenate([_shuffled(comparison, blocks, rng) for _ in range(_PERMUTATIONS)]))
    reached = len(null) - np.searchsorted(null, observed, side="left")
    return np.asarray((1 + reached) / (1 + len(null)))


def _shuffled(comparison: _Comparison, blocks: npt.NDArray[Any], rng: np.random.Generator) -> Floats:
    """Moderated |t| of the features that can be tested under shuffled labels."""
    first = comparison.first.copy()
    for block in np.unique(blocks):
        first[blocks == block] = rng.permutation(first[blocks == block])
    try:
        fitted = replace(comparison, first=first).fit()
    except NotApplicable:  # these labels coincide with a covariate
        return np.zeros(0)
    moderated = linear_model.moderate(fitted.variance, fitted.df)
    t = linear_model.t_test(fitted, moderated.variance, moderated.df).t
    return np.abs(t[~np.isnan(t)])
