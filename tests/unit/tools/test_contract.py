"""A result is held against what its tool declared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData
from example_tools import small_data, write_tools

from tools.contract import try_tool
from tools.data import describe
from tools.errors import NotApplicable, ToolFailed
from tools.registry import find_tools
from tools.tool import Result, tool


def test_a_tool_of_a_folder_works(tmp_path: Path) -> None:
    found = find_tools([write_tools(tmp_path)]).get("rank_by_similarity")
    result = try_tool(found, small_data(), sample="s1")
    assert list(result.tables["similarity"].index) == ["s2", "s3", "s4"]
    assert result.tables["similarity"].loc["s2", "cosine"] == pytest.approx(1.0)


def test_preconditions_come_first(tmp_path: Path) -> None:
    data = small_data()
    data.uns["scale"] = "raw"
    with pytest.raises(NotApplicable, match="scale `raw`"):
        try_tool(find_tools([write_tools(tmp_path)]).get("rank_by_similarity"), data, sample="s1")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("garbage", "returned str, not a Result"),
        ("lie", r"table `scores` lacks the columns \['p'\]"),
        ("no_probability", "column `p` of table `scores` is no probability"),
    ],
)
def test_a_broken_promise_is_told(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(ToolFailed, match=told):
        try_tool(find_tools([write_tools(tmp_path)]).get(name), small_data())


@pytest.mark.filterwarnings("ignore:.*names are not unique:UserWarning")
def test_data_must_be_there_and_named_once() -> None:
    @tool(changes_data=True)
    def read(kind: str) -> Result:
        """Read."""
        empty = AnnData(np.zeros((0, 3)))
        twice = AnnData(np.zeros((2, 1)), obs=pd.DataFrame(index=["a", "a"]))
        return Result("read", data={"none": None, "empty": empty, "twice": twice}[kind])

    for kind, told in (("none", "no data"), ("empty", "0 samples and 3 features"), ("twice", "occur twice")):
        with pytest.raises(ToolFailed, match=told):
            try_tool(read, kind=kind)


def test_sample_columns_that_are_promised_must_be_there() -> None:
    @tool(changes_data=True, adds=("cluster",))
    def read() -> Result:
        """Read."""
        return Result("read", data=small_data())

    with pytest.raises(ToolFailed, match=r"without the sample columns \['cluster'\]"):
        try_tool(read)


def test_data_is_described_without_its_numbers() -> None:
    data = small_data()
    data.obs["age"] = [61.0, 70.0, np.nan, 55.0]
    data.obs["id"] = ["p1", "p2", "p3", "p4"]
    data.obs["lab"] = "x"
    state = describe(data)
    assert (state.samples, state.features, state.scale, state.missing_share) == (4, 5, "log2", 0.05)
    kinds = {column.name: (column.kind, column.missing) for column in state.sample_columns}
    assert kinds == {"group": ("category", 0), "age": ("number", 1), "id": ("identifier", 0), "lab": ("constant", 0)}
    group, age = state.column("group"), state.column("age")
    assert group is not None
    assert group.levels == {"a": 2, "b": 2}
    assert age is not None
    assert (age.low, age.high) == (55.0, 70.0)
