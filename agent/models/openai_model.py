"""A model behind any OpenAI-compatible endpoint: OpenAI, vLLM, llama.cpp, Ollama."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeVar

from agent.errors import ModelFailed, ModelUnavailable
from agent.models.endpoint import Completion, Endpoint, Message, OpenAISettings, TooLong, Unsupported
from agent.models.fitting import shorter
from agent.models.forms import ladder, parameters
from agent.models.parsing import AnswerUnusable, parse, split_thinking
from agent.models.prompts import Form, render, render_repair
from agent.models.requests import Answer, Request
from agent.models.usage import CallRecord, Listener, Usage, asked_about

A = TypeVar("A", bound=Answer)

MAX_REPAIRS = 2
"""Times that a broken answer is shown back with what was wrong."""
_SHOWN_BACK = 8000
"""Characters of a broken answer that are shown back."""
_SHOWN_OF_CUT = 1000
"""Of one that was cut off: it may be endless repetition, which invites more of the same."""


class _Reply(NamedTuple):
    """What of a completion matters here."""

    form: Form
    text: str
    thinking: str
    cut: bool
    refusal: str
    usage: Usage


class OpenAIModel:
    """Asks a language model, in the strictest form that its endpoint manages, and has broken answers repaired."""

    def __init__(
        self,
        settings: OpenAISettings,
        *,
        on_call: Listener = lambda _: None,
        before_call: Callable[[], None] = lambda: None,
    ) -> None:
        """Without any traffic: the endpoint is first called by the first question.

        Args:
            settings: endpoint, model, sampling, limits of time.
            on_call: told of each call, answered or not.
            before_call: raises `BudgetSpent` where a call, of a repair too, would be one too many.

        Raises:
            BadConfiguration: OpenAI itself without a key.
        """
        self._settings = settings
        self._endpoint = Endpoint(settings)
        self._on_call = on_call
        self._before_call = before_call
        self._managed: dict[tuple[Form, ...], Form] = {}

    @property
    def name(self) -> str:
        """What the records call it."""
        return f"openai:{self._settings.model}"

    @property
    def describes_itself(self) -> str:
        """One sentence for people."""
        return f"The language model {self._settings.model} at {self._settings.base_url}."

    async def ask(self, request: Request[A]) -> A:
        """Answer one request.

        Raises:
            ModelFailed: no usable answer after all repairs, or none within the time.
            ModelUnavailable: nothing answers at all.
            BudgetSpent: there is nothing left to spend, be it on a repair.
        """
        patience_s = self._settings.patience_s
        try:
            async with asyncio.timeout(patience_s):
                return await self._answer(request)
        except TimeoutError:
            raise ModelFailed(f"{self.name} had no answer to {request.kind} after {patience_s:g} s") from None

    async def _answer(self, request: Request[A]) -> A:
        """First answer, then repairs. Only the newest broken answer is shown back: the conversation stays short."""
        shown_back: list[Message] = []
        flaw = ""
        for attempt in range(1 + MAX_REPAIRS):
            self._before_call()
            reply = await self._told_reply(request, shown_back, attempt)
            try:
                answer = _read(request, reply)
            except AnswerUnusable as unusable:
                flaw = str(unusable)
            else:
                self._tell(request, attempt, reply, "valid")
                return answer
            self._tell(request, attempt, reply, "invalid", flaw)
            shown_back = _shown_back(reply, flaw)
        raise ModelFailed(f"{self.name} gave no usable answer to {request.kind}: {' '.join(flaw.split())}")

    async def _told_reply(self, request: Request[A], shown_back: list[Message], attempt: int) -> _Reply:
        """A reply; when there is none, that is told as well, with the time it took to find out."""
        started = time.monotonic()
        try:
            return await self._fitting_reply(request, shown_back, attempt)
        except (ModelFailed, ModelUnavailable, asyncio.CancelledError) as error:
            usage = Usage(seconds=time.monotonic() - started)
            lost = _Reply(self._form(request), text="", thinking="", cut=False, refusal="", usage=usage)
            self._tell(request, attempt, lost, "no_reply", str(error) or "not waited for any longer")
            raise

    async def _fitting_reply(self, request: Request[A], shown_back: list[Message], attempt: int) -> _Reply:
        """A reply to the question, or to a shorter version of it where it does not fit the model's context."""
        asked: Request[A] | None = request
        reason = ""
        while asked is not None:
            try:
                return await self._reply(asked, shown_back, attempt)
            except TooLong as error:
                reason = str(error)
                asked = shorter(asked)
        raise ModelFailed(f"{request.kind} does not fit the context of {self.name}, cut to the least: {reason}")

    async def _reply(self, request: Request[A], shown_back: list[Message], attempt: int) -> _Reply:
        """A reply in the strictest form that the endpoint takes, which is remembered from then on."""
        forms = ladder(request.answer_type)
        for form in forms[forms.index(self._form(request)) :]:
            prompt = render(request, form)
            messages: list[Message] = [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
                *shown_back,
            ]
            started = time.monotonic()
            try:
                completion = await self._endpoint.complete(messages, parameters(form, request.answer_type), attempt)
            except Unsupported:
                continue
            self._managed[forms] = form
            return _reply_of(completion, form, messages, time.monotonic() - started)
        raise ModelFailed(f"{self.name} takes none of the ways to ask {request.kind}")

    def _form(self, request: Request[A]) -> Form:
        forms = ladder(request.answer_type)
        return self._managed.get(forms, forms[0])

    def _tell(
        self,
        request: Request[A],
        attempt: int,
        reply: _Reply,
        status: Literal["valid", "invalid", "no_reply"],
        flaw: str = "",
    ) -> None:
        self._on_call(
            CallRecord(
                model=self.name,
                kind=request.kind,
                key=request.key(),
                subject=asked_about(),
                attempt=attempt,
                form=reply.form,
                status=status,
                usage=reply.usage,
                text=reply.text,
                thinking=reply.thinking,
                flaw=flaw,
            )
        )


