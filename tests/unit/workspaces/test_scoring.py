"""The scorer: figures equal to scikit-learn's, replicates that pair, and no way for a predictions file to win."""

from __future__ import annotations

import contextlib
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, roc_auc_score, root_mean_squared_error

from workspaces.errors import ScoreUnreadable
from workspaces.scoring import read_score
from workspaces.scoring.score import Invalid, read_predictions, score

IDS = ["3", "1", "2"]


def accuracy(y_true, y_pred):
    return float(np.mean(y_true == y_pred))


def written(folder, text):
    file = folder / "predictions.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("id,prediction\n1,10\n2,2e1\n3,-.5\n", (3,)),
        ("id,prediction\r\n3,-0.5\r\n2,+20.\r\n1,1E1\r\n", (3,)),
        ('"id","prediction",p\n"1",10,1\n2,20,2\n3,-0.5,3\n', (3, 2)),
    ],
)
def test_predictions_are_put_in_the_order_of_the_labels(tmp_path, text, shape):
    values = read_predictions(written(tmp_path, text), IDS)
    assert values.shape == shape
    assert values.reshape(3, -1)[:, 0].tolist() == [-0.5, 10.0, 20.0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the header is '' and should be id,prediction"),
        ("1,10\n2,20\n3,30\n", "the header is '1,10'"),
        ("id,prediction\n", "wrong length: 0 of 3 ids are predicted; for example '3' is not"),
        ("id,prediction\n1,10\n2,20\n", "wrong length: 2 of 3"),
        ("id,prediction\n1,10\n2,20\n3,30\n1,10\n", "row 4: id '1' is there twice"),
        ("id,prediction\n1,10\n2,20\n3,30\n4,1\n", "row 4: unknown id '4'"),
        ("id,prediction\n1.0,10\n", "unknown id '1.0'"),
        ("id,prediction\n 1,10\n", "unknown id ' 1'"),
        ("id,prediction\n1,nan\n", "the prediction is 'nan', not a finite number"),
        ("id,prediction\n1,-Infinity\n", "not a finite number"),
        ("id,prediction\n1,1e999\n", "'1e999' is too large"),
        ("id,prediction\n1,\n", "'' is not a number"),
        ("id,prediction\n1,True\n", "'True' is not a number"),
        ("id,prediction\n1,1_0\n", "'1_0' is not a number"),
        ("id,prediction\n1,0x10\n", "'0x10' is not a number"),
        ("id,prediction\n1,\u0661\n", r"'\\u0661' is not a number"),
        ("id,prediction\n1,[10]\n", "is not a number"),
        ("id,prediction\n1," + "9" * 100 + "\n", "is not a number"),
        ("id,prediction\n1,10,20\n", "row 1: 3 columns instead of 2"),
        ("id,prediction\n\n1,10\n", "row 1: 0 columns instead of 2"),
        ('id,prediction\n1,"10\n', "no CSV"),
        ("id,prediction\n1," + "x" * 200_000 + "\n", "no CSV"),
        (b"id,prediction\n1,\xff\n", "no UTF-8"),
        (b"id,prediction\n1,1\x000\n", "no CSV|not a number"),
        ("id,prediction" + ",p" * 5000 + "\n", "columns are too many"),
    ],
)
def test_hostile_predictions_are_invalid_with_the_reason(tmp_path, text, reason):
    with pytest.raises(Invalid, match=reason):
        read_predictions(written(tmp_path, text), IDS)


def test_a_huge_or_absent_file_is_not_read(tmp_path):
    with pytest.raises(Invalid, match="there is no"):
        read_predictions(tmp_path / "predictions.csv", IDS)
    with (tmp_path / "predictions.csv").open("wb") as file:
        file.truncate(10**9)
    with pytest.raises(Invalid, match="larger than"):
        read_predictions(tmp_path / "predictions.csv", IDS)


@settings(deadline=None)  # writes files
@given(st.text(max_size=200))
def test_no_text_crashes_the_reader(tmp_path_factory, text):
    file = written(tmp_path_factory.mktemp("p"), ("id,prediction\n" + text).encode(errors="replace"))
    with contextlib.suppress(Invalid):
        assert np.isfinite(read_predictions(file, IDS)).all()


