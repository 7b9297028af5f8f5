"""A sandbox in which every program ends at once with a good result: for measuring what the loop itself costs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from agent.experiment import PREDICTIONS
from sandboxes.sandbox import Isolation, Job, Outcome
from workspaces.scoring import SCORE_FILE

REPLICATES = 1000


class InstantSandbox:
    """Runs nothing."""

    isolation = Isolation(backend="none", summary="Nothing runs.")

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        replicates = [round(float(value), 6) for value in rng.normal(0.9, 0.01, REPLICATES)]
        score = {"status": "ok", "reason": "", "metric": 0.9, "rows": 400, "replicates": replicates}
        self._contents = {
            PREDICTIONS: b"id,prediction\n" + b"".join(b"%d,1\n" % row for row in range(400)),
            SCORE_FILE: json.dumps(score).encode(),
        }
        self.jobs = 0

    def check(self) -> None:
        """Always ready."""

    def run(self, job: Job, keep: Path) -> Outcome:
        """The result that is always the same."""
        self.jobs += 1
        folder = keep / "same"
        folder.mkdir(parents=True, exist_ok=True)
        (name,) = job.outputs
        path = folder / name
        if not path.exists():
            path.write_bytes(self._contents[name])
        return Outcome(
            job_id=job.id,
            status="ok",
            exit_code=0,
            wall_s=0.0,
            log="",
            log_path=folder / "log.txt",
            outputs={name: path},
            isolation=self.isolation,
        )

    def cancel(self, job_id: str) -> None:
        """Nothing runs."""

    def reap(self, owner: str | None = None) -> int:
        """Nothing is left."""
        return 0
