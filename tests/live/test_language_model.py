"""Real small language models over llama.cpp: every kind of question is answered, or fails clearly, in bounded time.

`ECHOLOCATE_TEST_LLM` names a script that serves a model (`SCRIPT MODEL PORT`), `ECHOLOCATE_TEST_LLM_MODEL` the model
(default `smol`; `qwen` takes tens of minutes on two cores). The shares of valid answers go to `tests/output/`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from answer_shares import HEAD, QUESTIONS, ask_often

from agent.models.endpoint import OpenAISettings
from agent.models.openai_model import MAX_REPAIRS

ROOT = Path(__file__).parents[2]
SCRIPT = Path(os.environ.get("ECHOLOCATE_TEST_LLM", ROOT.parent / "shared" / "scripts" / "local-llm"))
MODEL = os.environ.get("ECHOLOCATE_TEST_LLM_MODEL", "smol")
SAMPLES = int(os.environ.get("ECHOLOCATE_TEST_LLM_SAMPLES", "1"))
LONGEST = {"smol": 400, "qwen": 1500}
"""Tokens an answer: what the golden contexts need, and what ends a model that repeats itself."""
TABLE = ROOT / "tests" / "output" / f"answers_{MODEL}.md"

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if not SCRIPT.is_file():
        _missing(f"no language model here: {SCRIPT} is missing (set ECHOLOCATE_TEST_LLM)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([SCRIPT, MODEL, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server)
            TABLE.parent.mkdir(exist_ok=True)
            TABLE.write_text(f"{HEAD}\n", encoding="utf-8")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def _missing(text: str) -> None:
    """Skip, or fail where `ECHOLOCATE_REQUIRE` says that there is a language model."""
    if "llm" in os.environ.get("ECHOLOCATE_REQUIRE", "").split(","):
        pytest.fail(text)
    pytest.skip(text)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            _missing(f"{SCRIPT} {MODEL} ended with code {server.returncode}: no weights or no package registry?")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    pytest.fail(f"{SCRIPT} {MODEL} did not answer within 5 minutes")


@pytest.mark.parametrize("kind", QUESTIONS)
async def test_every_question_is_answered_or_fails_clearly(url: str, kind: str) -> None:
    settings = OpenAISettings(
        model=MODEL, base_url=url, temperature=0.3, max_tokens=LONGEST[MODEL], timeout_s=900, patience_s=1800
    )
    share = await ask_often(settings, kind, SAMPLES, f"{MODEL}, llama.cpp")
    assert share.first + share.repaired + share.failed == SAMPLES
    assert all(0 < call.usage.completion_tokens <= LONGEST[MODEL] for call in share.calls)
    assert all(bool(call.flaw) == (call.status == "invalid") for call in share.calls)
    assert len(share.calls) <= SAMPLES * (1 + MAX_REPAIRS)
    with TABLE.open("a", encoding="utf-8") as table:
        table.write(f"{share}\n")
