"""Trains on in/train.npz and predicts the rows of in/inputs.npz into out/predictions.csv."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from features import make_features
from model import build_model
from sklearn.pipeline import make_pipeline
from training import augment


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    args = parser.parse_args()

    train = np.load(args.data / "train.npz")
    inputs = np.load(args.data / "inputs.npz")
    X, y = augment(train["X"], train["y"], args.seed)
    pipeline = make_pipeline(make_features(), build_model(args.seed))
    pipeline.fit(X, y)
    with (args.out / "predictions.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "prediction"])
        rows.writerows(zip(inputs["ids"].tolist(), pipeline.predict(inputs["X"]).tolist(), strict=True))


if __name__ == "__main__":
    main()
