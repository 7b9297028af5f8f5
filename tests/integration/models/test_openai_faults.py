"""Every way in which an endpoint misbehaves, over real HTTP: the question survives, or fails clearly and in time."""

from __future__ import annotations

import logging
import socket
import time
from pathlib import Path

import pytest
from fault_server import PASSING, REPAIRED, FaultServer
from pydantic import SecretStr

from agent.errors import BadConfiguration, ModelFailed, ModelUnavailable
from agent.models.endpoint import TRIES, OpenAISettings
from agent.models.openai_model import MAX_REPAIRS, OpenAIModel
from agent.models.prompts import render
from agent.models.requests import AskAboutItem, ProposeIdeas, WriteCode
from agent.models.usage import CallRecord

CONTEXTS = Path(__file__).parents[2] / "unit" / "models" / "contexts"
IDEAS = '{"ideas": [{"title": "Shifts", "summary": "Adds shifted copies of each image."}]}'
CODE = "Adds noise.\n\nFILE: training.py\n```python\nX = 1\n```\n"
KEY = "sk-planted-4711"


@pytest.fixture
def question() -> ProposeIdeas:
    return ProposeIdeas.model_validate_json((CONTEXTS / "propose_ideas.json").read_text())


@pytest.fixture
def coding() -> WriteCode:
    return WriteCode.model_validate_json((CONTEXTS / "write_code.json").read_text())


@pytest.fixture
def calls() -> list[CallRecord]:
    return []


@pytest.fixture
def model(server, calls) -> OpenAIModel:
    return OpenAIModel(settings(server), on_call=calls.append)


def settings(server, **changed) -> OpenAISettings:
    values = {
        "model": "fake",
        "base_url": server.url,
        "api_key": SecretStr(KEY),
        "first_wait_s": 0.01,
        "timeout_s": 5.0,
    }
    return OpenAISettings(**values | changed)


async def test_an_answer_is_given_and_its_usage_told(server, model, question, calls):
    server.will(server.answers(IDEAS))
    answer = await model.ask(question)
    assert [idea.title for idea in answer.ideas] == ["Shifts"]
    (call,) = calls
    assert (call.status, call.kind, call.key, call.attempt) == ("valid", "propose_ideas", question.key(), 0)
    assert (call.usage.prompt_tokens, call.usage.completion_tokens) == (100, 20)


@pytest.mark.parametrize("fault", PASSING)
async def test_a_fault_that_passes_costs_a_retry_only(server, model, question, calls, fault):
    server.will(PASSING[fault], server.answers(IDEAS))
    await model.ask(question)
    assert len(server.calls) == 2
    assert [call.status for call in calls] == ["valid"]


@pytest.mark.parametrize("fault", PASSING)
async def test_a_fault_that_stays_fails_the_question_after_bounded_tries(server, question, fault, calls):
    server.will(PASSING[fault])
    with pytest.raises((ModelFailed, ModelUnavailable)) as raised:
        await OpenAIModel(settings(server), on_call=calls.append).ask(question)
    assert len(server.calls) == TRIES
    assert [call.status for call in calls] == ["no_reply"]
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("fault", REPAIRED)
async def test_a_broken_answer_is_repaired_by_saying_what_was_wrong(server, model, question, calls, fault):
    server.will(REPAIRED[fault], server.answers(IDEAS))
    answer = await model.ask(question)
    assert answer.ideas[0].title == "Shifts"
    assert [(call.attempt, call.status) for call in calls] == [(0, "invalid"), (1, "valid")]
    first, second = (call["messages"] for call in server.calls)
    assert second[: len(first)] == first
    assert calls[0].flaw in second[-1]["content"]
    assert sum(len(turn["content"]) for turn in second[len(first) :]) < 10_000


