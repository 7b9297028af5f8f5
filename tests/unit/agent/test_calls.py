"""What who follows a run is told of calls that gave nothing usable."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.answers import keep_call
from agent.config import RunConfig
from agent.models.usage import CallRecord, Usage
from agent.records import EventRecord
from agent.run import Run


@pytest.mark.parametrize(("status", "told"), [("no_reply", "no reply"), ("invalid", "flawed answer")])
def test_no_reply_is_not_told_as_a_flawed_answer(tmp_path, status, told):
    call = CallRecord(
        model="openai:m", kind="propose_ideas", key="k", attempt=0, form="tool", status=status,
        usage=Usage(seconds=1.0), flaw="what was wrong",
    )  # fmt: skip
    with Run.create(tmp_path, RunConfig(id="r", created=datetime.now(UTC), task="digits")) as run:
        keep_call(run, call)
        (event,) = run.all(EventRecord)
    assert (event.kind, event.text) == (told, "propose_ideas: what was wrong")
