"""Hypotheses under review: what waits, what a reviewer sees, and what a rejection does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

from agent.config import RunConfig
from agent.discover.evidence import Evidence
from agent.discover.graph import after_judge
from agent.discover.nodes.objectives import past_objectives
from agent.discover.nodes.review import review_hypothesis
from agent.discover.records import HypothesisRecord, JudgementRecord, ObjectiveRecord
from agent.discover.settings import DiscoverSettings
from agent.discover.state import HypothesisState, State
from agent.models.discover_answers import ObjectiveDraft
from agent.review.attending import answers
from agent.review.item_text import describe
from agent.review.queue import item, offer, pending, submit
from agent.review.settings import ReviewSettings
from agent.review.verdicts import Accept, Reject
from agent.run import Run

STATEMENT = "APOE is lower in cases than in controls."


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A discovery with two accepted hypotheses, which it waits for."""
    config = RunConfig(
        id="d",
        created=datetime.now(UTC),
        task="table.csv",
        discover=DiscoverSettings(files={"table": "table.csv"}),
        review=ReviewSettings(gates=("hypotheses",)),
    )
    with Run.create(tmp_path, config) as made:
        objective = ObjectiveDraft(title="Cases", question="What differs?", aim="two_groups", column="group")
        made.save(ObjectiveRecord(id="o1-1", round=1, draft=objective.model_dump(mode="json"), status="answered"))
        for name in ("h1-1", "h1-2"):
            draft = {
                "statement": STATEMENT,
                "entities": ["APOE"],
                "claims": [{"finding": "f1", "direction": "lower"}],
            }
            row = HypothesisRecord(id=name, round=1, objective_id="o1-1", draft=draft, status="accepted")
            row.evidence = Evidence().model_dump(mode="json")
            made.save(row)
            made.save(
                JudgementRecord(
                    id=f"{name}/s",
                    hypothesis_id=name,
                    judge="sceptic",
                    criterion="novelty",
                    score=3,
                    quote="",
                    reason="",
                )
            )
            offer(made, "hypothesis", name, 1, STATEMENT)
        yield made


def gate() -> Any:
    """The part of the discovery's graph that asks."""
    graph = StateGraph(State)
    graph.add_node("judge", lambda _: {})
    graph.add_node("decide", lambda _: {})
    graph.add_node("review_hypothesis", review_hypothesis, input_schema=HypothesisState)
    graph.add_edge(START, "judge")
    graph.add_conditional_edges("judge", after_judge, ["review_hypothesis", "decide"])
    graph.add_edge("review_hypothesis", "decide")
    graph.add_edge("decide", END)
    return graph.compile(checkpointer=InMemorySaver())


async def test_hypotheses_are_asked_about_each_by_itself(run: Run) -> None:
    graph, config, context = gate(), {"configurable": {"thread_id": "d"}}, SimpleNamespace(run=run)
    asked = await graph.ainvoke(State(round=1, objectives=[], stop=""), config, context=context, version="v2")
    assert {one.id for one in pending(run)} == {one.value["item"] for one in asked.interrupts}
    submit(run, "h1-1/hypothesis", 1, Reject(reason="a known contaminant"), "ada")
    asked = await graph.ainvoke(answers(run, asked.interrupts), config, context=context, version="v2")
    assert [one.value["item"] for one in asked.interrupts] == ["h1-2/hypothesis"]
    submit(run, "h1-2/hypothesis", 1, Accept(), "ada")
    asked = await graph.ainvoke(answers(run, asked.interrupts), config, context=context, version="v2")
    assert not asked.interrupts
    rows = {row.id: (row.status, row.reason) for row in run.all(HypothesisRecord)}
    assert rows["h1-1"] == ("rejected", "rejected by ada: a known contaminant")
    assert rows["h1-2"][0] == "accepted"
    (past,) = past_objectives(SimpleNamespace(run=run))  # type: ignore[arg-type]
    assert "a known contaminant" in past.found[0]


def test_a_reviewer_sees_the_statement_and_the_scores(run: Run) -> None:
    text = describe(run, item(run, "h1-1/hypothesis"))
    assert STATEMENT in text
    assert "novelty: 3.0 of 5" in text
