"""What flows along the edges of a discovery's graph: ids and small facts; see `agent.state` for the reason."""

from __future__ import annotations

from typing import Literal, TypedDict

Next = Literal["plan", "step", "answer", "controls", "closed"]


class State(TypedDict):
    """Of the outer graph: where the run stands."""

    round: int
    objectives: list[str]
    """Ids of this round's objectives that are to be pursued."""
    stop: str
    """Why the run ends; empty while it goes on."""


class ObjectiveState(TypedDict):
    """Of the inner graph: where one objective stands."""

    objective: str
    workflow: int
    """Number of the newest workflow, from 1; 0 when there is none."""
    steps: int
    """Steps of it that were run."""
    place: Next
    """What comes next."""


class HypothesisState(TypedDict):
    """Of the branch in which a hypothesis is reviewed."""

    hypothesis: str


class Nothing(TypedDict):
    """What an objective's branch hands to the outer graph: all it found is in the run's database."""


START = State(round=1, objectives=[], stop="")
