"""One chat call of an OpenAI-compatible endpoint: bounded retries, and faults told apart by who must act.

Endpoints differ in what they take. What one refuses is learnt from its first refusal and remembered.
"""

from __future__ import annotations

import asyncio
import random
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import openai
from openai import AsyncOpenAI
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, stop_before_delay

from agent.errors import BadConfiguration, ModelFailed, ModelUnavailable
from agent.models.completion import Completion
from agent.models.keys import without_key

TRIES = 6
"""Calls for one reply, the first included."""
LONGEST_WAIT_S = 30.0
QUESTIONS_BEFORE_GIVING_UP = 3
"""So many questions in a row without a reply, and the endpoint counts as gone."""
_SEEDS_APART = 100
"""Between samples that are asked for one by one: more than a question has repairs."""
Message = dict[str, str]
"""A turn of a conversation: `role` and `content`."""
_OPENAI = "https://api.openai.com/v1"


class OpenAISettings(BaseModel):
    """An endpoint, a model of it, and how to sample. The key is never shown, logged or written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = Field(min_length=1)
    base_url: str = _OPENAI
    api_key: SecretStr = SecretStr("")
    """Empty for an endpoint that wants none."""
    temperature: float | None = Field(default=None, ge=0)
    """None leaves it to the endpoint."""
    seed: int | None = None
    max_tokens: int = Field(default=4096, ge=1)
    """Longest answer, so that a model that repeats itself without end comes to one."""
    samples: int = Field(default=1, ge=1)
    """Answers to a question, of which the likeliest usable one is taken: a way to have small models answer."""
    timeout_s: float = Field(default=600.0, gt=0)
    """Seconds for one call."""
    patience_s: float = Field(default=1800.0, gt=0)
    """Seconds for one question, with all retries and repairs."""
    first_wait_s: float = Field(default=1.0, gt=0)
    """Seconds before the second try; doubles from there."""


class Sampling(NamedTuple):
    """How one question is sampled, beside the settings of its endpoint."""

    seed_offset: int = 0
    """Added to the seed, so that a question asked again is sampled anew."""
    samples: int = 1
    repetition_penalty: float = 0.0
    """OpenAI's `frequency_penalty`: above zero for a model that repeats itself."""


class BadReply(Exception):
    """A reply with status 200 that is no chat completion."""


class Unsupported(Exception):
    """The endpoint refuses the form of answer that was asked for."""


class TooLong(Exception):
    """The question is longer than the model's context."""


