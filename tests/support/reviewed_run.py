"""A process that works on a run of the fast task and waits at its gates: `python reviewed_run.py RUN_FOLDER REQUESTS`.

REQUESTS gets each question to the model, one JSON object a line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from quick_runs import BETTER, go, proposing, writing

from agent.models.request import Answer, Request
from agent.models.requests import CodeChange, WriteCode
from agent.run import Run
from agent.testing import ScriptedModel

BROKEN = "def read(X, seed):\n    return X @ missing_weights()\n"


def write(request: WriteCode) -> CodeChange:
    """What is called `mean` is better, what is called `broken` has to be repaired, all else changes nothing."""
    code = {"mean": BETTER, "broken": BROKEN}.get(request.idea.title, request.files[1].content + "# a comment\n")
    return writing(model=code)(request)


def kept(log: Path, answer: Callable[[Request[Answer]], Answer]) -> Callable[[Request[Answer]], Answer]:
    """The same answers, and the questions in a file."""

    def answering(request: Request[Answer]) -> Answer:
        with log.open("a") as out:
            out.write(request.model_dump_json() + "\n")
        return answer(request)

    return answering


def main() -> None:
    folder, requests = map(Path, sys.argv[1:])
    script = {
        "propose_ideas": proposing("mean", "broken", "same"),
        "write_code": write,
        "repair_code": writing(model=BETTER),
    }
    model = ScriptedModel({kind: kept(requests, answer) for kind, answer in script.items()})
    with Run.open(folder) as run:
        sys.stdout.write(go(run, model))


if __name__ == "__main__":
    main()
