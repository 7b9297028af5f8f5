"""What flows along the graph's edges: ids and small facts. Bulk lies in the run's database and artefacts.

LangGraph's checkpointer writes the whole state at every superstep, so a state that grew with what was produced would
make the checkpoint file grow with its square. What a round produced is therefore read from the run, by the round.
"""

from __future__ import annotations

from typing import Literal, TypedDict

AttemptStatus = Literal["ran", "broken", "given up"]


class State(TypedDict):
    """Of the outer graph: where the run stands."""

    round: int
    proposals: int
    """Times that ideas were asked for in this round."""
    accepted: list[str]
    """Ids of this round's ideas that passed the screening."""
    stop: str
    """Why the run ends; empty while it goes on."""


class IdeaState(TypedDict):
    """Of the inner graph: where one idea stands."""

    idea: str
    attempt: int
    """Number of the newest version of its code, from 1; 0 when there is none."""
    status: AttemptStatus


class ResultState(TypedDict):
    """Of the graph of one result that is reviewed."""

    idea: str
    reruns: int
    """Times that it was measured again."""
    asked_by: int
    """Number of the review that asks for another time; 0 when the result stands or falls as it is."""


class Nothing(TypedDict):
    """What an idea's branch hands to the outer graph: all it found is in the run's database."""