@pytest.mark.parametrize("fault", REPAIRED)
async def test_an_answer_that_stays_broken_fails_after_bounded_repairs(server, model, question, calls, fault):
    server.will(REPAIRED[fault])
    with pytest.raises(ModelFailed, match="no usable answer to propose_ideas"):
        await model.ask(question)
    assert len(server.calls) == 1 + MAX_REPAIRS
    assert sum(call.usage.completion_tokens for call in calls) == 20 * (1 + MAX_REPAIRS)


async def test_a_hanging_endpoint_costs_no_more_than_the_patience(server, question, calls):
    server.will(server.hangs)
    started = time.monotonic()
    with pytest.raises(ModelFailed, match=r"after 0\.5 s"):
        await OpenAIModel(settings(server, timeout_s=0.2, patience_s=0.5), on_call=calls.append).ask(question)
    assert time.monotonic() - started < 2
    assert [call.status for call in calls] == ["no_reply"]
    assert 0.4 < calls[0].usage.seconds < 2


async def test_a_long_retry_after_is_not_waited_for(server, question):
    server.will(server.fails(429, "slow down", retry_after="3600"))
    started = time.monotonic()
    with pytest.raises(ModelFailed, match="slow down"):
        await OpenAIModel(settings(server, patience_s=60)).ask(question)
    assert time.monotonic() - started < 2
    assert len(server.calls) == 1


async def test_a_closed_port_is_an_unavailable_model(question):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    model = OpenAIModel(OpenAISettings(model="fake", base_url=f"http://127.0.0.1:{port}/v1", first_wait_s=0.01))
    with pytest.raises(ModelUnavailable, match="is the server running"):
        await model.ask(question)


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (401, "invalid_api_key", "does not take the key"),
        (403, None, "does not take the key"),
        (404, "model_not_found", "no such model"),
        (429, "insufficient_quota", "no credit left"),
    ],
)
async def test_what_only_a_person_can_mend_is_not_retried(server, model, question, status, code, words):
    server.will(server.fails(status, f"refused: {KEY}", code))
    with pytest.raises(ModelUnavailable, match=words):
        await model.ask(question)
    assert len(server.calls) == 1


async def test_three_questions_without_a_reply_open_the_circuit(server, question):
    server.will(server.fails(500))
    model = OpenAIModel(settings(server))
    for _ in range(2):
        with pytest.raises(ModelFailed):
            await model.ask(question)
    with pytest.raises(ModelUnavailable, match="3 questions in a row"):
        await model.ask(question)


async def test_a_reply_closes_the_circuit_again(server, question):
    server.will(*[server.fails(500)] * 2 * TRIES, server.answers(IDEAS), server.fails(500))
    model = OpenAIModel(settings(server))
    for outcome in ("failed", "failed", "answered", "failed"):
        if outcome == "answered":
            await model.ask(question)
        else:
            with pytest.raises(ModelFailed):
                await model.ask(question)


async def test_a_form_that_the_endpoint_refuses_is_asked_for_once(server, model, question, calls):
    refuses = server.fails(400, "response_format is not supported")
    server.will(
        refuses, server.fails(400, "tools are not supported"), refuses, server.answers(f"Here you are: {IDEAS}")
    )
    await model.ask(question)
    await model.ask(question)
    assert [call.form for call in calls] == ["text", "text"]
    forced = [sorted(call.keys() & {"response_format", "tools"}) for call in server.calls]
    assert forced == [["response_format"], ["tools"], ["response_format"], [], []]


async def test_the_answer_may_come_as_a_tool_call(server, model, question, calls):
    called = [{"id": "t", "type": "function", "function": {"name": "answer", "arguments": IDEAS}}]
    server.will(server.fails(400, "no json_schema"), server.answers(None, tool_calls=called))
    await model.ask(question)
    assert calls[0].form == "tool"


