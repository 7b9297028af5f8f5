"""What an endpoint can do, found out by asking it a few short questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx
from pydantic import SecretStr

from agent.errors import ModelUnavailable
from agent.models.keys import without_key

_TIMEOUT_S = 120.0
"""For one question: a model may have to be loaded for the first."""
_MAX_TOKENS = 40
_QUESTION = "Name any whole number below a thousand. Answer with a JSON object whose field `number` is that number."
_SCHEMA = {
    "type": "object",
    "properties": {"number": {"type": "integer"}},
    "required": ["number"],
    "additionalProperties": False,
}
_FORCED = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": _SCHEMA}}
_TOOL = {"type": "function", "function": {"name": "answer", "description": "Answer.", "parameters": _SCHEMA}}
_CHOSEN = {"type": "function", "function": {"name": "answer"}}
Reply = Any
"""A reply as JSON. Untrusted: whatever is looked for may be missing or of another type."""


class Abilities(NamedTuple):
    """What an endpoint showed."""

    can: tuple[str, ...]
    cannot: tuple[str, ...]
    context: int | None
    """Tokens of the model's context; None where the endpoint does not say."""

    def __str__(self) -> str:
        parts = [f"can: {', '.join(self.can) or 'plain text only'}"]
        parts += [f"cannot: {', '.join(self.cannot)}"] if self.cannot else []
        parts += [f"context: {self.context:,} tokens" if self.context else "context: it does not say"]
        return "; ".join(parts)


class _Probe(NamedTuple):
    """What is asked for, and what of the reply shows that it was understood."""

    ability: str
    asked: dict[str, Any]
    shown: Callable[[Reply], object]


def _content(reply: Reply) -> str:
    return str(reply["choices"][0]["message"]["content"]).lstrip()


_PROBES = (
    _Probe("answers by schema", {"response_format": _FORCED}, lambda reply: _content(reply).startswith("{")),
    _Probe(
        "tool calls",
        {"tools": [_TOOL], "tool_choice": _CHOSEN},
        lambda reply: reply["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"],
    ),
    _Probe("JSON mode", {"response_format": {"type": "json_object"}}, lambda reply: _content(reply).startswith("{")),
    _Probe("several samples a call", {"n": 2}, lambda reply: reply["choices"][1]),
    _Probe("log-probabilities", {"logprobs": True}, lambda reply: reply["choices"][0]["logprobs"]["content"]),
    _Probe("log-probabilities of the prompt", {"prompt_logprobs": 0}, lambda reply: reply["prompt_logprobs"]),
)


class Prober:
    """Asks one endpoint."""

    def __init__(self, base_url: str, key: SecretStr) -> None:
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._headers = {"Authorization": f"Bearer {key.get_secret_value() or 'none'}"}

    def require_listener(self) -> None:
        """See that somebody listens; what is said does not matter, since not every endpoint lists its models.

        Raises:
            ModelUnavailable: no connection.
        """
        try:
            self.models()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            text = without_key(f"{self._base_url} does not answer ({error})", self._key)
            raise ModelUnavailable(f"{text}: is the server running?") from None
        except (httpx.HTTPError, ValueError, LookupError, TypeError):
            return

    def models(self) -> list[str]:
        """Names of the models that it lists.

        Raises:
            httpx.HTTPError, ValueError, LookupError, TypeError: it does not answer, or with no list.
        """
        return [str(entry["id"]) for entry in self._get("/models")["data"]]

    def abilities(self, model: str) -> Abilities:
        """Ask a model eight short questions, each at most forty tokens long.

        Raises:
            httpx.HTTPError: it does not answer a plain one.
        """
        sampled = {"seed": 7, "temperature": 1.0}
        first = self._reply(model, sampled)
        found = {probe.ability: self._shows(model, probe) for probe in _PROBES}
        found["seeds"] = self._shows(model, _Probe("seeds", sampled, lambda reply: _content(reply) == _content(first)))
        can = tuple(name for name, works in found.items() if works)
        return Abilities(can, tuple(name for name in found if name not in can), self._context(model))

    def _reply(self, model: str, asked: dict[str, Any]) -> Reply:
        body = {"model": model, "messages": [{"role": "user", "content": _QUESTION}], "max_tokens": _MAX_TOKENS}
        url = f"{self._base_url}/chat/completions"
        reply = httpx.post(url, json=body | asked, headers=self._headers, timeout=_TIMEOUT_S)
        return reply.raise_for_status().json()

    def _shows(self, model: str, probe: _Probe) -> bool:
        try:
            return bool(probe.shown(self._reply(model, probe.asked)))
        except (httpx.HTTPError, ValueError, LookupError, TypeError):
            return False

    def _context(self, model: str) -> int | None:
        """Where vLLM and llama.cpp say it; others do not."""
        try:
            entry = next(entry for entry in self._get("/models")["data"] if entry["id"] == model)
            told = entry.get("max_model_len")
            return int(told or self._get("/props", root=True)["default_generation_settings"]["n_ctx"])
        except (httpx.HTTPError, ValueError, LookupError, TypeError, StopIteration):
            return None

    def _get(self, path: str, *, root: bool = False) -> Reply:
        base = self._base_url.removesuffix("/v1") if root else self._base_url
        return httpx.get(f"{base}{path}", headers=self._headers, timeout=10).raise_for_status().json()
