"""Ideas from the catalogue: single components first, then combinations of what improved."""

from __future__ import annotations

import re
import textwrap
from itertools import combinations, cycle, islice, zip_longest
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
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from agent.models.requests import PaperExcerpt, ProposeIdeas, TaskBrief
    from agent.models.rule_based.component import Stage

T = TypeVar("T")

_TURNS: tuple[tuple[Stage, ...], ...] = (
    ("estimator",),
    ("scaling", "descriptor", "mapping", "image"),
    ("geometry", "perturbation"),
    ("ensemble",),
)
"""The stages of each slot, slots and stages in the order in which they take turns."""


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
    lessons = learn(request.history, request.reviews)
    round_ = _Round(request, lessons, {option.component.name: option.citation for option in options})
    names = [one.name for one in _ordered(options)]
    singles = (frozenset({name}) for name in names)
    round_.fill([_steps_on(names, lessons), singles])
    round_.fill([_pairs(names, lessons)])
    if not round_.ideas:
        raise ModelFailed("the rule-based model has tried all its components and their combinations on this task")
    return Ideas(ideas=tuple(round_.ideas))


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
    """Slots and their stages take turns, so that a round tries different kinds of change.

    Within a stage, what a paper names comes first, in the order of the papers.
    """
    ranked = [option.component for option in sorted(options, key=lambda option: option.rank)]
    by_stage = {stage: [one for one in ranked if one.stage == stage] for stages in _TURNS for stage in stages}
    return list(_in_turn(*(_in_turn(*(by_stage[stage] for stage in stages)) for stages in _TURNS)))


def _steps_on(names: Sequence[str], lessons: Lessons) -> Iterator[Method]:
    """What improved, joined with each other, and then additions, dealt to the improved methods from the best one on."""
    yield from (one | other for one, other in combinations(lessons.improved, 2))
    usable = [name for name in names if name not in lessons.left_out]
    for start in range(len(lessons.improved)):
        methods = islice(cycle(lessons.improved), start, None)
        method = next(methods)
        for name in usable:
            if _compatible(method | {name}):
                yield method | {name}
                method = next(methods)


def _pairs(names: Sequence[str], lessons: Lessons) -> Iterator[Method]:
    """Any two components, those that were left out last: what neither does alone, both may do together."""
    ordered = sorted(names, key=lambda name: name in lessons.left_out)
    return (frozenset(pair) for pair in combinations(ordered, 2))


def _compatible(method: Method) -> bool:
    return method <= BY_NAME.keys() and compatible(BY_NAME[name] for name in method)


def _in_turn(*sequences: Iterable[T]) -> Iterator[T]:
    """One of each sequence in turn, until all are exhausted."""
    for items in zip_longest(*sequences):
        yield from (item for item in items if item is not None)


class _Round:
    """The ideas of one round as they are chosen."""

    def __init__(self, request: ProposeIdeas, lessons: Lessons, citations: Mapping[str, Citation | None]) -> None:
        self.ideas: list[IdeaDraft] = []
        self._request = request
        self._lessons = lessons
        self._citations = citations
        self._added: set[str] = set()

    def fill(self, streams: Sequence[Iterator[Method]]) -> None:
        """Take one new method of each stream in turn, until the round is full or the streams are dry."""
        while streams:
            streams = [stream for stream in streams if not self._full() and any(map(self._takes, stream))]

    def _full(self) -> bool:
        return len(self.ideas) >= self._request.count

    def _takes(self, method: Method) -> bool:
        """Add a method's idea unless it was tried, cannot be, or adds what another of this round adds already."""
        added = method - self._lessons.base(method)
        if method in self._lessons.tried or not method <= self._citations.keys() or added & self._added:
            return False
        idea = self._idea(in_order(BY_NAME[name] for name in method), added)
        if not _compatible(method) or idea.summary in self._request.rejected:
            return False
        self.ideas.append(idea)
        self._added |= added
        return True

    def _idea(self, components: Sequence[Component], added: Method) -> IdeaDraft:
        new = [one for one in components if one.name in added]
        names = {one.name for one in components}
        cites = (self._citations[one.name] for one in components)
        return IdeaDraft(
            title=textwrap.shorten(" + ".join(one.title for one in components), 160, placeholder=" …"),
            summary=" ".join(one.does for one in new),
            motivation=" ".join(one.why for one in new),
            components=tuple(one.name for one in components),
            cites=tuple(citation for citation in cites if citation),
            builds_on=tuple(idea.id for idea in self._request.history if names & set(idea.components)),
        )