async def test_sampling_parameters_that_are_refused_are_left_out_from_then_on(server, question):
    server.will(
        server.fails(400, "Unsupported parameter: 'max_completion_tokens'"),
        server.fails(400, "temperature does not support 0.2 with this model"),
        server.answers(IDEAS),
    )
    model = OpenAIModel(settings(server, temperature=0.2, seed=7))
    await model.ask(question)
    await model.ask(question)
    sent = [call.keys() & {"max_completion_tokens", "max_tokens", "temperature", "seed"} for call in server.calls]
    assert sent == [
        {"max_completion_tokens", "temperature", "seed"},
        {"max_tokens", "temperature", "seed"},
        {"max_tokens", "seed"},
        {"max_tokens", "seed"},
    ]


async def test_a_question_longer_than_the_context_is_cut_by_rule(server, model, question):
    too_long = server.fails(400, "This model's maximum context length is 8192 tokens", "context_length_exceeded")
    server.will(too_long, too_long, server.answers(IDEAS))
    await model.ask(question)
    sizes = [len(call["messages"][1]["content"]) for call in server.calls]
    assert sizes == sorted(sizes, reverse=True)
    assert all(file.content.strip() in server.calls[-1]["messages"][1]["content"] for file in question.files)
    assert all("response_format" in call for call in server.calls)


async def test_a_question_that_cannot_be_cut_enough_fails_clearly(server, model, coding, calls):
    server.will(server.fails(400, "the request exceeds the available context size, try increasing it"))
    with pytest.raises(ModelFailed, match="does not fit the context of openai:fake"):
        await model.ask(coding)
    assert len(server.calls) == 1
    assert [call.status for call in calls] == ["no_reply"]


async def test_a_repair_is_sampled_with_another_seed(server, question):
    server.will(server.answers("no"), server.answers(IDEAS))
    await OpenAIModel(settings(server, seed=7)).ask(question)
    assert [call["seed"] for call in server.calls] == [7, 8]


@pytest.mark.parametrize(
    "message",
    [
        {"content": f"<think>{{hm}}</think>{IDEAS}"},
        {"content": IDEAS, "reasoning_content": "{hm}"},
        {"content": IDEAS, "reasoning": "{hm}"},
    ],
)
async def test_thinking_is_kept_apart_from_the_answer(server, model, question, calls, message):
    server.will(server.answers(None, **message))
    await model.ask(question)
    assert (calls[0].thinking, calls[0].text) == ("{hm}", IDEAS)


async def test_tokens_are_estimated_where_the_endpoint_does_not_count_them(server, model, question, calls):
    server.will(server.replies(200, {"choices": [{"message": {"content": IDEAS}}]}))
    await model.ask(question)
    asked = sum(len(turn["content"]) for turn in server.calls[0]["messages"])
    assert asked / 5 < calls[0].usage.prompt_tokens < asked / 2
    assert calls[0].usage.completion_tokens > 0


async def test_code_comes_in_fences_without_forcing(server, model, coding):
    server.will(server.answers(CODE))
    answer = await model.ask(coding)
    assert [(file.path, file.content) for file in answer.files] == [("training.py", "X = 1\n")]
    assert answer.note == "Adds noise."
    assert not server.calls[0].keys() & {"response_format", "tools"}


FAULTS_WITH_KEY = [
    lambda server: server.fails(401, f"Incorrect API key provided: {KEY}"),
    lambda server: server.fails(401, f"{'.' * 370}{KEY}"),
    lambda server: server.hangs_up,
]


@pytest.mark.parametrize("fault", FAULTS_WITH_KEY)
async def test_the_key_is_sent_and_shown_nowhere(server, question, calls, caplog, fault):
    caplog.set_level(logging.DEBUG)
    server.will(fault(server))
    model = OpenAIModel(settings(server), on_call=calls.append)
    with pytest.raises(ModelUnavailable) as raised:
        await model.ask(question)
    assert server.keys[0] == f"Bearer {KEY}"
    seen = [str(raised.value), repr(raised.value), repr(model), repr(vars(model)), model.describes_itself, caplog.text]
    seen += [call.model_dump_json() for call in calls]
    assert not [text for text in seen if KEY[:8] in text]
    assert raised.value.__cause__ is None


