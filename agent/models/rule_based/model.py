"""The embedded default model."""

from __future__ import annotations

from typing import TypeVar, cast

from agent.errors import ModelFailed
from agent.models.requests import Answer, AskAboutItem, ProposeIdeas, RepairCode, Request, WriteCode
from agent.models.rule_based.answering import answer_about
from agent.models.rule_based.proposing import propose
from agent.models.rule_based.repairing import repair
from agent.models.rule_based.writing import write

A = TypeVar("A", bound=Answer)


class RuleBasedModel:
    """Answers requests from a catalogue of method components and from rules: the same question, the same answer."""

    name = "rule-based"
    describes_itself = (
        "A rule-based model: it combines methods of a built-in catalogue and repairs code by fixed rules; "
        "it is no language model and asks no network."
    )

    async def ask(self, request: Request[A]) -> A:
        """Answer one request.

        Raises:
            ModelFailed: no rule and no component answers this question.
        """
        answer = self._answer(request)
        if not isinstance(answer, request.answer_type):
            raise ModelFailed(f"the rule-based model does not answer {request.kind} requests")
        return cast("A", answer)

    def _answer(self, request: Request[A]) -> Answer | None:
        match request:
            case ProposeIdeas():
                return propose(request)
            case WriteCode():
                return write(request.idea, request.files)
            case RepairCode():
                return repair(request)
            case AskAboutItem():
                return answer_about(request)
        return None
