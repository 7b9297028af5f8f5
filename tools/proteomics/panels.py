"""Few features that tell two groups apart, with an honest estimate of how well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import scipy
from pydantic import Field

from tools.errors import NotApplicable
from tools.proteomics.figures import COLOURS, axes
from tools.proteomics.testing import ALPHA, matrix, of_levels
from tools.tool import LevelName, Needs, Result, SampleColumnName, Table, tool

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData
    from matplotlib.figure import Figure
    from sklearn.pipeline import Pipeline

    from tools.proteomics.linear_model import Floats

_FOLDS = 5
_REPEATS = 2
_SHUFFLES = 3
_FEWEST_SEEN = 0.5
"""Share of the samples in which a feature must be measured to be a candidate."""

PANEL = Table(
    "panel",
    "a feature of the panel that all samples together choose, the heaviest first",
    {
        "weight": "its coefficient, for one standard deviation; positive speaks for the numerator",
        "chosen": "share of the outer folds that chose it as well, 0 to 1: below a half it is there by luck",
    },
)
ACCURACY = Table(
    "panel_accuracy",
    "the panel as a whole",
    {
        "name": "its features",
        "auc": "area under the curve on samples that no step of its making has seen",
        "auc_low": "lower bound of its 95 % interval",
        "auc_high": "upper bound of its 95 % interval",
        "auc_shuffled": "the highest area with shuffled labels",
        "p": "one-sided p of the samples' scores being no higher in the numerator (Mann and Whitney)",
        "q": "p, as there is one panel",
        "called": "q < 0.05, and the interval lies above one half and above every area with shuffled labels",
    },
)


@tool(
    needs=Needs(scale=("log2", "ratio"), groups="group", replicates=10),
    tables=(PANEL, ACCURACY),
    figures=("roc",),
    cost="minutes",
)
def build_panel(
    data: AnnData,
    group: SampleColumnName,
    numerator: LevelName,
    denominator: LevelName,
    largest: Annotated[int, Field(ge=1, le=50, description="features of the panel at most")] = 10,
    block: Annotated[
        SampleColumnName | None, Field(description="samples of one patient or site that never part over folds")
    ] = None,
    seed: int = 0,
) -> Result:
    """Choose few features that tell two groups apart, and say how well they will do on samples not seen.

    Nested cross-validation: filling gaps, scaling, choosing features and tuning all happen within the training part
    of each fold. The same with shuffled labels stands beside it; where it is not near 0.5, do not believe the other.
    Name in `block` the site to ask for a site that was never seen.
    """
    import pandas as pd
    from sklearn.metrics import roc_auc_score

    data = of_levels(data, group, (numerator, denominator))
    data = data[:, (~np.isnan(matrix(data))).mean(axis=0) >= _FEWEST_SEEN]
    values = matrix(data)
    labels = (data.obs[group].astype(str) == numerator).to_numpy(dtype=int)
    blocks = None if block is None else data.obs[block].astype(str).to_numpy()
    sizes = sorted({min(3, largest), min(5, largest), largest})
    scores, chosen = _outer(values, labels, blocks, sizes, seed)
    rng = np.random.default_rng(seed)
    shuffled = []
    for _ in range(_SHUFFLES):
        mixed = rng.permutation(labels)
        shuffled.append(roc_auc_score(mixed, _outer(values, mixed, blocks, sizes, seed, repeats=1)[0]))
    auc = float(roc_auc_score(labels, scores))
    low, high = _interval(labels, scores, rng)
    final = _tuned(values, labels, sizes, seed)
    table = _panel(data, final, chosen)
    people = _spoken(table)
    p = float(scipy.stats.mannwhitneyu(scores[labels == 1], scores[labels == 0], alternative="greater").pvalue)
    accuracy = {
        "name": ";".join(people),
        "auc": auc,
        "auc_low": low,
        "auc_high": high,
        "auc_shuffled": max(shuffled),
        "p": p,
        "q": p,
        "called": p < ALPHA and low > max(0.5, *shuffled),
    }
    names = ", ".join(people[:5])
    summary = (
        f"A panel of {len(table)} ({names}{' …' if len(table) > 5 else ''}) tells {numerator} from {denominator} with "
        f"an area under the curve of {auc:.2f} ({low:.2f} to {high:.2f}) on samples not seen; with shuffled labels "
        f"{np.mean(shuffled):.2f}."
    )
    facts: dict[str, float | int | str | bool] = {
        "auc": auc,
        "auc_low": low,
        "auc_high": high,
        "auc_shuffled": float(np.mean(shuffled)),
        "samples": len(labels),
    }
    tables = {"panel": table, "panel_accuracy": pd.DataFrame(accuracy, index=["panel"])}
    return Result(summary, tables=tables, figures={"roc": _roc(labels, scores, auc)}, facts=facts)


def _outer(
    values: Floats, labels: np.ndarray, blocks: np.ndarray | None, sizes: list[int], seed: int, repeats: int = _REPEATS
) -> tuple[Floats, Floats]:
    """Score of each sample by models that never saw it, and how often each feature was chosen."""
    total, chosen, models = np.zeros(len(labels)), np.zeros(values.shape[1]), 0
    for train, test in _folds(values, labels, blocks, seed, repeats):
        fitted = _tuned(values[train], labels[train], sizes, seed)
        total[test] += fitted.predict_proba(values[test])[:, 1]
        chosen[fitted["choose"].get_support(indices=True)] += 1
        models += 1
    return total / repeats, chosen / models


def _folds(
    values: Floats, labels: np.ndarray, blocks: np.ndarray | None, seed: int, repeats: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    folds = _FOLDS if blocks is None else min(_FOLDS, len(np.unique(blocks)))
    if folds < 2:
        raise NotApplicable(("the block has one level only: leave it out",))
    for repeat in range(repeats):
        splitter: Any = StratifiedKFold if blocks is None else StratifiedGroupKFold
        for train, test in splitter(folds, shuffle=True, random_state=seed + repeat).split(values, labels, blocks):
            if len(np.unique(labels[train])) < 2:
                raise NotApplicable(("a part of the blocks holds one group only: leave the block out",))
            yield train, test


def _tuned(values: Floats, labels: np.ndarray, sizes: list[int], seed: int) -> Pipeline:
    """The whole procedure, fitted, with the number of features chosen by cross-validation within these samples."""
    from sklearn.feature_selection import SelectKBest, f_classif
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    steps = [
        ("fill", SimpleImputer(strategy="median", keep_empty_features=True)),
        ("scale", StandardScaler()),
        ("choose", SelectKBest(f_classif)),
        ("weigh", LogisticRegression(max_iter=1000)),
    ]
    inner = StratifiedKFold(min(3, int(np.bincount(labels).min())), shuffle=True, random_state=seed)
    grid = {"choose__k": [size for size in sizes if size <= values.shape[1]]}
    # Threads cost more than they save on so few features: on a busy machine, four times the time of one.
    with threadpool_limits(1), np.errstate(divide="ignore", invalid="ignore"):
        search = GridSearchCV(Pipeline(steps), grid, cv=inner, scoring="roc_auc").fit(values, labels)
    fitted: Pipeline = search.best_estimator_
    return fitted


def _interval(labels: np.ndarray, scores: Floats, rng: np.random.Generator) -> tuple[float, float]:
    """95 % interval of the area under the curve, by drawing samples again within each group."""
    ones, zeros = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    drawn = [np.concatenate([rng.choice(ones, len(ones)), rng.choice(zeros, len(zeros))]) for _ in range(500)]
    # The area is the Mann-Whitney U as a share of all pairs; scikit-learn's takes longer than all the models.
    sums = scipy.stats.rankdata(scores[np.array(drawn)], axis=1)[:, : len(ones)].sum(axis=1)
    areas = (sums - len(ones) * (len(ones) + 1) / 2) / (len(ones) * len(zeros))
    low, high = np.quantile(areas, [0.025, 0.975])
    return float(low), float(high)


def _panel(data: AnnData, fitted: Pipeline, chosen: Floats) -> pd.DataFrame:
    import pandas as pd

    rows = fitted["choose"].get_support(indices=True)
    genes = {"gene": data.var["gene"].to_numpy()[rows]} if "gene" in data.var else {}
    columns = {**genes, "weight": fitted["weigh"].coef_[0], "chosen": chosen[rows]}
    table = pd.DataFrame(columns, index=data.var_names.astype(str)[rows])
    return table.sort_values("weight", key=abs, ascending=False)


def _spoken(panel: pd.DataFrame) -> list[str]:
    """Its features as papers name them: the gene, or the id where none is known."""
    genes = panel["gene"] if "gene" in panel else panel.index.to_series()
    return [gene if isinstance(gene, str) and gene else str(id_) for id_, gene in genes.items()]


def _roc(labels: np.ndarray, scores: Floats, auc: float) -> Figure:
    from sklearn.metrics import roc_curve

    false, true, _ = roc_curve(labels, scores)
    figure, one = axes(4, 4)
    one.step(false, true, where="post", color=COLOURS[0])
    one.plot([0, 1], [0, 1], color="#BBBBBB", linewidth=0.8)
    one.set(xlabel="share of false alarms", ylabel="share found", title=f"area under the curve {auc:.2f}")
    return figure
