"""Tables as text: what pandas alone would misread is read right, or refused with one line."""

from __future__ import annotations

import gzip

import pytest

from tools.errors import DataUnreadable
from tools.proteomics.readers.text import read_table, to_numbers

TABLE = "protein\ta\tb\nP1\t1.5\t2\nP2\t\tNA\n"


def read(tmp_path, content, name="t.tsv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(TABLE.encode(), id="tabs"),
        pytest.param(gzip.compress(TABLE.encode()), id="gzip"),
        pytest.param(b"\xef\xbb\xbf" + TABLE.encode(), id="byte order mark"),
        pytest.param(TABLE.encode("utf-16"), id="utf-16"),
        pytest.param(TABLE.replace("\n", "\r\n").encode(), id="windows"),
        pytest.param(TABLE.replace("\n", "\r").encode(), id="old mac"),
        pytest.param(TABLE.replace("\t", ",").encode(), id="commas"),
        pytest.param(TABLE.replace("\t", ";").replace("1.5", "1,5").encode(), id="semicolons and decimal commas"),
        pytest.param(TABLE.rstrip("\n").encode(), id="no end of the last line"),
        pytest.param(TABLE.replace("protein\t", "", 1).encode(), id="R's header without a name for rows"),
    ],
)
def test_reads_however_it_is_written(tmp_path, content):
    frame = read(tmp_path, content)
    assert frame.shape == (2, 3)
    assert list(frame["a"].astype(float)[:1]) == [1.5]
    assert frame["b"].isna().tolist() == [False, True]


def test_a_header_of_ids_joined_by_semicolons_is_not_split_at_them(tmp_path):
    frame = read(tmp_path, "sample,P1;P2;P3;P4,P5;P6\ns1,1,2\n", "t.csv")
    assert list(frame.columns) == ["sample", "P1;P2;P3;P4", "P5;P6"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"  \n\n", "is empty", id="blank"),
        pytest.param(b"PK\x03\x04xxxx", "Excel", id="excel"),
        pytest.param(b"PAR1xxxx", "Parquet", id="parquet"),
        pytest.param(b"abc\x00\x01\x02", "binary", id="binary"),
        pytest.param(gzip.compress(TABLE.encode() * 50)[:-40], "cut off", id="cut gzip"),
        pytest.param(TABLE.encode()[:-6], "middle of line 3", id="cut in a line"),
        pytest.param(b"one line of prose\nand another\n", "one field", id="prose"),
        pytest.param(b"a\tb\n", "no line below", id="header only"),
        pytest.param(b"a\tb\n1\t2\t3\t4\n", "more fields", id="more fields than names"),
        pytest.param(b"a\tb\n1\t2\n1\t2\t3\t4\n", "line 3", id="one line too long"),
    ],
)
def test_refuses_in_one_line(tmp_path, content, says):
    with pytest.raises(DataUnreadable) as caught:
        read(tmp_path, content)
    assert says in str(caught.value)
    assert "t.tsv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_that_is_no_number_is_named_with_its_line(tmp_path):
    frame = read(tmp_path, "protein\ta\nP1\t1\nP2\tx\n")
    with pytest.raises(DataUnreadable, match="column `a`, line 3: `x`"):
        to_numbers(frame["a"], "t.tsv")


def test_decimal_commas_between_tabs_are_numbers(tmp_path):
    frame = read(tmp_path, "protein\ta\nP1\t1,5\nP2\t\n")
    assert to_numbers(frame["a"], "t.tsv").tolist()[0] == 1.5
