"""From the records of an idea to what a reviewer is shown of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from urllib.parse import quote as url_quote

from agent.debugging.failure import Failure
from agent.evidence.ledger import Cited, Ledger
from agent.history import (
    BASELINE,
    draft_of,
    failures,
    idea_row,
    verdicts_by_split,
)
from agent.literature.novelty import Independence, NearestPapers
from agent.literature.papers import Paper
from agent.literature.prior_work import Novelty
from agent.literature.similarity import TextSpace
from agent.models.requests import IdeaDraft
from agent.records import AttemptRecord, IdeaRecord, PaperRecord
from agent.review.dossier import AttemptLine, AttemptView, IdeaDetail, IdeaView, Judged, Reference, SeedView
from agent.review.quoting import Quoted, Speaker, quote, quote_block
from agent.run import Run
from workspaces.errors import WorkspaceBroken
from workspaces.workspace import Workspace

_MOST_AUTHORS = 6
_MOST_CITED = 10
_TEXT = 2_000
_DIFF = 20_000


class IdeaReader:
    """Reads the ideas of one run."""

    def __init__(
        self, run: Run, ledger: Ledger, library: Sequence[PaperRecord], ideas: Collection[str] | None = None
    ) -> None:
        """Read these ideas, or all of them for None; the ledger must be open for the same."""
        self._run = run
        self._ledger = ledger
        self._library = {paper.id: paper for paper in (Paper.model_validate(row.paper) for row in library)}
        self._verdicts = verdicts_by_split(run, ideas)
        self._measured = ledger.measured
        self._tried = ledger.attempts

    @cached_property
    def _versions(self) -> tuple[Workspace, str] | None:
        """The repository and its baseline; asks git, so only where code is shown."""
        try:
            workspace = Workspace.open(self._run.folder / "workspace")
            return workspace, workspace.baseline
        except WorkspaceBroken:  # a run that was stopped before it had one
            return None

    def all_ideas(self) -> tuple[IdeaView, ...]:
        """Every idea, in the order in which they were proposed."""
        return self.ideas(sorted(self._run.all(IdeaRecord), key=lambda row: in_order(row.id)))

    def ideas(self, rows: Iterable[IdeaRecord]) -> tuple[IdeaView, ...]:
        """These ideas."""
        return tuple(self._idea(row) for row in rows)

    def seeds(self, subject: str) -> tuple[SeedView, ...]:
        """Measurements of an idea or the baseline, validation first, beside the baseline's with the same seed."""
        beside = {(row.split, row.seed): row for row in self._measured.get(BASELINE, [])}
        return tuple(
            SeedView(
                split=row.split,
                seed=str(row.seed),
                candidate=self._ledger.metric(row) or quote(row.reason, "program"),
                baseline=self._ledger.metric(beside[row.split, row.seed]) if (row.split, row.seed) in beside else None,
            )
            for row in self._measured.get(subject, [])
        )

    def detail(self, idea: IdeaView) -> IdeaDetail:
        """Everything else of an idea; reads artefacts and asks git."""
        row, tried = idea_row(self._run, idea.id), self._tried.get(idea.id, [])
        draft = draft_of(row)
        return IdeaDetail(
            idea=idea,
            motivation=quote(draft.motivation, "model", _TEXT),
            cites=self._cites(draft),
            novelty=self._novelty(row),
            near_papers=self._near_papers(row),
            near_idea=self._near_idea(row),
            seeds=self.seeds(idea.id),
            attempts=self._attempts(idea.id, tried),
            diff=self._diff(tried),
        )

    def _idea(self, row: IdeaRecord) -> IdeaView:
        draft = draft_of(row)
        return IdeaView(
            id=row.id,
            round=f"r{row.round}",
            title=quote(draft.title, "model", 160),
            summary=quote(draft.summary, "model", _TEXT),
            decision=row.decision,
            why=self._ledger.decision(row),
            validation=self._judged(row.id, "validation"),
            test=self._judged(row.id, "test"),
            attempts=tuple(AttemptLine(one.id, one.status, one.commit) for one in self._tried.get(row.id, [])),
        )

    def _judged(self, idea: str, split: str) -> Judged | None:
        row = self._verdicts.get((idea, split))
        if row is None:
            return None
        reason = self._ledger.reason(row) or quote(row.reason, "program")
        return Judged(row.verdict, reason, self._ledger.compared(row))

    def _cites(self, draft: IdeaDraft) -> tuple[Reference, ...]:
        """The citations that are in the run's library; a model may make others up."""
        return tuple(
            reference(
                paper,
                passage=quote(cite.passage, _speaker(cite.passage, paper), _TEXT),
                remark=f"record: {paper.checked or 'unchecked'}",
            )
            for cite in draft.cites[:_MOST_CITED]
            if (paper := self._library.get(cite.paper)) is not None
        )

    def _novelty(self, row: IdeaRecord) -> Quoted | None:
        if "novelty" not in row.nearest:
            return None
        return quote(Novelty.model_validate(row.nearest["novelty"]).in_words, "harness", _TEXT)

    def _near_papers(self, row: IdeaRecord) -> tuple[Reference, ...]:
        if "novelty" in row.nearest:
            found = Novelty.model_validate(row.nearest["novelty"])
            speaker: Speaker = "harness" if found.judge == TextSpace.name else "model"
            return tuple(
                reference(
                    one.paper,
                    compared=quote(one.in_words, speaker, _TEXT),
                    nearness=self._ledger.similarity(row, one.paper.id, one.likeness),
                )
                for one in found.comparisons
            )
        if "papers" not in row.nearest:
            return ()
        near = NearestPapers.model_validate(row.nearest["papers"]).papers
        return tuple(
            reference(one.paper, nearness=self._ledger.similarity(row, one.paper.id, one.similarity)) for one in near
        )

    def _near_idea(self, row: IdeaRecord) -> tuple[str, Cited] | None:
        if "idea" not in row.nearest:
            return None
        near = Independence.model_validate(row.nearest["idea"])
        return (near.nearest, self._ledger.similarity(row, near.nearest, near.similarity)) if near.nearest else None

    def _attempts(self, idea: str, tried: Sequence[AttemptRecord]) -> tuple[AttemptView, ...]:
        failed = failures(self._run, idea, upto=len(tried))
        by_id = dict(zip((row.id for row in tried if row.failure), failed, strict=True))
        return tuple(self._attempt(row, by_id.get(row.id)) for row in tried)

    def _attempt(self, row: AttemptRecord, failure: Failure | None) -> AttemptView:
        return AttemptView(
            id=row.id,
            status=row.status,
            note=quote(row.note, "model"),
            summary=quote(row.summary, "program"),
            wall=self._ledger.wall(row),
            traceback=quote_block(failure.traceback, "program") if failure else None,
            structure=quote_block(failure.structure, "program") if failure else None,
            hints=tuple(quote(note, "harness") for note in failure.notes) if failure else (),
        )

    def _diff(self, tried: Sequence[AttemptRecord]) -> Quoted:
        if self._versions is None or not tried:
            return quote_block("", "model")
        workspace, baseline = self._versions
        return quote_block(workspace.diff(baseline, tried[-1].commit), "model", _DIFF)


