"""Discovery as a graph: nodes and edges, and nothing else. Reading it is reading the method.

    profile → objectives → Send [ check → plan → step ⇄ revise → answer → controls ] → hypothesise → judge → decide
                  ↑                         ↑                       │                                          │
                  │                         └── another workflow ───┘                                          │
                  └───────────────────────── next round ───────────────────────────────────────────────────────┤
                                                                                             report ← no more ─┘

The profile comes from tools and never from the model. Every objective has a branch of its own; a tool that fails there
is a row in the run's database, never an exception. Refinement has three levels (steps, workflows, objectives), each of
which can be switched off.
"""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from agent.discover.context import DiscoverContext
from agent.discover.nodes.controls import controls
from agent.discover.nodes.decide import decide
from agent.discover.nodes.hypothesise import hypothesise
from agent.discover.nodes.judge import judge
from agent.discover.nodes.objectives import objectives
from agent.discover.nodes.profile import profile
from agent.discover.nodes.report import report
from agent.discover.nodes.review import review_hypothesis
from agent.discover.nodes.workflow import answer, check, plan, revise, step
from agent.discover.state import HypothesisState, Nothing, ObjectiveState, State
from agent.review.queue import items


def after_objectives(state: State) -> list[Send] | str:
    """One branch for each objective."""
    branches = [
        Send("objective", ObjectiveState(objective=one, workflow=0, steps=0, place="plan"))
        for one in state["objectives"]
    ]
    return branches or "hypothesise"


def next_place(state: ObjectiveState) -> str:
    """Where the objective's branch goes on."""
    return END if state["place"] == "closed" else state["place"]


def after_judge(state: State, runtime: Runtime[DiscoverContext]) -> list[Send] | str:  # noqa: ARG001  (LangGraph passes it)
    """Ask about each hypothesis that the run waits for."""
    due = [one.subject for one in items(runtime.context.run, kind="hypothesis") if one.state != "passed"]
    return [Send("review_hypothesis", HypothesisState(hypothesis=one)) for one in due] or "decide"


def after_decide(state: State) -> str:
    """The next round, or the end."""
    return "report" if state["stop"] else "objectives"


def objective_graph() -> CompiledStateGraph[ObjectiveState, DiscoverContext, Any, Any]:
    """The branch of one objective."""
    graph = StateGraph(ObjectiveState, context_schema=DiscoverContext, output_schema=Nothing)
    graph.add_node("check", check)
    graph.add_node("plan", plan)
    graph.add_node("step", step)
    graph.add_node("revise", revise)
    graph.add_node("answer", answer)
    graph.add_node("controls", controls)
    graph.add_edge(START, "check")
    graph.add_conditional_edges("check", next_place, ["plan", END])
    graph.add_conditional_edges("plan", next_place, ["step", "answer"])
    graph.add_edge("step", "revise")
    graph.add_conditional_edges("revise", next_place, ["step", "answer"])
    graph.add_conditional_edges("answer", next_place, ["plan", "controls", END])
    graph.add_edge("controls", END)
    return graph.compile()


def build_discovery(
    checkpointer: BaseCheckpointSaver[Any] | None = None,
) -> CompiledStateGraph[State, DiscoverContext, Any, Any]:
    """The whole of a discovery."""
    graph = StateGraph(State, context_schema=DiscoverContext)
    graph.add_node("profile", profile)
    graph.add_node("objectives", objectives)
    graph.add_node("objective", objective_graph())
    graph.add_node("hypothesise", hypothesise)
    graph.add_node("judge", judge)
    graph.add_node("review_hypothesis", review_hypothesis, input_schema=HypothesisState)
    graph.add_node("decide", decide)
    graph.add_node("report", report)
    graph.add_edge(START, "profile")
    graph.add_edge("profile", "objectives")
    graph.add_conditional_edges("objectives", after_objectives, ["objective", "hypothesise"])
    graph.add_edge("objective", "hypothesise")
    graph.add_edge("hypothesise", "judge")
    graph.add_conditional_edges("judge", after_judge, ["review_hypothesis", "decide"])
    graph.add_edge("review_hypothesis", "decide")
    graph.add_conditional_edges("decide", after_decide, ["objectives", "report"])
    graph.add_edge("report", END)
    return graph.compile(checkpointer=checkpointer)
