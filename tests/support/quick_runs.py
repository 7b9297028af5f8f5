"""A fast task, scripted models, and runs of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.config import Budget, RunConfig
from agent.loop import Ending, open_context, work
from agent.models.model import Model
from agent.models.requests import CodeChange, IdeaDraft, Ideas, ProposeIdeas, WholeFile
from agent.run import Run
from sandboxes.process import ProcessSandbox
from sandboxes.sandbox import Sandbox

QUICK = Path(__file__).parents[1] / "tasks" / "quick"


def make_run(home: Path, **settings: Any) -> Run:
    """A run of the fast task."""
    defaults = {"id": "quick", "created": datetime.now(UTC), "task": str(QUICK), "experiments": 2, "retrieval": "none"}
    budget = settings.pop("budget", {"rounds": 1, "ideas": 2})
    return Run.create(home, RunConfig.model_validate(defaults | {"budget": Budget(**budget)} | settings))


def go(run: Run, model: Model, sandbox: Sandbox | None = None) -> Ending:
    """Work on a run to its end."""
    with run.locked(), open_context(run, model, sandbox or ProcessSandbox()) as context:
        return asyncio.run(work(context))


def proposing(*titles: str) -> Callable[[ProposeIdeas], Ideas]:
    """An answer to `ProposeIdeas`: ideas with these titles, worded unlike each other and unlike other rounds'."""

    def answer(request: ProposeIdeas) -> Ideas:
        drafts = [
            IdeaDraft(title=title, summary=f"{title}: {' '.join(f'{title}r{request.round}w{n}' for n in range(20))}")
            for title in titles
        ]
        return Ideas(ideas=tuple(drafts))

    return answer


def writing(**files: str) -> Callable[[object], CodeChange]:
    """An answer to `WriteCode` and `RepairCode`: these files (`model` stands for model.py)."""
    change = CodeChange(files=tuple(WholeFile(path=f"{name}.py", content=text) for name, text in files.items()))
    return lambda _: change


BETTER = "def read(X, seed):\n    return X.mean(axis=1)\n"
"""model.py that gives every reading the same weight: the best that can be done."""
