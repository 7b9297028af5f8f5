"""What the review pages cost for a large run: `python tests/benchmarks/pages.py [IDEAS]`.

A run of 1,000 ideas with five attempts each, in rounds of ten, with papers, measurements, a queue and a journal, served
by the real server on this machine. Prints a Markdown table: bytes of each page, the median and 95th percentile of the
time from the request to the whole answer, and the median of the server's CPU time, in milliseconds; what other programs
do on the machine moves the first two. Only the last attempt of an idea has a commit of its own.
"""

from __future__ import annotations

import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import httpx
import numpy as np
from served_pages import paths, serving

from agent.config import Budget, RunConfig
from agent.debugging.failure import Ended, describe
from agent.evidence.statistics import Comparison
from agent.literature.sources.local import starter_library
from agent.records import (
    AttemptRecord,
    EventRecord,
    IdeaRecord,
    MeasurementRecord,
    PaperRecord,
    Record,
    ReviewItemRecord,
    VerdictRecord,
)
from agent.run import Run
from workspaces import task as tasks
from workspaces.workspace import Workspace

A_ROUND, ATTEMPTS, SEEDS, PAPERS = 10, 5, (0, 1, 2), 25
TIMES = 25
NOW = datetime(2026, 1, 2, tzinfo=UTC)
LOG = "Traceback (most recent call last):\n" + '  File "/job/code/model.py", line 4, in build_model\n    x\n' * 40


