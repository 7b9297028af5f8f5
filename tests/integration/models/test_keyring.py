"""A key that is kept in a keyring, with the real `keyring` library and its command: it reaches the endpoint alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fault_server import FaultServer
from quick_runs import QUICK

pytest.importorskip("keyring")

SUPPORT = Path(__file__).parents[2] / "support"
KEY = "sk-kept-2342-2342-2342"


@pytest.fixture
def keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a keyring, outside of the folder that is worked in."""
    file = tmp_path / "keyring.json"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "file_keyring.FileKeyring")
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT), prepend=os.pathsep)
    monkeypatch.setenv("ECHOLOCATE_TEST_KEYRING", str(file))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return file


def python(folder: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    command = [sys.executable, "-m", *words]
    return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, text=True, check=False, timeout=300)


def ask(folder: Path, server: FaultServer) -> subprocess.CompletedProcess[str]:
    words = ["run", str(QUICK), "--model", "fake", "--base-url", server.url, "--sandbox", "process"]
    return python(folder, "agent.cli", *words, "--rounds", "1", "--ideas", "1", "--retrieval", "none")


def test_a_kept_key_is_sent_and_written_nowhere(tmp_path: Path, keyring: Path, server: FaultServer) -> None:
    server.will(server.fails(401, f"invalid key {KEY}"))
    kept = python(tmp_path, "keyring", "set", "echolocate", "OPENAI_API_KEY", stdin=f"{KEY}\n")
    assert kept.returncode == 0, kept.stderr
    assert KEY in keyring.read_text()
    work = tmp_path / "work"
    done = ask(work, server)
    assert done.returncode == 3, done.stderr
    assert set(server.keys) == {f"Bearer {KEY}"}
    assert "does not take the key (set OPENAI_API_KEY): " in done.stderr
    assert KEY not in done.stdout + done.stderr
    files = [path for path in work.rglob("*") if path.is_file()]
    assert any(path.name == "run.db" for path in files)
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


def test_a_keyring_that_does_not_open_gets_one_line(tmp_path: Path, keyring: Path, server: FaultServer) -> None:
    keyring.write_text("locked")
    done = ask(tmp_path / "work", server)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert (
        "the keyring does not open (the keyring is locked); set the environment variable OPENAI_API_KEY" in done.stderr
    )
    assert not server.calls
