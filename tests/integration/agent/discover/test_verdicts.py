"""Whether an objective is answered is the model's to say, except where a test found something."""

from __future__ import annotations

import asyncio

import pytest
from discovered_run import STEP, discovery
from langgraph.runtime import Runtime

from agent.discover.nodes.workflow import answer
from agent.discover.records import ObjectiveRecord, RefinementRecord, StepRecord
from agent.discover.state import ObjectiveState
from agent.discover.work import open_discovery
from agent.models.discover_answers import ObjectiveVerdict
from agent.testing import ScriptedModel
from sandboxes.process import ProcessSandbox

AT = ObjectiveState(objective="o1-1", workflow=1, steps=1, place="answer")


def answered(home, said, q):
    """Where an objective's branch goes on when the model says this of a workflow whose test has this q, with the
    objective and what was recorded of the verdict."""
    with discovery(home, "words") as run:
        step = run.get(StepRecord, STEP)
        step.tables = {"test": run.artefacts.keep_text(f"protein,log2_fc,p,q\nMAPT,1.5,0.0001,{q}\n")}
        run.save(step)
        model = ScriptedModel({"answer_objective": lambda _: said})
        with run.locked(), open_discovery(run, model, ProcessSandbox()) as context:
            state = asyncio.run(answer(AT, Runtime(context=context)))
        return state["place"], run.get(ObjectiveRecord, "o1-1"), run.get(RefinementRecord, "workflows:o1-1-w1")


@pytest.mark.parametrize("status", ["dead", "another"])
def test_what_a_test_called_is_asked_about_though_the_model_gives_up(tmp_path, status):
    said = ObjectiveVerdict(status=status, reason="No clear signal. " + "x" * 580)
    place, objective, looked = answered(tmp_path, said, q=0.001)
    assert (place, objective.status, looked.action) == ("controls", "answered", "answered")
    for reason in (objective.reason, looked.reason):
        assert reason.startswith(f"test_groups called 1; the model said {status}: No clear signal.")


@pytest.mark.parametrize(("status", "place"), [("dead", "closed"), ("another", "plan")])
def test_where_nothing_was_called_the_model_has_its_say(tmp_path, status, place):
    went, objective, looked = answered(tmp_path, ObjectiveVerdict(status=status, reason="No signal."), q=0.4)
    assert (went, looked.action, looked.reason) == (place, status, "No signal.")
    assert objective.status == ("dead" if status == "dead" else "answered")  # as it was, where another one follows
