"""The closed loop as a graph: nodes and edges, and nothing else. Reading it is reading the method.

    establish → retrieve → propose → screen ─┬─ Send ─→ [ implement → execute ⇄ repair → measure ] ─→ analyse → decide
                    ↑                        └─ too few ideas: propose again                                      │
                    └──────────────────────────── next round ─────────────────────────────────────────────────────┤
                                                                                    report ← confirm ← no more ───┘

Where the run waits for people (`--review`), a branch begins with the review of its idea, the first code is reviewed
before it runs, and after the analysis each result has a branch in which it is reviewed, and measured again when asked.

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
from agent.nodes.propose import MAX_PROPOSALS, propose
from agent.nodes.repair import repair
from agent.nodes.report import report
from agent.nodes.rerun import rerun
from agent.nodes.retrieve import retrieve
from agent.nodes.review import review_code, review_idea, review_result
from agent.nodes.screen import screen
from agent.review.queue import is_due, items
from agent.state import IdeaState, Nothing, ResultState, State


def after_screen(state: State, runtime: Runtime[Context]) -> list[Send] | str:
    """One branch for each accepted idea; while they are too few, ask for more."""
    too_few = len(state["accepted"]) < runtime.context.run.config.budget.ideas
    if too_few and state["proposals"] < MAX_PROPOSALS:
        return "propose"
    return [Send("idea", IdeaState(idea=idea, attempt=0, status="broken")) for idea in state["accepted"]] or "analyse"


def before_writing(state: IdeaState, runtime: Runtime[Context]) -> str:
    """Ask about the idea where the run waits for that."""
    return "review_idea" if is_due(runtime.context.run, "idea", state["idea"]) else "implement"


def after_attempt(state: IdeaState) -> str:
    """Measure what ran, repair what did not, leave what was given up."""
    return {"ran": "measure", "broken": "repair", "given up": END}[state["status"]]


def after_review(state: IdeaState) -> str:
    """Go on with the idea, or leave it."""
    return END if state["status"] == "given up" else "go on"


def after_writing(state: IdeaState, runtime: Runtime[Context]) -> str:
    """Run what was written, after its review where that is due; leave the idea when nothing was."""
    if state["status"] == "given up":
        return END
    return "review_code" if is_due(runtime.context.run, "code", state["idea"]) else "execute"


def after_analyse(state: State, runtime: Runtime[Context]) -> list[Send] | str:
    """Ask about each result that the run waits for."""
    run = runtime.context.run
    due = [one.subject for one in items(run, kind="result", round=state["round"]) if one.state != "passed"]
    return [Send("result", ResultState(idea=idea, reruns=0, asked_by=0)) for idea in due] or "decide"


def after_result(state: ResultState) -> str:
    """Measure again when that was asked for."""
    return "rerun" if state["asked_by"] else END


def after_decide(state: State) -> str:
    """The next round, or the end."""
    return "confirm" if state["stop"] else "retrieve"


def idea_graph() -> CompiledStateGraph[IdeaState, Context, Any, Any]:
    """The branch of one idea."""
    graph = StateGraph(IdeaState, context_schema=Context, output_schema=Nothing)
    graph.add_node("review_idea", review_idea)
    graph.add_node("implement", implement)
    graph.add_node("review_code", review_code)
    graph.add_node("execute", execute)
    graph.add_node("repair", repair)
    graph.add_node("measure", measure)
    graph.add_conditional_edges(START, before_writing, ["review_idea", "implement"])
    graph.add_conditional_edges("review_idea", after_review, {"go on": "implement", END: END})
    graph.add_conditional_edges("implement", after_writing, ["review_code", "execute", END])
    graph.add_conditional_edges("review_code", after_review, {"go on": "execute", END: END})
    graph.add_conditional_edges("execute", after_attempt, ["measure", "repair", END])
    graph.add_conditional_edges("repair", after_writing, ["review_code", "execute", END])
    graph.add_edge("measure", END)
    return graph.compile()


def result_graph() -> CompiledStateGraph[ResultState, Context, Any, Any]:
    """The branch of one result that people review."""
    graph = StateGraph(ResultState, context_schema=Context, output_schema=Nothing)
    graph.add_node("review_result", review_result)
    graph.add_node("rerun", rerun)
    graph.add_edge(START, "review_result")
    graph.add_conditional_edges("review_result", after_result, ["rerun", END])
    graph.add_edge("rerun", "review_result")
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
    graph.add_node("result", result_graph())
    graph.add_node("decide", decide)
    graph.add_node("confirm", confirm)
    graph.add_node("report", report)
    graph.add_edge(START, "establish")
    graph.add_edge("establish", "retrieve")
    graph.add_edge("retrieve", "propose")
    graph.add_edge("propose", "screen")
    graph.add_conditional_edges("screen", after_screen, ["propose", "idea", "analyse"])
    graph.add_edge("idea", "analyse")
    graph.add_conditional_edges("analyse", after_analyse, ["result", "decide"])
    graph.add_edge("result", "decide")
    graph.add_conditional_edges("decide", after_decide, ["retrieve", "confirm"])
    graph.add_edge("confirm", "report")
    graph.add_edge("report", END)
    return graph.compile(checkpointer=checkpointer)
