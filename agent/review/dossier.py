"""What a reviewer is shown of a run, as values: numbers as `Cited`, words of others as `Quoted`.

The report's two formats are templates over a `Dossier`; nothing in them asks the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from agent.config import RunConfig
from agent.evidence.ledger import Cited, Compared, Ledger, Stated
from agent.review.quoting import Quoted
from sandboxes.sandbox import Isolation
from workspaces.task import Task


@dataclass(frozen=True)
class Reference:
    """A paper of the run's library."""

    id: str
    title: Quoted
    byline: Quoted
    """Authors, year and venue."""
    link: str
    """An `https:` or `http:` address; empty when none is known."""
    retracted: bool
    passage: Quoted | None = None
    """What an idea took from it."""
    compared: Quoted | None = None
    """How it compares with an idea: problem, method, claim, what is different."""
    nearness: Cited | None = None
    """Its similarity to an idea, or the score it was ranked by."""


@dataclass(frozen=True)
class AttemptLine:
    """That there was a version of an idea's code."""

    id: str
    status: str
    commit: str


@dataclass(frozen=True)
class AttemptView:
    """One version of an idea's code."""

    id: str
    status: str
    note: Quoted
    summary: Quoted
    wall: Cited | None
    traceback: Quoted | None
    structure: Quoted | None
    hints: tuple[Quoted, ...]
    """What the next request was told of the attempts before."""


@dataclass(frozen=True)
class SeedView:
    """Candidate and baseline with one seed on one split."""

    split: str
    seed: str
    candidate: Cited | Quoted
    """The metric, or why there is none."""
    baseline: Cited | None


@dataclass(frozen=True)
class Judged:
    """A verdict on one split."""

    verdict: str
    reason: Stated | Quoted
    numbers: Compared | None


@dataclass(frozen=True)
class IdeaView:
    """An idea and what came of it: a line of a table."""

    id: str
    round: str
    title: Quoted
    summary: Quoted
    decision: str
    why: Stated
    validation: Judged | None
    test: Judged | None
    attempts: tuple[AttemptLine, ...]

    @property
    def outcome(self) -> str:
        """The verdict in a word; of an idea without one, where it stands."""
        if self.validation is not None:
            return self.validation.verdict
        return {"accepted": "not judged yet", "proposed": "not screened yet"}.get(self.decision, self.decision)


@dataclass(frozen=True)
class IdeaDetail:
    """The rest of an idea: what a reviewer opens."""

    idea: IdeaView
    motivation: Quoted
    cites: tuple[Reference, ...]
    novelty: Quoted | None
    """The verdict on its novelty, who gave it and why; None when it was not looked up."""
    near_papers: tuple[Reference, ...]
    near_idea: tuple[str, Cited] | None
    seeds: tuple[SeedView, ...]
    attempts: tuple[AttemptView, ...]
    diff: Quoted


@dataclass(frozen=True)
class SearchView:
    """A source that was asked."""

    round: str
    source: str
    status: str
    coverage: Quoted
    detail: Quoted


@dataclass(frozen=True)
class Missing:
    """Something that a finished run has and this one lacks."""

    text: str
    ideas: tuple[str, ...] = ()
    """The ideas that it is about."""


@dataclass(frozen=True)
class Progress:
    """Where the run stands."""

    finished: bool
    ending: Stated | None
    """Why it ended."""
    missing: tuple[Missing, ...]


@dataclass(frozen=True)
class Counts:
    """How much there is of what."""

    proposed: Cited
    accepted: Cited
    judged: Cited
    improved: Cited
    confirmed: Cited
    attempts: Cited
    papers: Cited


@dataclass(frozen=True)
class Spent:
    """The budget, and what was used of it."""

    rounds: Cited
    ideas: Cited
    repairs: Cited
    minutes: Cited | None
    worked: Cited
    seeds: Cited
    error_rate: Cited
    replicates: Cited


@dataclass(frozen=True)
class UsageView:
    """What one model was asked of one kind in one round, and what that took."""

    round: str
    kind: str
    model: str
    calls: Cited
    usable: Cited
    prompt_tokens: Cited
    completion_tokens: Cited
    seconds: Cited
    dollars: Cited | None


@dataclass(frozen=True)
class Baseline:
    """What all ideas are compared with."""

    commit: str
    data_hash: str
    seeds: tuple[SeedView, ...]


@dataclass(frozen=True)
class Protection:
    """An isolation that jobs got."""

    isolation: Isolation
    jobs: Cited


@dataclass(frozen=True)
class ReviewLine:
    """What a person said of an item."""

    item: str
    idea: str
    who: Quoted
    action: str
    reason: Quoted


@dataclass(frozen=True)
class Agreement:
    """How often people accepted what a judge had let through."""

    what: str
    judge: str
    agreed: Cited
    of: Cited


@dataclass(frozen=True)
class Dossier:
    """A run."""

    config: RunConfig
    task: Task | None
    """None when its folder is not there any more."""
    ledger: Ledger
    written: datetime
    describes_model: str
    progress: Progress
    counts: Counts
    spent: Spent
    protections: tuple[Protection, ...]
    smallest_difference: Cited | None
    """Worth having; None when the task is not there any more."""
    baseline: Baseline | None
    ideas: tuple[IdeaView, ...]
    details: tuple[IdeaDetail, ...]
    """Of the ideas that are most worth reading, in their order."""
    papers: tuple[Reference, ...]
    searches: tuple[SearchView, ...]
    reviews: tuple[ReviewLine, ...]
    agreement: tuple[Agreement, ...]
    usage: tuple[UsageView, ...]

    @property
    def metric(self) -> str:
        """The metric's name."""
        return self.task.metric.name if self.task else "the metric"

    @property
    def unit(self) -> str:
        """The metric's unit with a space before it; empty when it has none."""
        return f" {self.task.metric.unit}" if self.task and self.task.metric.unit else ""

    @property
    def rounds(self) -> tuple[tuple[str, tuple[IdeaView, ...]], ...]:
        """Ideas by round."""
        names = dict.fromkeys(idea.round for idea in self.ideas)
        return tuple((name, tuple(idea for idea in self.ideas if idea.round == name)) for name in names)

    @property
    def without_detail(self) -> tuple[str, ...]:
        """Ids of the ideas that `details` lacks."""
        detailed = {one.idea.id for one in self.details}
        return tuple(idea.id for idea in self.ideas if idea.id not in detailed)

    @property
    def best(self) -> IdeaView | None:
        """The improved idea with the largest difference on validation: test has no say in the choice, so that what
        it says of the chosen one is not flattered by the choosing."""
        return max(improved(self.ideas), key=_difference, default=None)


def improved(ideas: Iterable[IdeaView]) -> list[IdeaView]:
    """Those that improved on validation."""
    return [idea for idea in ideas if idea.outcome == "improved"]


def _difference(idea: IdeaView) -> float:
    numbers = idea.validation.numbers if idea.validation else None
    return numbers.difference.value if numbers else float("-inf")