@pytest.mark.parametrize(
    ("ours", "theirs", "y_pred"),
    [
        (accuracy, accuracy_score, lambda y, r: np.where(r.uniform(size=len(y)) < 0.8, y, 1 - y)),
        (
            lambda t, p: float(np.sqrt(np.mean((t - p) ** 2))),
            root_mean_squared_error,
            lambda y, r: y + r.normal(size=len(y)),
        ),
    ],
)
def test_metric_and_replicates_equal_scikit_learn(ours, theirs, y_pred):
    random = np.random.RandomState(5)
    y = random.randint(0, 2, size=100)
    predicted = y_pred(y, random)
    got = score(ours, y, predicted, replicates=50, seed=3)
    assert got["metric"] == pytest.approx(theirs(y, predicted), abs=1e-12)
    stream = np.random.RandomState(3)
    for value in got["replicates"]:
        rows = stream.randint(0, 100, size=100)
        assert value == pytest.approx(theirs(y[rows], predicted[rows]), abs=1e-12)


def test_replicates_of_two_candidates_are_pairs():
    """Their difference varies by the rows on which they differ, and not by which rows were drawn."""
    random = np.random.RandomState(0)
    y = random.randint(0, 2, size=600)
    one = np.where(random.uniform(size=600) < 0.7, y, 1 - y)
    other = one.copy()
    other[:6] = 1 - other[:6]
    first, second = (np.array(score(accuracy, y, p, 2000, 1)["replicates"]) for p in (one, other))
    assert np.std(first - second) < np.std(first) / 3
    # a difference on 6 rows of 600 has the standard deviation of a mean of six +-1 among 600 draws
    changed = np.where(other == y, 1.0, 0.0) - np.where(one == y, 1.0, 0.0)
    assert np.std(first - second) == pytest.approx(np.std(changed) / np.sqrt(600), rel=0.1)


def test_an_undefined_replicate_keeps_its_place_as_null():
    y = np.array([1, 0, 0, 0, 0])
    p = np.array([0.9, 0.1, 0.2, 0.3, 0.4])

    def auc(y_true, y_pred):
        if len(np.unique(y_true)) < 2:
            raise ValueError("one class")
        return float(roc_auc_score(y_true, y_pred))

    values = score(auc, y, p, replicates=200, seed=0)["replicates"]
    stream = np.random.RandomState(0)
    lacks = [1 not in y[stream.randint(0, 5, size=5)] for _ in range(200)]
    assert 0 < sum(lacks) < 200
    assert [value is None for value in values] == lacks


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_metric_that_is_no_number_is_invalid(value):
    with pytest.raises(Invalid, match="the metric is"):
        score(lambda _true, _predicted: value, np.ones(3), np.ones(3), 10, 0)


GOOD = {"status": "ok", "reason": "", "metric": 0.5, "rows": 3, "replicates": [0.5, None, 1]}


def test_a_score_is_read_back(tmp_path):
    file = tmp_path / "score.json"
    file.write_text(json.dumps(GOOD), encoding="utf-8")
    assert read_score(file).replicates == (0.5, None, 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        json.dumps(GOOD | {"metric": float("nan")}),
        json.dumps(GOOD).replace("0.5,", "1e999,", 1),
        json.dumps(GOOD | {"metric": True}),
        json.dumps(GOOD | {"metric": "0.9"}),
        json.dumps(GOOD | {"metric": None}),
        json.dumps(GOOD | {"status": "invalid"}),
        json.dumps(GOOD | {"rows": 3.5}),
        json.dumps(GOOD | {"rows": 0}),
        json.dumps(GOOD | {"replicates": [True]}),
        json.dumps(GOOD | {"replicates": [float("inf")]}),
        json.dumps(GOOD | {"extra": 1}),
        json.dumps(GOOD)[:-1] + ', "metric": 1.0}',
        json.dumps(GOOD | {"reason": "x" * 5000}),
        " " * 10_000_000,
    ],
)
def test_what_is_no_score_is_refused(tmp_path, text):
    file = tmp_path / "score.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScoreUnreadable):
        read_score(file)
