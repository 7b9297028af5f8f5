"""Sensitivity, false discoveries and time on spike-in sets, beside R limma: `python -m` it from the repository root.

Writes a Markdown table. Needs the proteomics test sets ($ECHOLOCATE_TEST_DATA); R limma where it is installed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

sys.path[:0] = [str(Path(__file__).parents[1] / "support"), str(Path(__file__).parents[2])]

from proteomics_data import centred, ramus, seen_in_each, three_species  # noqa: E402
from r_limma import has_limma, r_limma  # noqa: E402

from tools.contract import try_tool  # noqa: E402
from tools.proteomics import differential, generate, linear_model  # noqa: E402

CUTS = (0.0, 0.585)


@dataclass(frozen=True)
class Task:
    name: str
    data: AnnData
    numerator: str
    denominator: str
    truth: pd.Series
    covariates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Calls:
    """Of each feature that was tested: log2 fold change, p, q; and the seconds that it took."""

    table: pd.DataFrame
    seconds: float


def tasks() -> Iterator[Task]:
    data = three_species()
    data = data[:, data.var["expected"].notna()].copy()
    changed = data.var["expected"] != 0
    yield Task("HYE A/B", centred(seen_in_each(data, "group")), "A", "B", changed)
    yield Task("HYE A/B, centred first", seen_in_each(centred(data), "group"), "A", "B", changed)
    whole = ramus()
    pairs = [(12500, 25000), (25000, 50000), (5000, 12500), (12500, 50000), (5000, 25000), (2500, 25000)]
    for low, high in pairs:
        part = whole[whole.obs["amol"].isin([low, high])].copy()
        part = centred(seen_in_each(part, "group"))
        yield Task(f"Ramus {low}→{high}", part, f"c{high}", f"c{low}", part.var["species"] == "UPS1")
    made = try_tool(generate.generate_spike_in, samples_per_group=4)
    data = made.data[made.data.obs["group"] != "level4"].copy()
    data.X, data.uns["scale"] = np.log2(data.X), "log2"
    changed = made.tables["truth"]["changed"].astype(bool)
    yield Task("generated", centred(seen_in_each(data, "group")), "level2", "level1", changed, ("batch",))


def ours(task: Task, method: str, null: str = "theoretical") -> Calls:
    started = time.perf_counter()
    result = try_tool(
        differential.test_differential,
        task.data,
        group="group",
        numerator=task.numerator,
        denominator=task.denominator,
        covariates=task.covariates,
        method=method,
        null=null,
    )
    return Calls(result.tables["differential"], time.perf_counter() - started)


def limma(task: Task) -> Calls:
    """R limma; seconds within R, without its start and without reading the table."""
    first = (task.data.obs["group"] == task.numerator).to_numpy(dtype=float)
    design = np.column_stack([linear_model.background(task.data.obs, task.covariates), first])
    with tempfile.TemporaryDirectory() as folder:
        table = r_limma(np.asarray(task.data.X), design, Path(folder))
    p = table["P.Value"].to_numpy(dtype=float)
    columns = {"log2_fc": table["logFC"].to_numpy(), "p": p, "q": linear_model.adjust(p)}
    return Calls(pd.DataFrame(columns, index=task.data.var_names).dropna(), float(table["seconds"].iloc[0]))


def row(task: Task, method: str, calls: Calls) -> str:
    truth = task.truth.loc[calls.table.index]
    cells = [task.name, method, f"{int(truth.sum())} / {len(truth)}"]
    for cut in CUTS:
        called = truth[(calls.table["q"] < 0.05) & (calls.table["log2_fc"].abs() >= cut)]
        false = 1 - called.mean() if len(called) else 0.0
        cells += [f"{called.sum() / truth.sum():.3f}", f"{false:.3f}"]
    return f"| {' | '.join([*cells, f'{calls.seconds:.2f}'])} |"


def methods(task: Task) -> Iterator[tuple[str, Callable[[], Calls]]]:
    if has_limma():
        yield "R limma", lambda: limma(task)
    yield "limma", lambda: ours(task, "limma")
    yield "limma, empirical null", lambda: ours(task, "limma", "empirical")
    if "peptides" in task.data.var:
        yield "deqms", lambda: ours(task, "deqms")
        yield "deqms, empirical null", lambda: ours(task, "deqms", "empirical")
    yield "t", lambda: ours(task, "t")


def main() -> None:
    print("| task | method | true / tested | sensitivity | FDP | with 1.5-fold: sensitivity | FDP | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for task in tasks():
        ours(task, "limma")  # the first call pays for imports
        for method, run in methods(task):
            print(row(task, method, run()))


if __name__ == "__main__":
    main()
