"""What the command says of models: mistakes get one line and leave nothing behind, a replay needs no task."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from fault_server import FaultServer
from quick_runs import QUICK

from agent.cli_models import chosen
from agent.config import ModelChoice, OwnSettings

FAST = ("--sandbox", "process", "--rounds", "1", "--ideas", "2", "--retrieval", "none")


def echolocate(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "agent.cli", *words],
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize(
    ("words", "settings", "says"),
    [
        (("run",), "", "name a task, such as digits, or a run to repeat with --replay"),
        (("run", "digits", "--replay", "one"), "", "and not both"),
        (("run", "--replay", "none"), "", "none: no run and no recording"),
        (("export", "none", "--recording", "out.json"), "", "none: no run and no recording"),
        (("run", "digits", "--model", "mine", "--base-url", "http://h/v1", "--dollars", "1"), "", "no price is known"),
        (("run", "digits", "--model", "gpt-5"), "", "no key for api.openai.com: set OPENAI_API_KEY"),
        (("run", "digits"), "[models.write]\nname = 'm'\nbase_url = 'http://h/v1'", "write: no such question"),
        (("run", "digits"), "[models.write_code]\nmodel = 'm'", "own.toml: models.write_code.model: Extra inputs"),
        (("run", "digits"), "[models.default]\nname = 'm'\nkey = 'sk-secret'", "own.toml: models.default.key: String"),
        (("run", "digits"), "models", "own.toml: not a TOML file"),
    ],
)
def test_a_mistake_gets_one_line_and_leaves_nothing(tmp_path: Path, words, settings: str, says: str) -> None:
    if settings:
        (tmp_path / "own.toml").write_text(settings)
        words = (*words, "--config", "own.toml")
    done = echolocate(tmp_path, *words, OPENAI_API_KEY="")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert "sk-secret" not in done.stderr
    assert not (tmp_path / "runs").exists()


def test_an_endpoint_that_nobody_serves_is_told_before_the_run_begins(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    done = echolocate(tmp_path, "run", "digits", "--model", "m", "--base-url", url)
    assert (done.returncode, done.stdout) == (3, ""), done.stderr
    assert f"{url} does not answer" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_run_is_repeated_from_its_name_and_from_its_export(tmp_path: Path, server: FaultServer) -> None:
    server.will(server.researches)
    model = ("--model", "fake", "--base-url", server.url)
    done = echolocate(tmp_path, "run", str(QUICK), *model, *FAST, "--name", "one")
    assert done.returncode == 0, done.stderr
    asked = len(server.calls)
    assert "estimate  9 to 63 calls" in done.stdout
    assert asked == 10  # of two ideas one is repaired
    again = echolocate(tmp_path, "run", "--replay", "one", "--name", "two")
    assert again.returncode == 0, again.stderr
    assert "The recorded answers of openai:fake; nothing is asked anew." in again.stdout
    exported = echolocate(tmp_path, "export", "one", "--recording", "one.json")
    assert f"one.json: {asked} answers of one" in exported.stdout
    third = echolocate(tmp_path, "run", "--replay", "one.json", "--name", "three", "--json")
    assert third.returncode == 0, third.stderr
    assert len(server.calls) == asked


def test_an_address_that_a_kind_of_question_does_not_name_is_the_default_s() -> None:
    coder = ModelChoice(name="coder")
    own = OwnSettings(models={"default": ModelChoice(name="d", base_url="http://file/v1"), "write_code": coder})
    default, others = chosen(own, None, "http://environment/v1")
    assert (default.base_url, others["write_code"].base_url) == ("http://file/v1", "http://file/v1")
    default, others = chosen(OwnSettings(models={"write_code": coder}), "typed", "http://environment/v1")
    assert (default.name, default.base_url) == ("typed", "http://environment/v1")
    assert others["write_code"].base_url == "http://environment/v1"
    assert chosen(OwnSettings(), None, "http://environment/v1") == (ModelChoice(), {})
