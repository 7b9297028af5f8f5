"""R limma, run for real, as the anchor of our own linear models."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

_SCRIPT = """
library(limma)
values <- as.matrix(read.csv("values.csv", row.names = 1, check.names = FALSE))
design <- as.matrix(read.csv("design.csv"))
started <- proc.time()[["elapsed"]]
fit <- suppressWarnings(eBayes(lmFit(values, design)))
last <- ncol(design)
f <- if (ncol(design) > 2) topTable(fit, coef = 2:last, number = Inf, sort.by = "none") else NULL
table <- topTable(fit, coef = last, number = Inf, sort.by = "none", confint = TRUE)
took <- proc.time()[["elapsed"]] - started
table$p_together <- if (is.null(f)) NA else f$P.Value
table$prior_df <- fit$df.prior
table$seconds <- took
text <- sapply(table, function(column) sprintf("%.17g", as.numeric(column)))
write.csv(data.frame(text, row.names = rownames(values), check.names = FALSE), "result.csv", quote = FALSE)
"""


def has_limma() -> bool:
    if shutil.which("Rscript") is None:
        return False
    return subprocess.run(["Rscript", "-e", "library(limma)"], capture_output=True, check=False).returncode == 0


def needs_limma() -> pytest.MarkDecorator:
    """Skip where R limma is missing, unless ECHOLOCATE_REQUIRE names it: then fail."""
    there = has_limma()
    if not there and "limma" in os.environ.get("ECHOLOCATE_REQUIRE", "").split(","):
        raise RuntimeError("ECHOLOCATE_REQUIRE names limma, but R has none: install r-bioc-limma")
    return pytest.mark.skipif(not there, reason="R limma is not installed (Debian: r-bioc-limma)")


def r_limma(values: np.ndarray, design: np.ndarray, folder: Path) -> pd.DataFrame:
    """`topTable` of the last column of the design, features in order; `p_together` tests all but the first column.

    Args:
        values: samples × features.
        design: samples × coefficients, the intercept first.
        folder: where the script and its files go.
    """
    names = _write(values, design, folder)
    (folder / "limma.R").write_text(_SCRIPT)
    subprocess.run(["Rscript", "limma.R"], cwd=folder, check=True, capture_output=True, timeout=300)
    return pd.read_csv(folder / "result.csv", index_col=0).loc[names]


def _write(values: np.ndarray, design: np.ndarray, folder: Path) -> list[str]:
    """What R reads; returns the names of the features."""
    names = [f"f{number}" for number in range(values.shape[1])]
    pd.DataFrame(values.T, index=names).to_csv(folder / "values.csv", na_rep="NA", float_format="%.17g")
    columns = [f"c{number}" for number in range(design.shape[1])]
    pd.DataFrame(design, columns=columns).to_csv(folder / "design.csv", index=False, float_format="%.17g")
    return names


_CAMERA = """
library(limma)
values <- as.matrix(read.csv("values.csv", row.names = 1, check.names = FALSE))
design <- as.matrix(read.csv("design.csv"))
sets <- lapply(strsplit(readLines("sets.txt"), " "), as.integer)
names(sets) <- seq_along(sets)
table <- camera(values, sets, design, inter.gene.cor = NA, sort = FALSE)
numbers <- data.frame(correlation = table$Correlation, p = table$PValue, up = table$Direction == "Up")
write.csv(sapply(numbers, function(column) sprintf("%.17g", as.numeric(column))), "sets.csv", quote = FALSE)
"""


def r_camera(values: np.ndarray, design: np.ndarray, sets: list[list[int]], folder: Path) -> pd.DataFrame:
    """`camera` of the last column of the design: correlation, p and up (1 or 0) of each set of features (from 0 on)."""
    _write(values, design, folder)
    (folder / "sets.txt").write_text("\n".join(" ".join(str(place + 1) for place in one) for one in sets) + "\n")
    (folder / "camera.R").write_text(_CAMERA)
    subprocess.run(["Rscript", "camera.R"], cwd=folder, check=True, capture_output=True, timeout=300)
    return pd.read_csv(folder / "sets.csv", index_col=0)