def _reply_of(completion: Completion, form: Form, messages: list[Message], seconds: float) -> _Reply:
    choice = completion.choices[0]
    message = choice.message
    called = message.tool_calls[0].function.arguments if message.tool_calls else None
    thought, text = split_thinking(called or message.content or "")
    thinking = message.reasoning_content or message.reasoning or thought
    tokens = completion.usage or Completion.Tokens(
        prompt_tokens=_estimated_tokens(*(turn["content"] for turn in messages)),
        completion_tokens=_estimated_tokens(text, thinking),
    )
    return _Reply(
        form=form,
        text=text,
        thinking=thinking,
        cut=choice.finish_reason == "length",
        refusal=message.refusal or ("by its content filter" if choice.finish_reason == "content_filter" else ""),
        usage=Usage(prompt_tokens=tokens.prompt_tokens, completion_tokens=tokens.completion_tokens, seconds=seconds),
    )


def _estimated_tokens(*texts: str) -> int:
    """Tokens of texts where the endpoint does not count: rather too many, so that a budget holds."""
    return sum(map(len, texts)) // 3


def _read(request: Request[A], reply: _Reply) -> A:
    if reply.refusal:
        raise AnswerUnusable(f"the answer was refused: {reply.refusal}")
    try:
        return parse(request, reply.form, reply.text)
    except AnswerUnusable as unusable:
        if reply.cut:
            limit = reply.usage.completion_tokens
            raise AnswerUnusable(f"the answer was cut off after {limit} tokens: be brief, repeat nothing") from unusable
        raise


def _shown_back(reply: _Reply, flaw: str) -> list[Message]:
    """The turns that ask for a repair. An empty answer is not shown: endpoints refuse empty messages."""
    text = reply.text[: _SHOWN_OF_CUT if reply.cut else _SHOWN_BACK]
    answer: list[Message] = [{"role": "assistant", "content": text}] if text.strip() else []
    correction: Message = {"role": "user", "content": render_repair(flaw)}
    return [*answer, correction]
