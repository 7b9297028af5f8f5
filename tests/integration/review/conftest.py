"""Runs filled with records as the loop writes them: real tables, real git, real statistics and tracebacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np
import pytest

from agent.config import Budget, RunConfig
from agent.debugging.failure import Ended, describe
from agent.evidence.statistics import Scores, compare
from agent.literature.novelty import independence, nearest_papers
from agent.literature.retrieval import ask_all, retrieve
from agent.literature.sources.local import starter_library
from agent.records import (
    AttemptRecord,
    IdeaRecord,
    MeasurementRecord,
    PaperRecord,
    SearchRecord,
    VerdictRecord,
)
from agent.run import Run
from workspaces import task as tasks
from workspaces.files import content_hash
from workspaces.task import Task
from workspaces.workspace import Workspace

DATA_HASH = "9c" * 32
SEEDS = (0, 1, 2)
TRACEBACK = """Traceback (most recent call last):
  File "/job/code/main.py", line 12, in <module>
    main()
  File "/job/code/model.py", line 4, in make_model
    return SVC(kernel="rbf", gama=0.1)
TypeError: SVC.__init__() got an unexpected keyword argument 'gama'
"""
IDEAS = [
    ("Support vectors with a radial kernel", "Replace logistic regression by a support vector classifier.", 0.031, 2),
    ("Histograms of oriented gradients", "Describe each digit by histograms of gradient directions.", 0.018, 1),
    ("Random erasing during training", "Blank out small random patches of the training images.", 0.0004, 1),
    ("Naive Bayes on raw pixels", "Replace the classifier by Gaussian naive Bayes.", -0.12, 1),
    ("Stacking of three classifiers", "Stack logistic regression, trees and neighbours.", None, 3),
    ("Deskewing before features", "Shear every image so that its main axis is upright.", 0.009, 1),
    ("Elastic distortions of training images", "Add distorted copies of every training image.", 0.026, 1),
    ("Bagging of deep trees", "Average many trees grown on resamples.", 0.004, 1),
]


class Filler:
    """Writes the records of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.task: Task = tasks.find(run.config.task)
        self.workspace = Workspace.create(run.folder / "workspace", self.task)
        self.isolation = {"backend": "docker", "summary": "A container without network.", "lacks": []}
        self.random = np.random.default_rng(7)
        self.rows = self.random.normal(0, 0.004, 1000)

    def baseline(self, split: str = "validation") -> None:
        for seed in SEEDS:
            self.measurement("baseline", split, seed, self.workspace.baseline, 0.9414 + 0.001 * seed)

    def papers(self, round_: int = 1) -> None:
        brief = self.task
        found = retrieve(brief.topic, brief.attributes.input, brief.attributes.output, [starter_library()])
        for rank, one in enumerate(found.ranked[:25], start=1):
            paper = one.paper.model_dump(mode="json")
            ranking = one.model_dump(mode="json", exclude={"paper"})
            self.run.save(
                PaperRecord(id=f"r{round_}/{one.paper.id}", round=round_, rank=rank, paper=paper, ranking=ranking)
            )
        search = {"status": "ok", "coverage": "papers of the built-in tasks' fields, up to 2024", "detail": ""}
        self.run.save(SearchRecord(id=f"r{round_}/starter", round=round_, source="starter library", **search))
        self.run.save(
            SearchRecord(
                id=f"r{round_}/arxiv", round=round_, source="arXiv", status="error", coverage="", detail="HTTP 503"
            )
        )

    def idea(self, id_: str, title: str, summary: str, **fields: object) -> None:
        papers = self.run.all(PaperRecord)
        cites = [{"paper": papers[0].paper["id"], "passage": "Small changes of the input help."}] if papers else []
        earlier = {row.id: str(row.draft["title"]) for row in self.run.all(IdeaRecord)}
        near = independence({id_: f"{title} {summary}"}, earlier)[0]
        self.run.save(
            IdeaRecord(
                id=id_,
                round=int(id_[1]),
                draft={
                    "title": title,
                    "summary": summary,
                    "motivation": "Digits differ in slant and thickness.",
                    "components": [title],
                    "cites": cites,
                    **fields,
                },
                decision="accepted",
                decision_reason="repeats no earlier idea",
                nearest={
                    "idea": near.model_dump(mode="json"),
                    "papers": nearest_papers(summary, *ask_all([starter_library()], [summary], 50)).model_dump(
                        mode="json"
                    ),
                },
            )
        )

    def attempt(self, idea: str, number: int, status: str = "ok", log: str = TRACEBACK, note: str = "") -> str:
        files = self.workspace.files(self.workspace.baseline)
        files["model.py"] = f"# {idea}, version {number}\nfrom sklearn.svm import SVC\n" + files["model.py"]
        self.workspace.start_idea(idea)
        commit = self.workspace.commit(idea, f"{idea}-a{number}", files, f"{idea}: attempt {number}")
        row = AttemptRecord(
            id=f"{idea}-a{number}",
            idea_id=idea,
            number=number,
            commit=commit,
            code_hash=content_hash(files),
            note=note or "Changed the classifier.",
            status=status,
            seed=0,
            wall_s=1.4 + number,
            isolation=self.isolation,
            log=self.run.artefacts.keep_text(log),
        )
        if status != "ok":
            failure = describe(Ended(status=status, exit_code=1, log=log), files)
            row.summary, row.signature = failure.summary, failure.signature
            row.failure = self.run.artefacts.keep_text(failure.model_dump_json())
        self.run.save(row)
        return commit

    def measurement(self, subject: str, split: str, seed: int, commit: str, metric: float | None) -> None:
        self.run.save(
            MeasurementRecord(
                id=f"{subject}/{split}/{seed}",
                subject=subject,
                split=split,
                seed=seed,
                commit=commit,
                code_hash="ab" * 32,
                data_hash=DATA_HASH,
                status="ok" if metric is not None else "failed",
                reason="" if metric is not None else "the program wrote no predictions.csv",
                metric=metric,
                rows=360,
                predictions=self.run.artefacts.keep_text(f"{subject} {split} {seed}"),
                wall_s=2.5,
                isolation=self.isolation,
            )
        )

    def verdict(self, idea: str, split: str, gain: float, commit: str, comparisons: int = 8) -> None:
        gains = [gain + float(self.random.normal(0, 0.0004)) for _ in SEEDS]
        for seed, one in zip(SEEDS, gains, strict=True):
            self.measurement(idea, split, seed, commit, 0.9414 + 0.001 * seed + one)
        metrics = [row.metric or 0 for row in self.run.all(MeasurementRecord, subject="baseline", split=split)]
        before = [tuple(metric + self.rows) for metric in metrics]
        spread = self.random.normal(0, 0.003 + abs(gain) / 8, 1000)
        after = [tuple(metric + one + self.rows + spread) for metric, one in zip(metrics, gains, strict=True)]
        found = compare(
            Scores(metrics=tuple(metrics), replicates=tuple(before)),
            Scores(metrics=tuple(m + g for m, g in zip(metrics, gains, strict=True)), replicates=tuple(after)),
            direction="higher",
            smallest_difference=self.task.metric.smallest_difference,
            comparisons=comparisons,
        )
        comparison = found.model_dump(mode="json")
        self.run.save(
            VerdictRecord(
                id=f"{idea}/{split}",
                idea_id=idea,
                split=split,
                verdict=found.verdict,
                reason=found.reason,
                comparison=comparison,
            )
        )

    def failed(self, idea: str, reason: str) -> None:
        row = VerdictRecord(
            id=f"{idea}/validation", idea_id=idea, split="validation", verdict="failed", reason=reason, comparison=None
        )
        self.run.save(row)

    def everything(self) -> None:
        """Two rounds of four ideas, from the first event to the last."""
        self.run.tell("session", "", "")
        self.baseline()
        self.papers()
        for place, (title, summary, gain, tries) in enumerate(IDEAS):
            self._one(f"r{place // 4 + 1}-{place % 4 + 1}", title, summary, gain, tries)
        self.idea("r2-5", "Support vectors once more", "Replace logistic regression by a support vector classifier.")
        dropped = self.run.get(IdeaRecord, "r2-5")
        assert dropped is not None
        dropped.decision, dropped.decision_reason = "dropped", "repeats r1-1 (similarity 0.71, and 0.30 is too close)"
        self.run.save(dropped)
        self.baseline("test")
        for row in self.run.all(VerdictRecord, split="validation", verdict="improved"):
            commit = self.run.all(AttemptRecord, AttemptRecord.number, idea_id=row.idea_id)[-1].commit
            self.verdict(row.idea_id, "test", row.comparison["difference"] - 0.002, commit, comparisons=3)  # type: ignore[index]
        self.run.tell("finished", "", "all 2 rounds are done")

    def _one(self, id_: str, title: str, summary: str, gain: float | None, tries: int) -> None:
        self.idea(id_, title, summary)
        for number in range(1, tries):
            self.attempt(id_, number, "error")
        commit = self.attempt(id_, tries, "error" if gain is None else "ok")
        if gain is None:
            self.failed(id_, self.run.all(AttemptRecord, idea_id=id_)[-1].summary)
        else:
            self.verdict(id_, "validation", gain, commit)


@pytest.fixture(scope="session")
def new_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Filler]]:
    """Makes empty runs of the digits task."""
    home = tmp_path_factory.mktemp("runs")
    opened: list[Run] = []

    def make(**settings: object) -> Filler:
        config = RunConfig.model_validate(
            {
                "id": f"digits-{len(opened)}",
                "created": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
                "task": "digits",
                "budget": Budget(),
                "versions": {"python": "3.11.2", "numpy": "2.1.0"},
                **settings,
            }
        )
        run = Run.create(home, config)
        opened.append(run)
        return Filler(run)

    yield make
    for run in opened:
        run.close()


@pytest.fixture(scope="session")
def finished(new_run: Callable[..., Filler]) -> Run:
    """A run that went its whole way. Tests may write its report, and nothing else."""
    filler = new_run()
    filler.everything()
    return filler.run
