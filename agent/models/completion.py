"""What of a chat completion is read. Everything else that an endpoint sends is ignored."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Completion(BaseModel):
    """A reply of an endpoint: one or several samples."""

    class Message(BaseModel):
        """The model's message."""

        class ToolCall(BaseModel):
            """A call of the one tool that was offered."""

            class Function(BaseModel):
                """Its arguments, as JSON text."""

                arguments: str

            function: Function

        content: str | None = None
        refusal: str | None = None
        reasoning_content: str | None = None
        reasoning: str | None = None
        tool_calls: list[ToolCall] | None = None

        @property
        def text(self) -> str:
            """The answer, wherever it stands."""
            return self.tool_calls[0].function.arguments if self.tool_calls else self.content or ""

        @property
        def thinking(self) -> str:
            """What a reasoning model thought aloud, where the endpoint keeps it apart."""
            return self.reasoning_content or self.reasoning or ""

    class Logprobs(BaseModel):
        """How likely each token was."""

        class Token(BaseModel):
            """Natural logarithm of its probability."""

            logprob: float

        content: list[Token] | None = None

        @property
        def mean(self) -> float | None:
            """Mean over the tokens; None without any."""
            values = [token.logprob for token in self.content or []]
            return sum(values) / len(values) if values else None

    class Choice(BaseModel):
        """One sample."""

        message: Completion.Message
        finish_reason: str | None = None
        logprobs: Completion.Logprobs | None = None

    class Tokens(BaseModel):
        """The endpoint's own counts."""

        prompt_tokens: int = 0
        completion_tokens: int = 0

    choices: list[Choice] = Field(min_length=1)
    usage: Tokens | None = None

    def plus(self, other: Completion) -> Completion:
        """The samples of both, and what both used."""
        both = [one.usage for one in (self, other) if one.usage]
        usage = Completion.Tokens(
            prompt_tokens=sum(one.prompt_tokens for one in both),
            completion_tokens=sum(one.completion_tokens for one in both),
        )
        return Completion(choices=[*self.choices, *other.choices], usage=usage if len(both) == 2 else None)
