"""The closed loop as a graph: nodes and edges, and nothing else. Reading it is reading the method.

    establish → retrieve → propose → screen ─┬─ Send ─→ [ implement → execute ⇄ repair → measure ] ─→ analyse → decide
                    ↑                        └─ too few ideas: propose again                                      │
                    └──────────────────────────── next round ─────────────────────────────────────────────────────┤
                                                                                    report ← confirm ← no more ───┘

Every idea has a branch of its own (one `Send` into the inner graph), so a fast idea does not wait for a slow one
before it is repaired. A failure inside a branch is a value in the run's database, never an exception: an exception
would cancel the other branches.
"""

from __future__ import annotations

from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from agent.context import Context
from agent.nodes.analyse import analyse
from agent.nodes.confirm import confirm
from agent.nodes.decide import decide
from agent.nodes.establish import establish
from agent.nodes.execute import execute
from agent.nodes.implement import implement
from agent.nodes.measure import measure
from agent.nodes.propose import propose
from agent.nodes.repair import repair
from agent.nodes.report import report
from agent.nodes.retrieve import retrieve
from agent.nodes.screen import screen
from agent.state import IdeaState, Nothing, State

MAX_PROPOSALS = 3
"""Times that a round asks for ideas before it goes on with fewer than it wants."""


def after_screen(state: State, runtime: Runtime[Context]) -> list[Send] | str:
    """One branch for each accepted idea; while they are too few, ask for more."""
    too_few = len(state["accepted"]) < runtime.context.run.config.budget.ideas
    if too_few and state["proposals"] < MAX_PROPOSALS:
        return "propose"
    return [Send("idea", IdeaState(idea=idea, attempt=0, status="broken")) for idea in state["accepted"]] or "analyse"


def after_attempt(state: IdeaState) -> str:
    """Measure what ran, repair what did not, leave what was given up."""
    return {"ran": "measure", "broken": "repair", "given up": END}[state["status"]]


def after_writing(state: IdeaState) -> str:
    """Run what was written; leave the idea when nothing was."""
    return END if state["status"] == "given up" else "execute"


def after_decide(state: State) -> str:
    """The next round, or the end."""
    return "confirm" if state["stop"] else "retrieve"


def idea_graph() -> CompiledStateGraph[IdeaState, Context, Any, Any]:
    """The branch of one idea."""
    graph = StateGraph(IdeaState, context_schema=Context, output_schema=Nothing)
    graph.add_node("implement", implement)
    graph.add_node("execute", execute)
    graph.add_node("repair", repair)
    graph.add_node("measure", measure)
    graph.add_edge(START, "implement")
    graph.add_conditional_edges("implement", after_writing, ["execute", END])
    graph.add_conditional_edges("execute", after_attempt, ["measure", "repair", END])
    graph.add_conditional_edges("repair", after_writing, ["execute", END])
    graph.add_edge("measure", END)
    return graph.compile()


def build_graph(checkpointer: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[State, Context, Any, Any]:
    """The whole loop."""
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("establish", establish)
    graph.add_node("retrieve", retrieve)
    graph.add_node("propose", propose)
    graph.add_node("screen", screen)
    graph.add_node("idea", idea_graph())
    graph.add_node("analyse", analyse)
    graph.add_node("decide", decide)
    graph.add_node("confirm", confirm)
    graph.add_node("report", report)
    graph.add_edge(START, "establish")
    graph.add_edge("establish", "retrieve")
    graph.add_edge("retrieve", "propose")
    graph.add_edge("propose", "screen")
    graph.add_conditional_edges("screen", after_screen, ["propose", "idea", "analyse"])
    graph.add_edge("idea", "analyse")
    graph.add_edge("analyse", "decide")
    graph.add_conditional_edges("decide", after_decide, ["retrieve", "confirm"])
    graph.add_edge("confirm", "report")
    graph.add_edge("report", END)
    return graph.compile(checkpointer=checkpointer)
