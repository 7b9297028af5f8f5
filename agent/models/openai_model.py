"""A model behind any OpenAI-compatible endpoint: OpenAI, vLLM, llama.cpp, Ollama."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Literal, NamedTuple, TypeVar

from agent.errors import ModelFailed, ModelUnavailable
from agent.models.endpoint import Endpoint, Message, OpenAISettings, Sampling, TooLong, Unsupported
from agent.models.fitting import shorter
from agent.models.forms import ladder, parameters
from agent.models.prompts import Form, render
from agent.models.replies import Read, Reply, read, shown_back, usage_of
from agent.models.request import Answer, Request
from agent.models.usage import CallRecord, Listener, Usage, asked_about

A = TypeVar("A", bound=Answer)

MAX_REPAIRS = 2
"""Times that a broken answer is shown back with what was wrong."""
_PENALTY = 0.5
"""On repetition, once an answer was too long."""


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
        asking = _Asking([], Sampling(samples=self._settings.samples))
        flaw = ""
        for attempt in range(1 + MAX_REPAIRS):
            self._before_call()
            found = await self._told(request, asking, attempt)
            if found.answer is not None:
                return found.answer
            flaw = found.flaw
            asking = asking.again(found.reply, flaw)
        raise ModelFailed(f"{self.name} gave no usable answer to {request.kind}: {' '.join(flaw.split())}")

    async def _told(self, request: Request[A], asking: _Asking, attempt: int) -> Read[A]:
        """What became of one call; when there is no reply, that is told as well, with the time it took to find out."""
        started = time.monotonic()
        try:
            found, usage = await self._fitting(request, asking, attempt)
        except (ModelFailed, ModelUnavailable, asyncio.CancelledError) as error:
            lost = Read[A](Reply(self._form(request, attempt)), None, str(error) or "not waited for any longer", ())
            self._tell(request, attempt, lost, Usage(seconds=time.monotonic() - started), "no_reply")
            raise
        self._tell(request, attempt, found, usage, "invalid" if found.answer is None else "valid")
        return found

    async def _fitting(self, request: Request[A], asking: _Asking, attempt: int) -> tuple[Read[A], Usage]:
        """A reply to the question, or to a shorter version of it where it does not fit the model's context."""
        asked: Request[A] | None = request
        reason = ""
        while asked is not None:
            try:
                return await self._reply(asked, asking, attempt)
            except TooLong as error:
                reason = str(error)
                asked = shorter(asked)
        raise ModelFailed(f"{request.kind} does not fit the context of {self.name}, cut to the least: {reason}")

    async def _reply(self, request: Request[A], asking: _Asking, attempt: int) -> tuple[Read[A], Usage]:
        """A reply in the strictest form that the endpoint takes, which is remembered from then on."""
        forms = ladder(request.answer_type, attempt)
        for form in forms[forms.index(self._form(request, attempt)) :]:
            prompt = render(request, form)
            messages: list[Message] = [
                {"role": "system", "content": prompt.system},
                {"role": "user", "content": prompt.user},
                *asking.shown_back,
            ]
            started = time.monotonic()
            try:
                completion = await self._endpoint.complete(messages, parameters(form, request), asking.sampling)
            except Unsupported:
                continue
            self._managed[forms] = form
            usage = usage_of(completion, messages, time.monotonic() - started)
            return read(request, form, completion, prompt.user), usage
        raise ModelFailed(f"{self.name} takes none of the ways to ask {request.kind}")

    def _form(self, request: Request[A], attempt: int) -> Form:
        forms = ladder(request.answer_type, attempt)
        return self._managed.get(forms, forms[0])

    def _tell(
        self,
        request: Request[A],
        attempt: int,
        found: Read[A],
        usage: Usage,
        status: Literal["valid", "invalid", "no_reply"],
    ) -> None:
        self._on_call(
            CallRecord(
                model=self.name,
                kind=request.kind,
                key=request.key(),
                subject=asked_about(),
                attempt=attempt,
                form=found.reply.form,
                status=status,
                usage=usage,
                text=found.reply.text,
                thinking=found.reply.thinking,
                logprob=found.reply.logprob,
                others=found.others,
                flaw=found.flaw,
            )
        )


class _Asking(NamedTuple):
    """How a question is asked this time."""

    shown_back: list[Message]
    sampling: Sampling

    def again(self, reply: Reply, flaw: str) -> _Asking:
        """How it is asked once more: with what was wrong, another seed, and against repetition where it ran on."""
        penalty = _PENALTY if reply.cut else self.sampling.repetition_penalty
        fresh = self.sampling._replace(seed_offset=self.sampling.seed_offset + 1, repetition_penalty=penalty)
        return _Asking(shown_back(reply, flaw), fresh)
