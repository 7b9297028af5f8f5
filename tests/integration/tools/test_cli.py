"""`echolocate tools`, as a scientist with a tool of their own uses it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest
from example_tools import SIMILARITY, small_data, write_tools


def echolocate(*arguments: str | Path, where: Path, fails: int = 0) -> str:
    command = [str(Path(sys.executable).with_name("echolocate")), "tools", *map(str, arguments)]
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == fails, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")


def test_a_new_tool_works_as_it_is_written(tmp_path: Path) -> None:
    echolocate("new", "count_measured", where=tmp_path)
    said = echolocate("validate", "tools", where=tmp_path)
    assert "1 passed" in said
    assert "count_measured: fit to be used" in said
    assert "count_measured" in echolocate("list", "--tools", "tools", where=tmp_path)
    again = echolocate("new", "count_measured", where=tmp_path, fails=2)
    assert again == "echolocate: tools/count_measured.py is there already\n"


def test_a_tool_written_by_the_documentation_is_tried_on_data(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "similarity.py").write_text(SIMILARITY)
    small_data().write_h5ad(tmp_path / "data.h5ad")
    arguments = ("try", "rank_by_similarity", "--tools", "own", "--data", "data.h5ad", "--sandbox", "process")
    said = echolocate(*arguments, "--set", "sample=s1", where=tmp_path)
    assert "s2 is nearest to s1." in said
    with (tmp_path / "tried" / "similarity.csv").open(newline="") as opened:
        assert [row[0] for row in csv.reader(opened)] == ["", "s2", "s3", "s4"]
    missing = echolocate(*arguments, where=tmp_path, fails=2)
    assert missing == "echolocate: parameter `sample`: field required\n"
    crashed = echolocate(*arguments, "--set", "sample=s9", where=tmp_path, fails=2)
    assert crashed == "echolocate: rank_by_similarity: ended with error: KeyError: 's9'\n"


def test_show_says_what_a_planner_reads(tmp_path: Path) -> None:
    write_tools(tmp_path / "own")
    said = echolocate("show", "rank_by_similarity", "--tools", "own", where=tmp_path)
    assert "Rank samples by their likeness to one of them." in said
    assert "cosine of the angle between the two samples, -1 to 1" in said


def test_what_is_not_fit_is_said_line_by_line(tmp_path: Path) -> None:
    write_tools(tmp_path / "own")
    (tmp_path / "own" / "broken.py").write_text("import nothing_of_this_name")
    said = echolocate("validate", "own", where=tmp_path, fails=2)
    assert "own/broken.py: ModuleNotFoundError: No module named 'nothing_of_this_name'" in said
    assert "crash: the docstring has one line" in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("new", "Not A Name"), "cannot be a tool's name"),
        (("show", "rank_by_similarty"), "there is no tool `rank_by_similarty`"),
        (("list", "--mcp", "nonsense"), "name=program"),
        (("validate", "empty"), "no tool in it"),
        (("try", "normalise"), "normalise works on data: name it with --data"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    (tmp_path / "empty").mkdir()
    said = echolocate(*arguments, where=tmp_path, fails=2)
    assert told in said
    assert len(said.splitlines()) == 1


def test_a_package_announces_its_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "likeness"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""Likeness."""\n')
    (package / "samples.py").write_text(SIMILARITY)
    metadata = tmp_path / "site" / "likeness-1.2.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: likeness\nVersion: 1.2\n")
    (metadata / "entry_points.txt").write_text("[echolocate.tools]\nlikeness = likeness\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    said = echolocate("list", where=tmp_path)
    assert "rank_by_similarity" in said
    assert "likeness 1.2" in said
    small_data().write_h5ad(tmp_path / "data.h5ad")
    arguments = ("try", "rank_by_similarity", "--data", "data.h5ad", "--sandbox", "process", "--set", "sample=s4")
    assert "s3 is nearest to s4." in echolocate(*arguments, where=tmp_path)


def test_other_agents_use_the_tools_over_mcp(tmp_path: Path) -> None:
    import asyncio

    from mcp import ClientSession, StdioServerParameters, stdio_client

    write_tools(tmp_path / "own")
    small_data().write_h5ad(tmp_path / "data.h5ad")
    server = StdioServerParameters(
        command=str(Path(sys.executable).with_name("echolocate")),
        args=["tools", "serve", "--sandbox", "process", "--tools", str(tmp_path / "own")],
        env={"XDG_CACHE_HOME": str(tmp_path / "cache")},
    )

    async def talk() -> None:
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            listed = {tool.name: tool for tool in (await session.list_tools()).tools}
            assert listed["rank_by_similarity"].input_schema["required"] == ["data", "sample"]
            arguments = {"data": str(tmp_path / "data.h5ad"), "sample": "s1"}
            answer = await session.call_tool("rank_by_similarity", arguments)
            assert not answer.is_error
            assert answer.structured_content is not None
            table = Path(answer.structured_content["tables"]["similarity"])
            assert table.read_text().startswith(",cosine\ns2,")
            refused = await session.call_tool("rank_by_similarity", {"data": str(tmp_path / "data.h5ad")})
            assert refused.is_error
            assert "parameter `sample`" in json.dumps([part.model_dump() for part in refused.content])

    asyncio.run(asyncio.wait_for(talk(), 120))
