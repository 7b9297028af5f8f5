"""What earlier rounds teach: which components to build on, and which to leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.models.requests import PastIdea, PastReview

Method = frozenset[str]
"""An idea as the set of its components' names."""


class Lessons(BaseModel):
    """The history, read for its components.

    A verdict on one component is a verdict on that component. A verdict on a combination is one on the combination:
    its partner may have been at fault, so that a component that failed only in company is combined no further, but is
    still tried once alone. The price of being wrong is one idea; leaving it out for good could cost the best one.
    """

    model_config = ConfigDict(frozen=True)

    tried: frozenset[Method]
    improved: tuple[Method, ...]
    """Methods that improved on the baseline, the largest difference first."""
    left_out: frozenset[str]
    """Components not to be combined with anything."""

    def base(self, method: Method) -> Method:
        """The best improved method that a method contains and adds to, or nothing."""
        return next((improved for improved in self.improved if improved < method), frozenset())


def learn(history: Sequence[PastIdea], reviews: Sequence[PastReview] = ()) -> Lessons:
    """The lessons of all earlier ideas, whatever model proposed them. What a person rejected is a lesson whatever was
    measured: it is not tried again, not built on, and not combined."""
    rejected = frozenset(frozenset(one.components) for one in reviews if one.action == "reject")
    improved = [idea for idea in history if idea.verdict == "improved" and idea.components]
    improved = [idea for idea in improved if frozenset(idea.components) not in rejected]
    improved.sort(key=lambda idea: -(idea.difference or 0.0))
    good = {name for idea in improved for name in idea.components}
    bad = [idea for idea in history if idea.verdict in ("same", "worse", "failed")]
    return Lessons(
        tried=frozenset(frozenset(idea.components) for idea in history) | rejected,
        improved=tuple(dict.fromkeys(frozenset(idea.components) for idea in improved)),
        left_out=(frozenset(name for idea in bad for name in idea.components) | frozenset().union(*rejected)) - good,
    )