class Endpoint:
    """Calls one model of one endpoint."""

    def __init__(self, settings: OpenAISettings) -> None:
        if settings.base_url == _OPENAI and not settings.api_key.get_secret_value():
            raise BadConfiguration(
                "no key for api.openai.com: set OPENAI_API_KEY, or set OPENAI_BASE_URL to an endpoint that needs none"
            )
        address = urlsplit(settings.base_url)
        if address.password or address.query:
            raise BadConfiguration(
                "the endpoint's address (OPENAI_BASE_URL) holds a password or a query, which would stand in records "
                "and messages: use OPENAI_API_KEY"
            )
        self._settings = settings
        self._client = AsyncOpenAI(
            base_url=settings.base_url,
            api_key=settings.api_key.get_secret_value() or "none",
            timeout=settings.timeout_s,
            max_retries=0,
            # No connection outlives its call, so there is nothing to close and no event loop to belong to.
            default_headers={"Connection": "close"},
        )
        self._refused: set[str] = set()
        self._without_reply = 0

    async def complete(self, messages: list[Message], extra: dict[str, Any], sampling: Sampling) -> Completion:
        """Samples of a reply: in one call where the endpoint gives several, else in several side by side.

        Args:
            messages: the conversation.
            extra: parameters that force the form of the answer; empty for plain text.
            sampling: how many, and how.

        Raises: what `_one_call` raises.
        """
        completion = await self._one_call(messages, extra, sampling)
        missing = sampling.samples - len(completion.choices)
        if missing > 0:
            self._refused.add("n")
            others = [
                sampling._replace(samples=1, seed_offset=sampling.seed_offset + _SEEDS_APART * number)
                for number in range(1, missing + 1)
            ]
            for one in await asyncio.gather(*(self._one_call(messages, extra, other) for other in others)):
                completion = completion.plus(one)
        return completion

    async def _one_call(self, messages: list[Message], extra: dict[str, Any], sampling: Sampling) -> Completion:
        """One reply.

        Raises:
            Unsupported: the endpoint does not take `extra`.
            TooLong: the messages do not fit the model's context.
            ModelFailed: no reply to this question.
            ModelUnavailable: the endpoint is not there, does not know the model, or takes no key of ours.
        """
        retrying = AsyncRetrying(
            retry=retry_if_exception(_may_pass),
            wait=self._wait,
            stop=stop_after_attempt(TRIES) | stop_before_delay(self._settings.patience_s),
            reraise=True,
        )
        try:
            completion: Completion = await retrying(self._adapting_call, messages, extra, sampling)
        except (openai.APIError, BadReply) as error:
            raise self._as_ours(error) from None  # the client's errors hold the request, and with it the key
        self._without_reply = 0
        return completion

    async def _adapting_call(self, messages: list[Message], extra: dict[str, Any], sampling: Sampling) -> Completion:
        """Call, leaving out sampling parameters that the endpoint turns down."""
        while True:
            try:
                return await self._call({**self._sampling(sampling), "messages": messages, **extra})
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if _is_about_length(error):
                    raise TooLong(self._scrubbed(error.message)) from None
                named = self._named_in(error, sampling)
                if named is None and extra:
                    raise Unsupported(self._scrubbed(error.message)) from None
                if named is None:
                    raise
                self._refused.add(named)

    async def _call(self, body: dict[str, Any]) -> Completion:
        reply = await self._client.chat.completions.with_raw_response.create(model=self._settings.model, **body)
        try:
            return Completion.model_validate_json(without_key(reply.text, self._settings.api_key))
        except ValidationError as error:
            raise BadReply(f"{error.error_count()} fields of the reply are missing or of a wrong type") from None

    def _sampling(self, sampling: Sampling) -> dict[str, Any]:
        """Sampling parameters, without those that the endpoint has refused."""
        settings = self._settings
        limit = "max_tokens" if "max_completion_tokens" in self._refused else "max_completion_tokens"
        wanted: dict[str, Any] = {limit: settings.max_tokens}
        if settings.temperature is not None:
            wanted["temperature"] = settings.temperature
        if settings.seed is not None:
            wanted["seed"] = settings.seed + sampling.seed_offset
        if sampling.samples > 1:
            wanted["n"] = sampling.samples
        if settings.samples > 1:
            wanted["logprobs"] = True
        if sampling.repetition_penalty:
            wanted["frequency_penalty"] = sampling.repetition_penalty
        return {name: value for name, value in wanted.items() if name not in self._refused}

    def _named_in(self, error: openai.APIStatusError, sampling: Sampling) -> str | None:
        """The sampling parameter, sent and not refused before, that a refusal speaks of."""
        words = set(re.findall(r"\w+", error.message.lower()))
        return next((name for name in self._sampling(sampling) if name in words), None)

    def _wait(self, state: RetryCallState) -> float:
        """Seconds until the next try: what the endpoint asks for, else exponential with jitter."""
        error = state.outcome.exception() if state.outcome else None
        asked = _retry_after_s(error) if isinstance(error, openai.APIStatusError) else None
        if asked is not None:
            return asked
        longest = min(self._settings.first_wait_s * 2 ** (state.attempt_number - 1), LONGEST_WAIT_S)
        return random.uniform(longest / 2, longest)

    def _as_ours(self, error: openai.APIError | BadReply) -> ModelFailed | ModelUnavailable:
        """The error of the agent's tree that says who must act."""
        text = self._scrubbed(str(error))
        where = f"{self._settings.model} at {self._settings.base_url}"
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return ModelUnavailable(f"{where} does not take the key (set OPENAI_API_KEY): {text}")
        if isinstance(error, openai.NotFoundError):
            return ModelUnavailable(f"{where}: no such model or no such address: {text}")
        if isinstance(error, openai.APIConnectionError) and not isinstance(error, openai.APITimeoutError):
            return ModelUnavailable(f"{where} does not answer ({error.__cause__ or text}): is the server running?")
        if isinstance(error, openai.RateLimitError) and error.code == "insufficient_quota":
            return ModelUnavailable(f"{where}: the account has no credit left: {text}")
        if isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
            return ModelFailed(f"{where} refuses the question: {text}")
        self._without_reply += 1
        if self._without_reply >= QUESTIONS_BEFORE_GIVING_UP:
            return ModelUnavailable(f"{where} gave no reply to {self._without_reply} questions in a row: {text}")
        return ModelFailed(f"{where} gave no reply: {text}")

    def _scrubbed(self, text: str) -> str:
        """One line without the key."""
        # First the key, then the length: a key that is cut off in the middle would not be found.
        return " ".join(without_key(text, self._settings.api_key).split())[:400]


def _may_pass(error: BaseException) -> bool:
    """Whether the same call may succeed a little later."""
    if isinstance(error, openai.RateLimitError):
        return error.code != "insufficient_quota"
    if isinstance(error, openai.APIStatusError):
        return error.status_code >= 500 or error.status_code in {408, 409, 425}
    return isinstance(error, openai.APIConnectionError | BadReply)


def _is_about_length(error: openai.APIStatusError) -> bool:
    """Whether the question was too long for the model's context: no other form of asking helps then."""
    text = f"{error.code} {error.type} {error.message}".lower()
    return "context" in text and any(word in text for word in ("length", "size", "exceed", "longer"))


def _retry_after_s(error: openai.APIStatusError) -> float | None:
    """Seconds of a Retry-After header, which holds a number or a date; None without a usable one."""
    value = error.response.headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
