r"""Scores a candidate's predictions against the hidden labels: the trusted program of the scorer's job.

It runs after the candidate's program is dead, in a sandbox of its own, with the task's evaluate.py beside it, and needs
numpy and nothing else of this project:

    python code/score.py --labels in/labels.npz --predictions in/predictions.csv --out out/score.json \
        --replicates 2000 --seed 20240501

Predictions are CSV with the header ``id,prediction`` and, where a metric needs them, more columns of numbers. Each id
of the labels must be there exactly once. Anything else is a result too: status `invalid` with the reason.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import math
import re
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Metric = Callable[[Array, Array], float]

MAX_BYTES = 64 * 1024 * 1024
MAX_COLUMNS = 1024
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(nan|inf|infinity)", re.ASCII | re.IGNORECASE)


class Invalid(Exception):
    """The predictions cannot be scored; the message is the reason."""


def read_predictions(file: Path, ids: list[str]) -> Array:
    """The predictions in the order of `ids`: shape (n,), or (n, k) when there are k > 1 columns of numbers.

    Raises:
        Invalid: with the first reason that is met.
    """
    if not file.is_file():
        raise Invalid("there is no predictions.csv")
    if file.stat().st_size > MAX_BYTES:
        raise Invalid(f"predictions.csv is larger than {MAX_BYTES // 2**20} MiB")
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            lines = csv.reader(stream, strict=True)
            width = _width(next(lines, []))
            found = _rows(lines, width, {name: row for row, name in enumerate(ids)})
    except UnicodeDecodeError as error:
        raise Invalid("predictions.csv is no UTF-8 text") from error
    except csv.Error as error:
        raise Invalid(f"predictions.csv is no CSV: {error}") from error
    if len(found) < len(ids):
        absent = next(name for row, name in enumerate(ids) if row not in found)
        raise Invalid(f"wrong length: {len(found)} of {len(ids)} ids are predicted; for example {absent!a} is not")
    values = np.array([found[row] for row in range(len(ids))])
    return values[:, 0] if width == 1 else values


def score(metric: Metric, y_true: Array, y_pred: Array, replicates: int, seed: int) -> dict[str, object]:
    """The metric on all rows, and on `replicates` resamples of the rows with replacement (Efron 1979).

    The resamples depend on `seed` and the number of rows alone, so that replicate i of a candidate and replicate i of
    the baseline are a pair. A replicate on which the metric is not defined (such as one without a second class) is
    null, and keeps its place.

    Raises:
        Invalid: the metric is not defined for these predictions.
    """
    value = metric(y_true, y_pred)
    if not math.isfinite(value):
        raise Invalid(f"the metric is {value}")
    # RandomState, because its numbers are frozen for ever (NEP 19): a baseline that was kept stays paired with a
    # candidate that is scored with a later numpy.
    random = np.random.RandomState(seed)
    drawn = (random.randint(0, len(y_true), size=len(y_true)) for _ in range(replicates))
    values = [_defined(metric, y_true[rows], y_pred[rows]) for rows in drawn]
    return {"status": "ok", "reason": "", "metric": value, "rows": len(y_true), "replicates": values}


def main() -> None:
    """Read the labels and predictions named on the command line and write score.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--predictions", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--replicates", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    args = parser.parse_args()

    evaluate = importlib.import_module("evaluate")
    with np.load(args.labels, allow_pickle=False) as labels:
        ids, y_true = [str(name) for name in labels["ids"].tolist()], labels["y"]

    def metric(true: Array, predicted: Array) -> float:
        return float(evaluate.score(true, predicted))

    warnings.simplefilter("ignore")
    try:
        result = score(metric, y_true, read_predictions(args.predictions, ids), args.replicates, args.seed)
    except (Invalid, ValueError) as reason:  # ValueError: evaluate.py refuses these predictions
        said = " ".join(str(reason).split())[:500]
        result = {"status": "invalid", "reason": said, "metric": None, "rows": len(ids), "replicates": []}
    args.out.write_text(json.dumps(result, allow_nan=False), encoding="utf-8")


def _width(header: list[str]) -> int:
    """Number of columns after the id."""
    if header[:2] != ["id", "prediction"]:
        raise Invalid(f"the header is {_short(','.join(header))} and should be id,prediction")
    if len(header) > MAX_COLUMNS:
        raise Invalid(f"{len(header)} columns are too many: at most {MAX_COLUMNS}")
    return len(header) - 1


def _rows(lines: Iterable[list[str]], width: int, row_of: dict[str, int]) -> dict[int, list[float]]:
    """Row of the labels → predicted numbers."""
    found: dict[int, list[float]] = {}
    for count, line in enumerate(lines, start=1):
        where = f"row {count}"
        if len(line) != width + 1:
            raise Invalid(f"{where}: {len(line)} columns instead of {width + 1}")
        if (row := row_of.get(line[0])) is None:
            raise Invalid(f"{where}: unknown id {_short(line[0])}")
        if row in found:
            raise Invalid(f"{where}: id {_short(line[0])} is there twice")
        found[row] = [_number(word, where) for word in line[1:]]
    return found


def _number(word: str, where: str) -> float:
    if _NOT_FINITE.fullmatch(word):
        raise Invalid(f"{where}: the prediction is {_short(word)}, not a finite number")
    if len(word) > 64 or not _NUMBER.fullmatch(word):
        raise Invalid(f"{where}: {_short(word)} is not a number")
    if not math.isfinite(value := float(word)):
        raise Invalid(f"{where}: {_short(word)} is too large for a number")
    return value


def _defined(metric: Metric, y_true: Array, y_pred: Array) -> float | None:
    try:
        value = metric(y_true, y_pred)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _short(text: str) -> str:
    return ascii(text if len(text) <= 40 else text[:40] + "...")


if __name__ == "__main__":
    main()
