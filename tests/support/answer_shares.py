"""How often a language model gives a usable answer to each kind of question: at first, and after repairs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agent.errors import ModelFailed
from agent.models.discover_requests import DISCOVER_REQUESTS
from agent.models.endpoint import OpenAISettings
from agent.models.literature_requests import LITERATURE_REQUESTS
from agent.models.openai_model import OpenAIModel
from agent.models.request import Request
from agent.models.requests import REQUESTS
from agent.models.usage import CallRecord

CONTEXTS = Path(__file__).parents[1] / "unit" / "models" / "contexts"
QUESTIONS: dict[str, Request[Any]] = {
    kind.kind: kind.model_validate_json((CONTEXTS / f"{kind.kind}.json").read_text(encoding="utf-8"))
    for kind in (*REQUESTS, *LITERATURE_REQUESTS, *DISCOVER_REQUESTS)
}
HEAD = (
    "| model | question | asked | usable at first | usable after repair | failed | seconds a question |\n"
    "|---|---|---|---|---|---|---|"
)


@dataclass
class Share:
    """What came of one kind of question."""

    model: str
    kind: str
    asked: int = 0
    first: int = 0
    repaired: int = 0
    failed: int = 0
    calls: list[CallRecord] = field(default_factory=list)

    def __str__(self) -> str:
        seconds = sum(call.usage.seconds for call in self.calls) / max(1, self.asked)
        return (
            f"| {self.model} | {self.kind} | {self.asked} | {self.first} | {self.first + self.repaired} "
            f"| {self.failed} | {seconds:.0f} |"
        )


async def ask_often(settings: OpenAISettings, kind: str, samples: int, label: str) -> Share:
    """Ask one question several times, each with another seed."""
    share = Share(label, kind)
    for sample in range(samples):
        calls: list[CallRecord] = []
        seeded = settings.model_copy(update={"seed": 10 * sample})
        share.asked += 1
        try:
            await OpenAIModel(seeded, on_call=calls.append).ask(QUESTIONS[kind])
        except ModelFailed:
            share.failed += 1
        else:
            share.first += len(calls) == 1
            share.repaired += len(calls) > 1
        share.calls += calls
    return share
