"""Which of several models is asked."""

from __future__ import annotations

import asyncio

import pytest

from agent.errors import BadConfiguration, ModelFailed, ModelUnavailable
from agent.models.request import Request
from agent.models.requests import CodeChange, IdeaDraft, Ideas
from agent.models.routing import FallbackModel, RoutedModel


class Propose(Request[Ideas]):
    kind = "propose_ideas"
    answer_type = Ideas


class Write(Request[CodeChange]):
    kind = "write_code"
    answer_type = CodeChange


class Named:
    """A model from outside whose one idea is titled with its name, or that raises."""

    describes_itself = "A name."

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name = name
        self.error = error

    async def ask(self, _request):
        error = self.error
        await asyncio.sleep(0)
        if error:
            raise error
        return Ideas(ideas=(IdeaDraft(title=self.name, summary="A summary."),))


async def who(model, request) -> str:
    return (await model.ask(request)).ideas[0].title


async def test_each_kind_goes_to_its_model_and_the_others_to_the_default():
    model = RoutedModel(Named("strong"), {"write_code": Named("coder")})
    assert (await who(model, Propose()), await who(model, Write())) == ("strong", "coder")
    assert model.name == "strong; write_code: coder"


def test_a_kind_that_does_not_exist_is_refused():
    with pytest.raises(BadConfiguration, match=r"write: no such question; should be one of propose_ideas, write_code"):
        RoutedModel(Named("strong"), {"write": Named("coder")})


async def test_the_second_takes_over_for_good_and_says_so_once():
    notices: list[str] = []
    first = Named("first", ModelUnavailable("gone"))
    model = FallbackModel(first, Named("second"), notices.append)
    assert await asyncio.gather(who(model, Propose()), who(model, Propose())) == ["second", "second"]
    first.error = None
    assert await who(model, Propose()) == "second"
    assert notices == ["second takes over: gone"]


async def test_a_failed_question_is_no_reason_to_change():
    model = FallbackModel(Named("first", ModelFailed("broken JSON")), Named("second"))
    with pytest.raises(ModelFailed, match="broken JSON"):
        await model.ask(Propose())
