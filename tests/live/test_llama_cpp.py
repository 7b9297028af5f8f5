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

from agent.errors import ModelFailed
from agent.models.endpoint import OpenAISettings
from agent.models.openai_model import MAX_REPAIRS, OpenAIModel
from agent.models.requests import REQUESTS, Request
from agent.models.usage import CallRecord

ROOT = Path(__file__).parents[2]
SCRIPT = Path(os.environ.get("ECHOLOCATE_TEST_LLM", ROOT.parent / "shared" / "scripts" / "local-llm"))
MODEL = os.environ.get("ECHOLOCATE_TEST_LLM_MODEL", "smol")
SAMPLES = int(os.environ.get("ECHOLOCATE_TEST_LLM_SAMPLES", "2"))
CONTEXTS = ROOT / "tests" / "unit" / "models" / "contexts"
LONGEST = {"smol": 400, "qwen": 1500}
"""Tokens an answer: what the golden contexts need, and what ends a model that repeats itself."""

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if not SCRIPT.is_file():
        pytest.skip(f"no language model here: {SCRIPT} is missing (set ECHOLOCATE_TEST_LLM)")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([SCRIPT, MODEL, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.kill()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if server.poll() is not None:
            pytest.skip(f"{SCRIPT} {MODEL} ended with code {server.returncode}: no weights or no package registry?")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    pytest.fail(f"{SCRIPT} {MODEL} did not answer within 5 minutes")


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    rows = [
        "| model | kind | asked | valid at first | valid after repair | failed | seconds an answer |",
        "|-|-|-|-|-|-|-|",
    ]
    yield rows
    output = ROOT / "tests" / "output"
    output.mkdir(exist_ok=True)
    (output / f"llama_cpp_{MODEL}.md").write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.kind)
async def test_every_question_is_answered_or_fails_clearly(url: str, table: list[str], kind: type[Request]) -> None:
    request = kind.model_validate_json((CONTEXTS / f"{kind.kind}.json").read_text(encoding="utf-8"))
    first = repaired = failed = 0
    seconds = 0.0
    for sample in range(SAMPLES):
        calls: list[CallRecord] = []
        settings = OpenAISettings(
            model=MODEL, base_url=url, temperature=0.3, seed=10 * sample, max_tokens=LONGEST[MODEL], timeout_s=900
        )
        try:
            answer = await OpenAIModel(settings, on_call=calls.append).ask(request)
        except ModelFailed:
            failed += 1
            assert [call.status for call in calls] == ["invalid"] * (1 + MAX_REPAIRS)
            assert all(call.flaw for call in calls)
        else:
            assert not request.flaw_of(answer)
            assert [call.status for call in calls] == ["invalid"] * (len(calls) - 1) + ["valid"]
            first += len(calls) == 1
            repaired += len(calls) > 1
        assert all(0 < call.usage.completion_tokens <= LONGEST[MODEL] for call in calls)
        seconds += sum(call.usage.seconds for call in calls)
    table.append(f"| {MODEL} | {kind.kind} | {SAMPLES} | {first} | {repaired} | {failed} | {seconds / SAMPLES:.1f} |")
