"""Ideas from the catalogue: single components first, then combinations of what improved."""

from __future__ import annotations

import re
from itertools import chain, combinations, zip_longest
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ConfigDict

from agent.errors import ModelFailed
from agent.literature.support import find_support
from agent.models.requests import Citation, IdeaDraft, Ideas
from agent.models.rule_based.catalogue import BY_NAME, CATALOGUE
from agent.models.rule_based.component import Component, compatible, in_order
from agent.models.rule_based.lessons import Lessons, Method, learn
from agent.models.rule_based.writing import NEEDS, open_slots

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from agent.models.requests import PaperExcerpt, ProposeIdeas, TaskBrief
    from agent.models.rule_based.component import Stage

T = TypeVar("T")

_TURNS: tuple[Stage, ...] = (
    "estimator",
    "scaling",
    "geometry",
    "ensemble",
    "descriptor",
    "perturbation",
    "mapping",
    "image",
)
"""Four stages in a row are of four slots."""


class Option(BaseModel):
    """A component that fits the task, with the first paper whose text names it."""

    model_config = ConfigDict(frozen=True)

    component: Component
    rank: int
    """Place of that paper in the ranking, or the number of papers when none names the component."""
    citation: Citation | None


def propose(request: ProposeIdeas) -> Ideas:
    """As many ideas as asked for, or fewer when the catalogue holds no more.

    Raises:
        ModelFailed: the catalogue holds nothing (more) for this task.
    """
    slots = open_slots(request.files)
    if not slots:
        raise ModelFailed(NEEDS.format(found="none of them"))
    options = [_option(one, request.papers) for one in fitting(request.task) if one.slot in slots]
    citations = {option.component.name: option.citation for option in options}
    ideas: list[IdeaDraft] = []
    for method in _untried(_ordered(options), learn(request.history)):
        idea = _idea(method, citations)
        if idea.summary not in request.rejected:
            ideas.append(idea)
        if len(ideas) == request.count:
            break
    if not ideas:
        raise ModelFailed("the rule-based model has tried all its components and their combinations on this task")
    return Ideas(ideas=tuple(ideas))


def fitting(task: TaskBrief) -> tuple[Component, ...]:
    """The components that make sense for a task, in the catalogue's order; what its rows are is read from its texts."""
    words = task.input.lower()
    images = re.search(r"\b(images?|patch(es)?|pixels?)\b", words) is not None
    patches = images and re.search(r"\b(central|centre|center|middle)\b", task.output.lower()) is not None
    kinds = {"any", task.kind.lower()}
    inputs = {"any", *(["images"] if images else []), *(["patches"] if patches else [])}
    return tuple(one for one in CATALOGUE if one.kind in kinds and one.inputs in inputs)


def _option(component: Component, papers: Sequence[PaperExcerpt]) -> Option:
    for rank, paper in enumerate(papers):
        passage = find_support(paper.text, component.keywords)
        if passage:
            return Option(component=component, rank=rank, citation=Citation(paper=paper.id, passage=passage))
    return Option(component=component, rank=len(papers), citation=None)


def _ordered(options: Sequence[Option]) -> list[Component]:
    """Stages take turns, so that a round tries different kinds of change; in each, what papers name comes first."""
    ranked = sorted(options, key=lambda option: option.rank)
    return list(_in_turn(*([one.component for one in ranked if one.component.stage == stage] for stage in _TURNS)))


def _untried(components: Sequence[Component], lessons: Lessons) -> Iterator[Method]:
    """Methods in the order in which they are worth trying, none twice and none that was tried before.

    What improved and single components take turns. When both have run dry, any two components are combined, those that
    were left out last: effects need not add up.
    """
    usable = [one.name for one in components if one.name not in lessons.left_out]
    spare = [one.name for one in components if one.name in lessons.left_out]
    unions = [one | other for one, other in combinations(lessons.improved, 2)]
    extended = _in_turn(*([method | {name} for name in usable] for method in lessons.improved))
    singles = [frozenset({one.name}) for one in components]
    pairs = [frozenset(pair) for pair in combinations([*usable, *spare], 2)]
    known = {one.name for one in components}
    seen = set(lessons.tried)
    for method in chain(_in_turn([*unions, *extended], singles), pairs):
        if method not in seen and method <= known and compatible(BY_NAME[name] for name in method):
            seen.add(method)
            yield method


def _in_turn(*sequences: Iterable[T]) -> Iterator[T]:
    """One of each sequence in turn, until all are exhausted."""
    for items in zip_longest(*sequences):
        yield from (item for item in items if item is not None)


def _idea(method: Method, citations: dict[str, Citation | None]) -> IdeaDraft:
    components = in_order(BY_NAME[name] for name in method)
    titles = [one.title for one in components]
    cites = (citations[one.name] for one in components)
    return IdeaDraft(
        title=" + ".join(titles),
        summary=" ".join(one.does for one in components),
        motivation=" ".join(one.why for one in components),
        components=tuple(one.name for one in components),
        cites=tuple(citation for citation in cites if citation),
    )
