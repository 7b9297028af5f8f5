"""Answers are asked for once, and a replay holds to the record."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import ModelFailed, ModelUnavailable, ReplayDeparted
from agent.models.recording import AnswerRecord, RecordedModel
from agent.models.replay import ReplayModel
from agent.models.requests import CodeChange, IdeaDraft, Ideas, ProposeIdeas, WholeFile, WriteCode

CONTEXTS = Path(__file__).parent / "contexts"
PROPOSE = ProposeIdeas.model_validate_json((CONTEXTS / "propose_ideas.json").read_text())
WRITE = WriteCode.model_validate_json((CONTEXTS / "write_code.json").read_text())
IDEAS = Ideas(ideas=(IdeaDraft(title="Shifts", summary="Adds shifted copies."),))
CODE = CodeChange(files=(WholeFile(path="a.py", content="1"),))


class Store(dict[str, AnswerRecord]):
    """A store in memory, through JSON as a database would keep it."""

    def find(self, key: str) -> AnswerRecord | None:
        return self.get(key)

    def save(self, record: AnswerRecord) -> None:
        self[record.key] = AnswerRecord.model_validate_json(record.model_dump_json())


class Scripted:
    """A model from outside that answers in order and fails when it has nothing left."""

    describes_itself = "A script."

    def __init__(self, *answers, name="scripted"):
        self.name = name
        self.answers = list(answers)

    async def ask(self, _request):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_a_question_is_asked_once_even_by_a_new_process():
    store = Store()
    assert await RecordedModel(Scripted(IDEAS), store).ask(PROPOSE) == IDEAS
    assert await RecordedModel(Scripted(), store).ask(PROPOSE) == IDEAS


async def test_a_failure_is_kept_and_an_outage_is_not():
    store = Store()
    with pytest.raises(ModelUnavailable):
        await RecordedModel(Scripted(ModelUnavailable("gone")), store).ask(PROPOSE)
    with pytest.raises(ModelFailed, match="broken JSON"):
        await RecordedModel(Scripted(ModelFailed("broken JSON")), store).ask(PROPOSE)
    with pytest.raises(ModelFailed, match="broken JSON"):
        await RecordedModel(Scripted(), store).ask(PROPOSE)


@pytest.mark.parametrize(
    ("model", "request_", "sampling"),
    [
        (Scripted(IDEAS, name="other"), PROPOSE, ""),
        (Scripted(IDEAS), PROPOSE.model_copy(update={"round": 3}), ""),
        (Scripted(IDEAS), PROPOSE, "seed 2"),
    ],
)
async def test_another_model_question_or_sampling_is_asked_anew(model, request_, sampling):
    store = Store()
    await RecordedModel(Scripted(IDEAS), store).ask(PROPOSE)
    await RecordedModel(model, store, sampling=sampling).ask(request_)
    assert not model.answers


@pytest.fixture
async def replay() -> ReplayModel:
    store = Store()
    recorded = RecordedModel(Scripted(IDEAS, ModelFailed("broken JSON")), store)
    await recorded.ask(PROPOSE)
    with pytest.raises(ModelFailed):
        await recorded.ask(WRITE)
    return ReplayModel(store.values())


async def test_a_replay_gives_the_recorded_answers_and_failures(replay):
    assert await replay.ask(PROPOSE) == IDEAS
    with pytest.raises(ModelFailed, match="broken JSON"):
        await replay.ask(WRITE)
    assert replay.name == "scripted"


async def test_a_replay_says_where_it_departs(replay):
    files = (*WRITE.files[:-1], WRITE.files[-1].model_copy(update={"content": WRITE.files[-1].content + "# new\n"}))
    with pytest.raises(ReplayDeparted, match=r"files\.3\.content .*now '.*# new"):
        await replay.ask(WRITE.model_copy(update={"files": files}))
    with pytest.raises(ReplayDeparted, match=r"round \(recorded '2', now '3'\)$"):
        await replay.ask(PROPOSE.model_copy(update={"round": 3}))


async def test_a_replay_of_nothing_says_so():
    with pytest.raises(ReplayDeparted, match="asked no write_code"):
        await ReplayModel([]).ask(WRITE)
