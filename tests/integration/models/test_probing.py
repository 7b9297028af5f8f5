"""What `doctor` says of an endpoint: what its replies show, whatever they are made of."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from fault_server import FaultServer, Handler
from pydantic import SecretStr

from agent.config import ModelChoice
from agent.doctor import _endpoint
from agent.models.probing import Prober

KEY = "sk-planted-4711"
ALL = (
    "answers by schema", "tool calls", "JSON mode", "several samples a call", "log-probabilities",
    "log-probabilities of the prompt", "seeds",
)  # fmt: skip


def does_all(handler: Handler) -> None:
    """An endpoint that understands everything."""
    asked = handler.body
    message: dict[str, Any] = {"content": '{"number": 7}' if "response_format" in asked else "7"}
    if "tools" in asked:
        message = {"content": None, "tool_calls": [{"function": {"name": "answer", "arguments": "{}"}}]}
    choice = {"message": message, "logprobs": {"content": [{"logprob": -0.1}]} if "logprobs" in asked else None}
    reply = {"choices": [choice] * asked.get("n", 1)}
    handler.send(200, reply | ({"prompt_logprobs": [None]} if "prompt_logprobs" in asked else {}))


def test_an_endpoint_that_does_everything(server: FaultServer) -> None:
    server.will(does_all)
    found = Prober(server.url, SecretStr(KEY)).abilities("fake")
    assert (set(found.can), found.cannot) == (set(ALL), ())
    assert set(server.keys) == {f"Bearer {KEY}"}


def test_an_endpoint_that_ignores_or_refuses_what_it_does_not_know(server: FaultServer) -> None:
    ignores, refuses = server.answers("seven"), server.fails(400)
    server.will(ignores, ignores, refuses, ignores, ignores, refuses, ignores, server.answers("eight"))
    found = Prober(server.url, SecretStr("")).abilities("fake")
    assert (found.can, set(found.cannot)) == ((), set(ALL))
    assert str(found).startswith("can: plain text only; cannot: ")


@pytest.mark.parametrize("payload", [b"null", b"[]", b"hello", json.dumps({"choices": [None]}).encode()])
def test_replies_that_are_none_show_nothing(server: FaultServer, payload: bytes) -> None:
    server.will(server.answers("7"), server.replies(200, payload))
    assert Prober(server.url, SecretStr("")).abilities("fake").can == ()


def test_an_endpoint_that_does_not_answer_is_an_error(server: FaultServer) -> None:
    server.will(server.fails(500))
    with pytest.raises(httpx.HTTPError):
        Prober(server.url, SecretStr("")).abilities("fake")


def test_doctor_says_it_in_words_and_without_the_key(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server.lists("fake", context=4096)
    server.will(does_all)
    there, able = _endpoint(ModelChoice(base_url=server.url))
    assert (there.works, there.detail) == (True, f"{server.url} serves fake")
    assert "fake: can: answers by schema, tool calls, JSON mode" in able.detail
    assert able.detail.endswith("context: 4,096 tokens")
    server.lists("fake", KEY)
    assert KEY not in str(list(_endpoint(ModelChoice(base_url=server.url))))
