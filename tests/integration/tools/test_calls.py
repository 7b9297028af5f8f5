"""A tool call as a program in a real sandbox: what comes back is what the tool returned, or costs the step only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from example_tools import small_data, write_tools

from sandboxes.process import ProcessSandbox
from sandboxes.sandbox import Job, Limits, Outcome
from tools.calls import RESULT, Call, Prepared, Returned, collect, prepare, prepare_chain
from tools.errors import NotApplicable, ToolFailed
from tools.registry import find_tools
from tools.tool import Tool


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_tools(tmp_path / "own")


def run(prepared: Prepared, tmp_path: Path, wall_s: float = 60, data: Path | None = None) -> Outcome:
    if data is None:
        data = tmp_path / "data.h5ad"
        small_data().write_h5ad(data)
    job = Job(
        id=f"call-{prepared.hash[:32]}",
        command=prepared.command,
        code=prepared.code,
        inputs={**prepared.inputs, "data.h5ad": data},
        outputs=prepared.outputs,
        env=prepared.env,
        limits=Limits(wall_s=wall_s),
    )
    return ProcessSandbox().run(job, tmp_path / "jobs")


def call(tool: Tool, tmp_path: Path, **parameters: Any) -> Returned:
    outcome = run(prepare(tool, parameters, tmp_path), tmp_path)
    assert outcome.status == "ok", outcome.log
    return collect(tool.spec, outcome.outputs)


def test_a_tool_from_a_folder_runs_elsewhere_as_it_runs_here(folder: Path, tmp_path: Path) -> None:
    returned = call(find_tools([folder]).get("rank_by_similarity"), tmp_path, sample="s1")
    assert returned.summary == "s2 is nearest to s1."
    lines = returned.tables["similarity"].read_text().splitlines()
    assert lines[0] == ",cosine"
    assert [line.split(",")[0] for line in lines[1:]] == ["s2", "s3", "s4"]
    assert {"anndata", "numpy", "pandas"} <= set(returned.versions)
    assert returned.data is None


def test_the_same_call_has_the_same_hash_and_another_has_another(folder: Path, tmp_path: Path) -> None:
    tool = find_tools([folder]).get("rank_by_similarity")
    first = prepare(tool, {"sample": "s1"}, tmp_path)
    assert prepare(tool, {"sample": "s1"}, tmp_path).hash == first.hash
    assert prepare(tool, {"sample": "s2"}, tmp_path).hash != first.hash
    (tmp_path / "sets.gmt").write_text("one")
    with_file = prepare(tool, {"sample": "s1"}, tmp_path, files={"sets": tmp_path / "sets.gmt"})
    assert with_file.hash != first.hash


def test_preconditions_are_checked_once_more_where_the_data_is(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotApplicable, match="parameter `sample`"):
        call(find_tools([folder]).get("rank_by_similarity"), tmp_path)


@pytest.mark.parametrize(
    ("name", "told"), [("garbage", "not a Result"), ("lie", "lacks the columns"), ("no_probability", "no probability")]
)
def test_a_tool_that_breaks_its_word_fails_with_the_reason(folder: Path, tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(ToolFailed, match=told):
        call(find_tools([folder]).get(name), tmp_path)


def test_a_tool_that_crashes_leaves_its_traceback(folder: Path, tmp_path: Path) -> None:
    tool = find_tools([folder]).get("crash")
    outcome = run(prepare(tool, {}, tmp_path), tmp_path)
    assert outcome.status == "error"
    assert "ZeroDivisionError" in outcome.log
    with pytest.raises(ToolFailed, match="ended without a result"):
        collect(tool.spec, outcome.outputs)


def test_a_file_that_cannot_be_read_is_told_by_the_name_that_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "mine.tsv").write_text("protein\ts1\ts2\n")
    tool = find_tools().get("read_quantities")
    outcome = run(prepare(tool, {"table": "table"}, tmp_path, files={"table": tmp_path / "mine.tsv"}), tmp_path)
    with pytest.raises(ToolFailed, match=r"^file-table\.tsv: has a header and no line below it"):
        collect(tool.spec, outcome.outputs)


def test_a_chain_gives_what_its_calls_give_one_by_one(tmp_path: Path) -> None:
    """Each call finds the data and the tables that those before it left, and every output is told apart."""
    tools = find_tools()
    pair = {"group": "group", "numerator": "b", "denominator": "a"}
    calls = [
        Call("s1", tools.get("normalise"), {"method": "median"}),
        Call("s2", tools.get("test_differential"), pair),
        Call("s3", tools.get("plot_volcano"), {"tests": "s2.differential"}),
    ]
    outcome = run(prepare_chain(calls, tmp_path), tmp_path)
    assert outcome.status == "ok", outcome.log
    chained = [collect(one.tool.spec, outcome.outputs, place) for place, one in enumerate(calls)]
    assert "volcano.svg" in chained[2].figures
    assert chained[0].data is not None
    alone = run(prepare(calls[1].tool, pair, tmp_path), tmp_path, data=chained[0].data)
    table = collect(calls[1].tool.spec, alone.outputs).tables["differential"]
    assert chained[1].tables["differential"].read_bytes() == table.read_bytes()


def test_a_chain_ends_with_the_call_that_gives_nothing(folder: Path, tmp_path: Path) -> None:
    """What came before it is kept: a crash costs its own step."""
    tools = find_tools([folder])
    calls = [
        Call("s1", tools.get("rank_by_similarity"), {"sample": "s1"}),
        Call("s2", tools.get("crash"), {}),
        Call("s3", tools.get("rank_by_similarity"), {"sample": "s2"}),
    ]
    outcome = run(prepare_chain(calls, tmp_path), tmp_path)
    assert outcome.status == "error"
    assert collect(calls[0].tool.spec, outcome.outputs).summary == "s2 is nearest to s1."
    for place in (1, 2):
        with pytest.raises(ToolFailed, match="ended without a result"):
            collect(calls[place].tool.spec, outcome.outputs, place)


def test_a_tool_that_hangs_is_ended(folder: Path, tmp_path: Path) -> None:
    outcome = run(prepare(find_tools([folder]).get("hang"), {}, tmp_path), tmp_path, wall_s=8)
    assert outcome.status == "timeout"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1, 2]", "is no result"),
        ("\x00\xff", "is no result"),
        ('{"summary": "fine", "facts": {"a": [1]}}', "is no result"),
        ('{"summary": "fine"}', "did not return scores.csv"),
        ('{"summary": "' + "x" * (5 << 20) + '"}', "at most"),
    ],
)
def test_a_forged_result_is_refused(folder: Path, tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / RESULT).write_text(text, encoding="latin-1")
    with pytest.raises(ToolFailed, match=told):
        collect(find_tools([folder]).get("lie").spec, {RESULT: tmp_path / RESULT})


def test_a_forged_table_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / RESULT).write_text('{"summary": "fine"}')
    (tmp_path / "scores.csv").write_text(",z\na,1\n")
    outputs = {RESULT: tmp_path / RESULT, "scores.csv": tmp_path / "scores.csv"}
    with pytest.raises(ToolFailed, match="lacks the columns p"):
        collect(find_tools([folder]).get("lie").spec, outputs)
