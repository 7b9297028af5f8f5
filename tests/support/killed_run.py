"""A process that works on a run and kills itself at one node: `python killed_run.py RUN_FOLDER NODE WHEN LOG`.

WHEN is `before` (the node has done nothing), `after` (all its work is done, its checkpoint is not written) or `never`.
LOG gets one line for each job that really ran.
"""

from __future__ import annotations

import os
import sys
from functools import wraps
from pathlib import Path

from quick_runs import BETTER, go, proposing, writing

import agent.graph
from agent.run import Run
from agent.testing import ScriptedModel
from sandboxes.process import ProcessSandbox
from sandboxes.sandbox import Job, Outcome

BROKEN = "def read(X, seed):\n    return X @ missing_weights()\n"
FAILING = "def read(X, seed):\n    raise ValueError(X.shape)\n"


class CountingSandbox(ProcessSandbox):
    """Writes down what it runs, before it runs it."""

    def __init__(self, log: Path) -> None:
        super().__init__()
        self._log = log

    def _execute(self, job: Job, folder: object) -> Outcome:
        with self._log.open("a") as out:
            out.write(f"{job.id}\n")
        return super()._execute(job, folder)


def deadly(node, when: str):
    @wraps(node)
    async def dying(state, runtime):
        if when == "before":
            os.kill(os.getpid(), 9)
        await node(state, runtime)
        os.kill(os.getpid(), 9)

    return dying


def script() -> ScriptedModel:
    return ScriptedModel(
        {
            "propose_ideas": proposing("mean", "other"),
            "write_code": lambda request: writing(model=FAILING if request.idea.title == "mean" else BROKEN)(request),
            "repair_code": writing(model=BETTER),
        }
    )


def main() -> None:
    folder, node, when, log = sys.argv[1:]
    if when != "never":
        setattr(agent.graph, node, deadly(getattr(agent.graph, node), when))
    with Run.open(Path(folder)) as run:
        sys.stdout.write(go(run, script(), CountingSandbox(Path(log))))


if __name__ == "__main__":
    main()
