"""What a method component is, and which components go together."""

from __future__ import annotations

from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterable

Slot = Literal["models", "training", "features", "ensembles"]
Stage = Literal["geometry", "perturbation", "image", "descriptor", "scaling", "mapping", "estimator", "ensemble"]

SLOTS: dict[Stage, Slot] = {
    "geometry": "training",
    "perturbation": "training",
    "image": "features",
    "descriptor": "features",
    "scaling": "features",
    "mapping": "features",
    "estimator": "models",
    "ensemble": "ensembles",
}
"""The stages in the order in which data passes through them. Two components of one stage are alternatives."""

CODE = Path(__file__).parent / "components"


class Component(BaseModel):
    """One well-founded change of a method. Its code is `components/<slot>/<name>.py`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    """Short name, for example `random-forest`."""
    title: str
    stage: Stage
    does: str
    """What changes, as a sentence."""
    why: str
    """Why that can help, as a sentence."""
    keywords: tuple[str, ...]
    """What papers call it: the words by which it is found in a paper's text."""
    kind: Literal["classification", "regression", "any"] = "any"
    inputs: Literal["images", "patches", "any"] = "any"
    """What a row must be: anything, a square image, or a square patch whose centre pixel is the target."""
    not_with: tuple[str, ...] = ()
    """Names of components or stages that it cannot be combined with, for what it would cost in time or sense."""

    @property
    def slot(self) -> Slot:
        """Where its code belongs."""
        return SLOTS[self.stage]

    @property
    def function(self) -> str:
        """Name of the function in its code."""
        return self.name.replace("-", "_")

    @cached_property
    def code(self) -> str:
        """The text of its code."""
        return (CODE / self.slot / f"{self.function}.py").read_text(encoding="utf-8")


def in_order(components: Iterable[Component]) -> tuple[Component, ...]:
    """Components in the order in which data passes through them."""
    stages = list(SLOTS)
    return tuple(sorted(components, key=lambda component: stages.index(component.stage)))


def compatible(components: Iterable[Component]) -> bool:
    """Whether the components can be one method: each stage at most once, and none that excludes another."""
    return all(
        one.stage != other.stage
        and not {other.name, other.stage} & set(one.not_with)
        and not {one.name, one.stage} & set(other.not_with)
        for one, other in combinations(components, 2)
    )
