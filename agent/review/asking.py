"""Questions of a reviewer about an item, put to the model and answered from the ledger."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict

from agent.errors import BudgetSpent, ModelFailed, Unanswered
from agent.evidence.ledger import Cited, Stated
from agent.evidence.numbers import numbers_in
from agent.models.model import Model
from agent.models.requests import AskAboutItem, Fact
from agent.records import QuestionRecord
from agent.review.looking import Sight, look_at
from agent.review.queue import ReviewItem, item
from agent.review.quoting import quote
from agent.review.reading import task_of
from agent.run import Run

_DIFF = 8_000
"""Characters of a diff that a question shows."""


class Answered(BaseModel):
    """What a model answered: untrusted words, in which every number is one of the ledger's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str
    cited: tuple[Cited, ...]
    """Where its numbers come from."""

    def __str__(self) -> str:
        return self.answer


async def ask(run: Run, id_: str, question: str, who: str, model: Model) -> Answered:
    """Ask the model about an item, and keep question and answer.

    Raises:
        UserMustAct: no such item.
        Unanswered: no usable answer, or one with a number that the ledger lacks.
        ModelUnavailable: nothing answers at all.
    """
    on = item(run, id_)
    sight = await asyncio.to_thread(look_at, run, on)
    request = _request(run, on, sight, question)
    try:
        given = await model.ask(request)
    except (ModelFailed, BudgetSpent) as failed:
        raise Unanswered(f"{id_}: {failed}") from None
    if flaw := request.flaw_of(given):
        raise Unanswered(f"{id_}: the answer cannot be shown: {flaw}")
    answered = Answered(answer=given.answer, cited=_cited(given.answer, sight))
    kept = answered.model_dump(mode="json")
    row = QuestionRecord(item_id=id_, question=question, answer=kept, model=model.name, who=who, at=datetime.now(UTC))
    run.save(row)
    return answered


def read_answer(row: QuestionRecord) -> Answered:
    """The answer that was kept with a question."""
    return Answered.model_validate(row.answer)


def _request(run: Run, on: ReviewItem, sight: Sight, question: str) -> AskAboutItem:
    task = task_of(run)
    return AskAboutItem(
        task=task.question if task else run.config.task,
        about=on.kind,
        title=quote(on.title, "model", 160).text,
        summary=sight.summary,
        motivation=sight.motivation,
        diff=sight.diff[:_DIFF],
        facts=tuple(Fact(name=_name(fact), text=fact.text) for fact in sight.facts if fact.text),
        question=question,
    )


def _name(fact: Cited | Stated) -> str:
    """What a fact says, and of what: `difference (verdict r1-2/validation)`."""
    what = fact.name if isinstance(fact, Cited) else "reason"
    return f"{what} ({fact.source.kind} {fact.source.row})"


def _cited(answer: str, sight: Sight) -> tuple[Cited, ...]:
    """The facts whose number stands in an answer; of several with the same number all, since the answer names none."""
    sizes = {number.size for number in numbers_in(answer)}
    numbers = (fact for fact in sight.facts if isinstance(fact, Cited))
    return tuple(fact for fact in numbers if any(one.size in sizes for one in numbers_in(fact.text)))
