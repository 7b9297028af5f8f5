"""A model server of one's own, with a program that stands for vLLM: started, waited for, watched, stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from quick_runs import QUICK

from agent.errors import BadConfiguration, ModelUnavailable
from agent.models.serving import served_name, serving

LIKE = Path(__file__).parents[2] / "support" / "vllm_like"


@pytest.fixture(autouse=True)
def pid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the server leaves its process id and what it was given."""
    monkeypatch.setenv("PATH", f"{LIKE}:{os.environ['PATH']}")
    monkeypatch.setenv("VLLM_LIKE_PID", str(tmp_path / "pid"))
    return tmp_path / "pid"


def lives(pid: Path) -> bool:
    try:
        os.kill(int(pid.read_text().split()[0]), 0)
    except ProcessLookupError:
        return False
    return True


def test_a_server_answers_within_the_block_and_is_gone_after_it(tmp_path: Path, pid: Path) -> None:
    with serving(["org/model", "--dtype", "bfloat16"], tmp_path / "log") as server:
        assert httpx.get(server.base_url.removesuffix("/v1") + "/health").is_success
        assert lives(pid)
    assert not lives(pid)
    assert " serve org/model --dtype bfloat16 --host 127.0.0.1 --port " in pid.read_text()


def test_a_server_that_ends_while_it_starts_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ModelUnavailable, match=r"ended with code 1; its log, .*, ends: RuntimeError: no such model"),
        serving(["org/model", "--broken"], tmp_path / "log"),
    ):
        pass


def work_under_which_it_dies(log: Path, pid: Path) -> None:
    with serving(["m"], log) as server:
        os.kill(int(pid.read_text().split()[0]), signal.SIGKILL)
        while not server.has_ended:
            time.sleep(0.01)
        raise ModelUnavailable("the endpoint does not answer")


def test_a_server_that_dies_under_a_run_is_named_as_the_cause(tmp_path: Path, pid: Path) -> None:
    with pytest.raises(ModelUnavailable, match="vllm serve ended with code -9"):
        work_under_which_it_dies(tmp_path / "log", pid)


def test_a_server_that_never_answers_is_not_waited_for_without_end(tmp_path: Path) -> None:
    with (
        pytest.raises(ModelUnavailable, match=r"does not answer after 0\.1 s"),
        serving(["m"], tmp_path / "log", start_s=0.1),
    ):
        pass


def test_without_vllm_one_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BadConfiguration, match=r"no `vllm` on the PATH: install"), serving(["m"], tmp_path / "log"):
        pass


@pytest.mark.parametrize(
    ("arguments", "name"),
    [(["a/b"], "a/b"), (["a/b", "--served-model-name", "c"], "c"), (["a/b", "--served-model-name=c"], "c")],
)
def test_the_name_that_a_model_is_served_under(arguments: list[str], name: str) -> None:
    assert served_name(arguments) == name


def echolocate(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "agent.cli", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=folder, stdout=pipe, stderr=pipe, text=True, env={**os.environ, "COLUMNS": "200"}
    )


def test_a_run_serves_its_model_and_stops_it(tmp_path: Path, pid: Path) -> None:
    (tmp_path / "own.toml").write_text("[models.default]\nmax_tokens = 321\n")
    words = ["--serve", "org/model --dtype auto", "--sandbox", "process", "--rounds", "1", "--ideas", "2"]
    words += ["--config", "own.toml"]
    process = echolocate(tmp_path, "run", str(QUICK), *words, "--retrieval", "none", "--name", "served")
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert "The language model org/model at http://127.0.0.1:" in out
    assert not lives(pid)
    assert "--serve 'org/model --dtype auto'" in (tmp_path / "runs/served/report.md").read_text()
    assert "max_tokens = 321" in (tmp_path / "runs/served/run.toml").read_text()


def test_serve_says_how_to_use_the_model_and_ends_with_ctrl_c(tmp_path: Path, pid: Path) -> None:
    process = echolocate(tmp_path, "serve", "org/model", "--dtype", "auto")
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(2)]
    assert "OPENAI_BASE_URL=http://127.0.0.1:" in lines[1]
    assert "--model org/model" in lines[1]
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert not lives(pid)


def gone(pid: Path) -> bool:
    """Whether the server ends within ten seconds."""
    for _ in range(100):
        if not lives(pid):
            return True
        time.sleep(0.1)
    return False


def test_a_server_does_not_outlive_a_killed_command(tmp_path: Path, pid: Path) -> None:
    process = echolocate(tmp_path, "serve", "org/model")
    assert process.stdout is not None
    for _ in range(2):
        process.stdout.readline()
    process.kill()
    process.communicate()
    assert gone(pid)


def test_a_server_that_hears_no_signal_does_not_outlive_its_command_either(tmp_path: Path, pid: Path) -> None:
    """vLLM is one while it starts."""
    killed = """
import os, signal
from pathlib import Path
from agent.models import serving

serving._STOP_S = 0.1
with serving.serving(["m", "--deaf"], Path("log")):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", killed], cwd=tmp_path, check=False, timeout=60)
    assert gone(pid)