def test_openai_itself_needs_a_key():
    with pytest.raises(BadConfiguration, match="OPENAI_API_KEY"):
        OpenAIModel(OpenAISettings(model="gpt-4.1"))


def test_a_password_in_the_address_is_refused_without_repeating_it():
    with pytest.raises(BadConfiguration, match="OPENAI_API_KEY") as raised:
        OpenAIModel(OpenAISettings(model="m", base_url="http://me:sesame@localhost/v1"))
    assert "sesame" not in str(raised.value)


def samples(*answers: tuple[str, float | None]):
    """A completion with these texts, and for each the log-probability of its one token."""
    choices = [
        {"index": number, "message": {"content": text}, "logprobs": value and {"content": [{"logprob": value}]}}
        for number, (text, value) in enumerate(answers)
    ]
    usage = {"prompt_tokens": 100, "completion_tokens": 20 * len(answers)}
    return FaultServer.replies(200, {"choices": choices, "usage": usage})


def named(title: str) -> str:
    return IDEAS.replace("Shifts", title)


async def test_of_several_samples_in_one_call_the_likeliest_usable_one_is_taken(server, question, calls):
    server.will(samples((named("Second"), -0.5), ("no", -0.1), (named("Best"), -0.2)))
    answer = await OpenAIModel(settings(server, samples=3), on_call=calls.append).ask(question)
    assert answer.ideas[0].title == "Best"
    assert [(call["n"], call["logprobs"]) for call in server.calls] == [(3, True)]
    (call,) = calls
    assert (call.logprob, call.usage.completion_tokens) == (-0.2, 60)
    assert call.others == ("no", named("Second"))


async def test_samples_that_an_endpoint_gives_one_by_one_are_asked_for_so(server, question, calls):
    server.will(samples(("no", None)), samples(("no", None)), samples((named("Third"), None)))
    model = OpenAIModel(settings(server, samples=3, seed=7), on_call=calls.append)
    assert (await model.ask(question)).ideas[0].title == "Third"
    await model.ask(question.model_copy(update={"round": 9}))
    assert ["n" in call for call in server.calls] == [True, False, False, False, False, False]
    assert len({call["seed"] for call in server.calls[:3]}) == 3
    assert calls[0].usage.completion_tokens == 60


async def test_an_answer_that_ran_on_is_asked_for_again_against_repetition(server, question):
    server.will(server.answers("a a a", finish="length"), server.answers("no"), server.answers(IDEAS))
    await OpenAIModel(settings(server)).ask(question)
    assert ["frequency_penalty" in call for call in server.calls] == [False, True, True]


async def test_code_that_comes_in_no_fences_twice_is_forced(server, model, coding, calls):
    forced = '{"note": "Adds noise.", "files": [{"path": "training.py", "content": "X = 1\\n"}]}'
    server.will(server.answers("X = 1"), server.answers("X = 1"), server.answers(forced))
    assert (await model.ask(coding)).files[0].content == "X = 1\n"
    assert [call.form for call in calls] == ["files", "files", "json_schema"]
    assert "`content`, the whole new file" in server.calls[-1]["messages"][1]["content"]


async def test_an_answer_that_only_repeats_the_example_is_not_taken(server, model, calls):
    """An example is shown where the endpoint forces no answer."""
    question = AskAboutItem.model_validate_json((CONTEXTS / "ask_about_item.json").read_text())
    example = next(line for line in render(question, "text").user.splitlines() if line.startswith("{"))
    refuses = server.fails(400, "no such parameter")
    server.will(
        refuses, refuses, server.answers(example), server.answers('{"answer": "Nothing of that stands there."}')
    )
    assert (await model.ask(question)).answer == "Nothing of that stands there."
    assert example in server.calls[2]["messages"][1]["content"]
    assert example not in server.calls[0]["messages"][1]["content"]
    assert calls[0].flaw == "it only repeats the words of the example; write an answer of your own"