def in_order(idea: str) -> tuple[int, ...]:
    """Sort key of ideas' ids: `r1-10` comes after `r1-2`."""
    return tuple(int(number) for number in re.findall(r"\d+", idea))


def reference(
    paper: Paper,
    passage: Quoted | None = None,
    compared: Quoted | None = None,
    nearness: Cited | None = None,
    remark: str = "",
) -> Reference:
    """A paper as it is shown, with a remark of ours behind its authors, venue and year."""
    authors = ", ".join(paper.authors[:_MOST_AUTHORS]) + (" et al." if len(paper.authors) > _MOST_AUTHORS else "")
    byline = ", ".join(part for part in (authors, paper.venue, str(paper.year or ""), remark) if part)
    return Reference(
        id=paper.id,
        title=quote(paper.title, "paper"),
        byline=quote(byline, "paper"),
        link=_link(paper),
        retracted=bool(paper.retracted),
        passage=passage,
        compared=compared,
        nearness=nearness,
    )


def _speaker(passage: str, paper: Paper) -> Speaker:
    """Whose words a citation's passage really is: a model may give its own for the paper's."""
    words = " ".join(passage.split())
    if any(words in " ".join(text.split()) for text in (paper.title, paper.abstract)):
        return "paper"
    return "source" if words in " ".join(paper.notes.split()) else "model"


def _link(paper: Paper) -> str:
    if paper.doi:
        return f"https://doi.org/{url_quote(paper.doi, safe='/.:;()-_')}"
    if paper.arxiv:
        return f"https://arxiv.org/abs/{paper.arxiv}"
    # `Paper` lets nothing but http and https through; what stands behind may still try to end the attribute.
    return url_quote(paper.url, safe="/:?&=%#.,;@+~-_")
