"""The sheet's key is found by values; a group or a batch is never taken for it."""

from __future__ import annotations

import pandas as pd
import pytest

from tools.errors import DataUnreadable
from tools.proteomics.sample_sheet import join, match, read_sheet, run_name

SHEET = pd.DataFrame(
    {
        "group": ["A", "A", "B"],
        "name": ["one", "two", "three"],
        "file": ["D:\\raw\\run_01.raw", "D:\\raw\\run_02.raw", "D:\\raw\\run_03.raw"],
        "number": [1.0, 2.0, 3.0],
    }
)


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (["one", "two", "three"], "name"),
        (["/data/run_01.mzML.gz", "/data/run_02.mzML.gz"], "file"),
        (["Run.01", "Run.02"], "file"),
        (["1", "2"], "number"),
    ],
)
def test_finds_the_column_that_names_the_samples(names, column):
    matched = match(SHEET, names)
    assert matched is not None
    assert matched.column == column
    assert list(matched.rows.values()) == list(range(len(names)))


def test_a_group_is_no_key():
    assert match(SHEET, ["A"]) is None


def test_rows_follow_the_table_and_are_called_as_the_sheet_calls_them():
    names = ["run_03", "run_01"]
    rows = join(SHEET, names, match(SHEET, names))
    assert list(rows.index) == ["three", "one"]
    assert list(rows["group"]) == ["B", "A"]


def test_run_names_that_differ_in_their_folder_only_are_no_key():
    assert match(SHEET, ["/x/run_01.raw", "/y/run_01.raw"]) is None


def test_sdrf_loses_its_brackets(tmp_path):
    path = tmp_path / "x.sdrf.tsv"
    path.write_text(
        "source name\tcharacteristics[disease]\tcomment[data file]\tfactor value[disease]\n"
        "s1\tcancer\trun_01.raw\tcancer\ns2\tnone\trun_02.raw\tnone\n"
    )
    sheet, _ = read_sheet(path)
    assert list(sheet.columns) == ["source name", "disease", "data file", "factor value disease"]
    assert match(sheet, ["run_01", "run_02"]).column == "data file"


def test_run_name_takes_folders_and_endings_off():
    assert run_name("Q:\\a\\b.c_01.raw") == "b.c_01"
    assert run_name("/a/x.mzML.gz") == "x"


def test_an_empty_sheet_is_an_error(tmp_path):
    path = tmp_path / "s.tsv"
    path.write_text("sample\tgroup\n\t\n")
    with pytest.raises(DataUnreadable, match="no sample"):
        read_sheet(path)


def test_words_for_what_is_not_known_are_missing_and_told_once(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        "sample,stage,age,treatment\na,I,61,none\nb,Unknown,not available,-\n"
        "c,Cannot be determined,70,+\nd,UNKNOWN,,+\n"
    )
    sheet, notes = read_sheet(path)
    assert sheet["stage"].dropna().tolist() == ["I"]
    assert sheet["age"].dropna().tolist() == [61, 70]
    assert sheet["treatment"].tolist() == ["none", "-", "+", "+"]
    assert notes == (
        "cells that say a value is not known are missing values: "
        "`stage` 3 (`Unknown`, `Cannot be determined`, `UNKNOWN`), `age` 1 (`not available`)",
    )
