"""Single cells: populations, and what changes within each population from patient to patient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics import linear_model
from tools.proteomics.clustering import CLUSTERS, Method, cluster_result, group_places, principal_components
from tools.proteomics.linear_model import background
from tools.proteomics.samples import tells_what_a_cell_is
from tools.proteomics.testing import ALPHA, Block, matrix, of_levels
from tools.tool import FeatureColumnName, LevelName, Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

    from tools.proteomics.linear_model import Floats

COFACTOR = 5
"""Of the arcsinh that mass cytometry counts are looked at with."""
_FEWEST_CELLS = 20
"""Cells of a population in a sample below which their median is not used."""
_SEEN = 0.3
"""Share of cells in which a peptide must be measured; single-cell proteomics misses half."""

POPULATIONS = Table(
    "populations",
    "a marker in a population, `population: marker`, smallest p first",
    {
        "population": "the population",
        "marker": "the marker",
        "median_numerator": "mean over the samples of the numerator of the population's median (arcsinh for counts)",
        "median_denominator": "the same of the denominator",
        "difference": "the first minus the second, adjusted for the block",
        "samples": "samples with cells enough",
        "p": "two-sided p, moderated over markers and populations",
        "q": "p adjusted over the table (Benjamini and Hochberg)",
        "called": f"q < {ALPHA}",
    },
)


@tool(
    needs=Needs(samples=30),
    tables=(CLUSTERS,),
    figures=("pca",),
    changes_data=True,
    adds=("cluster",),
    cost="minutes",
)
def cluster_cells(
    data: AnnData,
    batch: Annotated[SampleColumnName | None, Field(description="run, plex or plate, whose shift is taken out")] = None,
    clusters: Annotated[int | None, Field(ge=2, description="how many; chosen by silhouette when left out")] = None,
    method: Method = "kmeans",
    use: Annotated[
        FeatureColumnName | None, Field(description="feature column that says which features to use")
    ] = None,
    use_value: Annotated[str, Field(description="its value for those: `type` for the lineage markers of a panel")] = "",
    seed: int = 0,
) -> Result:
    """Find populations of single cells and write them to the sample column `cluster`.

    Takes the mean of each batch out of every feature, fills gaps from the nearest cells, and groups the cells on the
    leading principal components. Counts (mass cytometry) are looked at as arcsinh(x / 5). Phosphorylated markers (pS6)
    do not take part unless `use` says so: they answer to a stimulus and do not say what a cell is.
    """
    telling = tells_what_a_cell_is(data.var_names) if use is None else data.var[use].astype(str) == use_value
    chosen = data[:, np.asarray(telling)]
    if chosen.n_vars < 2:
        reason = f"fewer than two features have `{use}` = `{use_value}`" if use else "fewer than two markers of lineage"
        raise NotApplicable((reason,))
    values = cell_scale(chosen)
    values = values[:, (~np.isnan(values)).mean(axis=0) >= _SEEN]
    if batch is not None:
        values = _without_batch(values, data.obs[batch])
    places = principal_components(_filled(values), 20)
    return cluster_result(data, places, group_places(places, clusters, method, seed))


def cell_scale(data: AnnData) -> Floats:
    """Counts as arcsinh(x / 5); other values as they are."""
    values = matrix(data)
    return np.asarray(np.arcsinh(values / COFACTOR)) if data.uns.get("scale", "raw") == "raw" else values


def _without_batch(values: Floats, batch: pd.Series) -> Floats:
    """Each feature without its mean in each batch."""
    levels = batch.astype(str).to_numpy(dtype=str)
    values = values.copy()
    for level in np.unique(levels):
        part = values[levels == level]
        there = ~np.isnan(part)
        counts = np.maximum(there.sum(axis=0), 1)
        values[levels == level] = part - np.where(there, part, 0).sum(axis=0) / counts
    return values


def _filled(values: Floats) -> Floats:
    from sklearn.impute import KNNImputer

    if not np.isnan(values).any():
        return values
    return np.asarray(KNNImputer(n_neighbors=5).fit_transform(values))


@tool(needs=Needs(samples=30, groups="group"), tables=(POPULATIONS,))
def test_populations(
    data: AnnData,
    population: Annotated[SampleColumnName, Field(description="population of a cell, such as `cluster`")],
    sample: Annotated[SampleColumnName, Field(description="which sample a cell comes from")],
    group: SampleColumnName,
    numerator: LevelName,
    denominator: LevelName,
    block: Block = None,
) -> Result:
    """Which markers change within which population of cells between two conditions.

    The unit is the sample: thousands of cells of four patients are four patients. Each population of a sample counts
    with the median of its cells (arcsinh for counts), and the patient can be the block.
    """
    import pandas as pd

    data = of_levels(data, group, (numerator, denominator))
    cells = pd.DataFrame(cell_scale(data), columns=data.var_names.astype(str))
    keys = [data.obs[name].astype(str).to_numpy() for name in (population, sample)]
    sizes = cells.groupby(keys).size()
    medians = cells.groupby(keys).median()[sizes >= _FEWEST_CELLS]
    sheet = data.obs.assign(**{sample: data.obs[sample].astype(str)}).drop_duplicates(sample).set_index(sample)
    wide = medians.unstack(level=0).reindex(sheet.index)
    first = (sheet[group].astype(str) == numerator).to_numpy()
    blocks = sheet.assign(**{block: sheet[block].astype(str)}) if block else sheet
    values = wide.to_numpy(dtype=float)
    fitted = linear_model.fit(values, background(blocks, (block,) if block else ()), first[:, None].astype(float))
    moderated = linear_model.moderate(fitted.variance, fitted.df)
    effect = linear_model.t_test(fitted, moderated.variance, moderated.df)
    markers, populations = wide.columns.get_level_values(0), wide.columns.get_level_values(1)
    table = pd.DataFrame(
        {
            "population": populations,
            "marker": markers,
            "median_numerator": wide[first].mean().to_numpy(),
            "median_denominator": wide[~first].mean().to_numpy(),
            "difference": effect.effect,
            "samples": (~np.isnan(values)).sum(axis=0),
            "p": effect.p,
            "q": linear_model.adjust(effect.p),
        },
        index=populations + ": " + markers,
    )
    table["called"] = table["q"] < ALPHA
    table = table[table["p"].notna()].sort_values("p", kind="stable")
    first_rows = ", ".join(f"{name} {change:+.2f}" for name, change in table["difference"].head(4).items())
    called = int(table["called"].sum())
    summary = (
        f"Tested {len(table)} markers within populations over {len(sheet)} samples, {numerator} against {denominator}: "
        f"{called} at q < {ALPHA}. First: {first_rows}."
    )
    return Result(summary, tables={"populations": table}, facts={"tested": len(table), "called": called})