class Large:
    """Fills a run."""

    def __init__(self, run: Run, ideas: int) -> None:
        self.run, self.ideas = run, ideas
        self.workspace = Workspace.create(run.folder / "workspace", tasks.find(run.config.task))
        self.start = self.workspace.baseline
        self.files = self.workspace.files(self.start)
        self.log = run.artefacts.keep_text(LOG)
        failure = describe(Ended(status="error", exit_code=1, log=LOG), self.files)
        self.summary, self.failure = failure.summary, run.artefacts.keep_text(failure.model_dump_json())
        self.library = [hit.paper for hit in starter_library().search("digits", PAPERS).hits]
        near = [{"paper": one.model_dump(mode="json"), "similarity": 0.5, "matched": []} for one in self.library[:5]]
        self.near = {"papers": near, "searched": []}
        self.random = np.random.default_rng(0)

    def fill(self) -> None:
        self.run.save(*self.baseline(), *self.papers())
        self.run.tell("session", "", "")
        for number in range(self.ideas):
            self.run.save(*self.idea(f"r{number // A_ROUND + 1}-{number % A_ROUND + 1}", number // A_ROUND + 1))

    def baseline(self) -> Iterator[Record]:
        for seed in SEEDS:
            yield self.measurement("baseline", seed, self.start, 0.94)

    def papers(self) -> Iterator[Record]:
        for round_ in range(1, self.ideas // A_ROUND + 1):
            for rank, paper in enumerate(self.library, start=1):
                facts = {"paper": paper.model_dump(mode="json"), "ranking": {"score": 10 - rank / 10}}
                yield PaperRecord(id=f"r{round_}/{paper.id}", round=round_, rank=rank, **facts)

    def idea(self, id_: str, round_: int) -> Iterator[Record]:
        title = f"Support vectors with kernel number {id_}"
        summary = f"Replace the classifier by support vectors, kernel {id_}. " * 8
        cites = [{"paper": self.library[0].id, "passage": self.library[0].title}]
        draft = {"title": title, "summary": summary, "motivation": summary, "cites": cites, "components": [title]}
        yield IdeaRecord(
            id=id_, round=round_, draft=draft, decision="accepted", decision_reason="repeats no earlier idea",
            nearest={"papers": self.near},
        )  # fmt: skip
        self.workspace.start_idea(id_)
        files = {**self.files, "model.py": f"# {id_}\n{self.files['model.py']}"}
        commit = self.workspace.commit(id_, f"{id_}-a{ATTEMPTS}", files, title)
        yield from self.attempts(id_, commit)
        gain = float(self.random.normal(0, 0.01))
        for seed in SEEDS:
            yield self.measurement(id_, seed, commit, 0.94 + gain)
        yield self.verdict(id_, gain)
        yield ReviewItemRecord(
            id=f"{id_}/idea", kind="idea", subject=id_, round=round_, title=title, state="waiting", version=1,
            opened=NOW, verdict="",
        )  # fmt: skip
        for kind in (
            "proposed",
            "accepted",
            *["ran"] * ATTEMPTS,
            *["written"] * ATTEMPTS,
            *["measured"] * 3,
            "verdict",
        ):
            data = {"seed": 0, "split": "validation", "status": "error"}
            yield EventRecord(at=NOW, kind=kind, subject=id_, text=summary[:200], data=data)

    def attempts(self, idea: str, commit: str) -> Iterator[Record]:
        for number in range(1, ATTEMPTS + 1):
            last = number == ATTEMPTS
            yield AttemptRecord(
                id=f"{idea}-a{number}", idea_id=idea, number=number, code_hash="ab" * 32, note="Another classifier.",
                commit=commit if last else self.start, status="ok" if last else "error", seed=0, wall_s=1.5,
                summary="" if last else self.summary, failure=None if last else self.failure, log=self.log,
            )  # fmt: skip

    def measurement(self, subject: str, seed: int, commit: str, metric: float) -> MeasurementRecord:
        return MeasurementRecord(
            id=f"{subject}/validation/{seed}", subject=subject, split="validation", seed=seed, commit=commit,
            code_hash="ab" * 32, data_hash="9c" * 32, status="ok", metric=metric, rows=360, predictions="ef" * 32,
            wall_s=2.5, isolation={"backend": "docker", "summary": "A container.", "lacks": []},
        )  # fmt: skip

    def verdict(self, idea: str, gain: float) -> VerdictRecord:
        word = "improved" if gain > 0.01 else "worse" if gain < -0.01 else "inconclusive"
        found = Comparison(
            verdict=word, reason=f"The interval around {gain:+.4f} decides.", baseline=0.94, candidate=0.94 + gain,
            difference=gain, low=gain - 0.01, high=gain + 0.01, confidence=0.99, row_error=0.003, seed_error=0.001,
            comparisons=1000, error_rate=0.05,
        )  # fmt: skip
        comparison = found.model_dump(mode="json")
        return VerdictRecord(
            id=f"{idea}/validation", idea_id=idea, split="validation", verdict=word, reason=found.reason,
            comparison=comparison,
        )  # fmt: skip


def main() -> None:
    ideas = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        budget = Budget(rounds=ideas // A_ROUND, ideas=A_ROUND)
        with Run.create(Path(folder), RunConfig(id="large", created=NOW, task="digits", budget=budget)) as run:
            Large(run, ideas).fill()
        print(f"{ideas:,} ideas, {ideas * ATTEMPTS:,} attempts\n")
        print("| page | bytes | median ms | 95th percentile ms | CPU ms |")
        print("|---|---:|---:|---:|---:|")
        with serving(Path(folder)) as pages, httpx.Client(base_url=pages.base, follow_redirects=True) as client:
            client.get(pages.entrance)
            for name, path in {**paths("large", "kernel"), "run-last": "/runs/large?page=25"}.items():
                print(row(client, name, path))


def row(client: httpx.Client, name: str, path: str) -> str:
    """A page's line of the table."""
    size, took, worked = len(client.get(path).content), [], []
    for _ in range(TIMES):
        start, before = time.perf_counter(), _served_s()
        client.get(path)
        took.append((time.perf_counter() - start) * 1000)
        worked.append((_served_s() - before) * 1000)
    middle, late = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    return f"| {name} | {size:,} | {middle:.0f} | {late:.0f} | {statistics.median(worked):.0f} |"


def _served_s() -> float:
    """CPU seconds of the server so far: of this process but for the client's thread, with the calls of git."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() - time.thread_time() + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
