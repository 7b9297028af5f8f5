"""Tools of a real MCP server over its standard streams."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import mcp_stations
import pytest
from example_tools import small_data

from agent.tool_calls import place_of
from sandboxes.process import ProcessSandbox
from sandboxes.sandbox import Job, Limits
from tools.calls import collect, prepare
from tools.contract import try_tool
from tools.errors import NotApplicable, ToolFailed, ToolInvalid
from tools.mcp_client import remote_tools
from tools.registry import find_tools
from tools.servers import McpServer

STATIONS = McpServer(name="field_stations", command=(sys.executable, str(mcp_stations.__file__)))


def test_a_servers_tools_are_tools() -> None:
    spec = find_tools(servers=[STATIONS]).get("field_stations_count_measured").spec
    assert spec.summary == "Count the measured values of each sample."
    assert spec.reads_data
    assert set(spec.parameters["properties"]) == {"least"}
    assert [table.name for table in spec.tables] == ["rows"]
    assert spec.server == STATIONS


def test_it_works_on_the_data_and_returns_a_table() -> None:
    result = try_tool(remote_tools(STATIONS)["field_stations_count_measured"], small_data(), least=5)
    assert result.tables["rows"]["measured"].to_dict() == {"s1": 5, "s3": 5, "s4": 5}
    assert result.facts == {"samples": 3}


def test_a_call_as_a_program_gives_the_same(tmp_path: Path) -> None:
    tool = find_tools(servers=[STATIONS]).get("field_stations_count_measured")
    prepared = prepare(tool, {"least": 0}, tmp_path)
    small_data().write_h5ad(tmp_path / "data.h5ad")
    job = Job(
        id="call",
        command=prepared.command,
        code=prepared.code,
        inputs={**prepared.inputs, "data.h5ad": tmp_path / "data.h5ad"},
        outputs=prepared.outputs,
        env=prepared.env,
        limits=Limits(wall_s=60),
    )
    outcome = ProcessSandbox().run(job, tmp_path / "jobs")
    assert outcome.status == "ok", outcome.log
    assert collect(tool.spec, outcome.outputs).facts == {"samples": 4}


def test_wrong_parameters_are_told_before_the_server_is_asked() -> None:
    tool = remote_tools(STATIONS)["field_stations_count_measured"]
    with pytest.raises(NotApplicable, match="parameter `least`"):
        try_tool(tool, small_data(), least="many")


@pytest.mark.parametrize(("name", "told"), [("fail", "out of paper"), ("die", "stations")])
def test_a_server_that_fails_or_dies_costs_the_call_only(name: str, told: str) -> None:
    parameters = {"reason": "out of paper"} if name == "fail" else {}
    with pytest.raises(ToolFailed, match=told):
        try_tool(remote_tools(STATIONS)[f"field_stations_{name}"], **parameters)


def test_what_is_no_server_is_listed_as_broken() -> None:
    server = McpServer(name="silent", command=(sys.executable, "-c", "print('no JSON')"))
    assert "MCP server silent" in find_tools(servers=[server]).broken


@pytest.mark.parametrize(
    ("text", "told"), [("stations", "name=program"), ("a=", "name=program"), ("a=no-such-program x", "no program")]
)
def test_a_server_that_cannot_be_is_refused_in_one_line(text: str, told: str) -> None:
    with pytest.raises(ToolInvalid, match=told):
        McpServer.parse(text)


def test_a_server_reaches_the_network_from_where_its_tools_are_called(tmp_path: Path) -> None:
    """It is often the door to a database; a sandbox, and the plain process in its place, shuts the network out."""
    spec = remote_tools(STATIONS)["field_stations_count_measured"].spec
    with socket.create_server(("127.0.0.1", 0)) as listening:
        connect = f"import socket; socket.create_connection({listening.getsockname()!r}).close()"
        (tmp_path / "code").mkdir()
        job = Job(id="connect", command=("python", "-c", connect), code=tmp_path / "code", limits=Limits(wall_s=60))
        outcome = place_of(spec, ProcessSandbox).run(job, tmp_path / "jobs")
    assert outcome.status == "ok", outcome.log
