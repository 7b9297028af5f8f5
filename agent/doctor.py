"""What works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import httpx

from agent.config import RULE_BASED, ModelChoice
from agent.literature.embedding import find_embedder
from agent.literature.sources.local import starter_library
from agent.models.keys import find_key, without_key
from agent.models.probing import Prober
from sandboxes.choose import choose
from sandboxes.errors import SandboxUnavailable

_LITTLE_DISK_GB = 2
_NAMED = 10
"""Models of an endpoint that are named."""


class Finding(NamedTuple):
    """One thing that was looked at."""

    what: str
    works: bool
    detail: str
    """What was found, or what to do."""


def examine(model: ModelChoice, runs: Path) -> Iterator[Finding]:
    """Look at everything that a run may use, one after the other."""
    for name in ("docker", "bubblewrap"):
        yield _sandbox(name)
    yield _gpu()
    yield from _endpoint(model)
    yield _library()
    yield _disk(runs)


def _sandbox(name: Literal["docker", "bubblewrap"]) -> Finding:
    try:
        return Finding(f"sandbox {name}", works=True, detail=choose(name).isolation.summary)
    except SandboxUnavailable as error:
        return Finding(f"sandbox {name}", works=False, detail=str(error))


def _gpu() -> Finding:
    program = shutil.which("nvidia-smi")
    if program is None:
        return Finding("GPU", works=False, detail="none found; everything runs on the CPU")
    done = subprocess.run([program, "-L"], capture_output=True, text=True, check=False, timeout=30)
    return Finding("GPU", works=done.returncode == 0, detail=(done.stdout or done.stderr).strip().splitlines()[0])


def _endpoint(model: ModelChoice) -> Iterator[Finding]:
    """Whether it is there, and what it can do: asked of the named model, or of the only one that it has."""
    if model.base_url is None:
        yield Finding("model", works=True, detail=f"{RULE_BASED}; name another with --model and OPENAI_BASE_URL")
        return
    key = find_key(model.key)
    prober = Prober(model.base_url, key)
    try:
        served = prober.models()
        yield Finding("model", works=True, detail=without_key(f"{model.base_url} serves {_some(served)}", key))
        name = model.name if model.name != RULE_BASED else served[0] if len(served) == 1 else ""
        detail = str(prober.abilities(name)) if name else "name one with --model to see what it can do"
        yield Finding("endpoint", works=bool(name), detail=f"{name}: {detail}" if name else detail)
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        problem = without_key(f"{model.base_url}: {error or type(error).__name__}", key)
        yield Finding("model", works=False, detail=f"{problem}; is the server running?")


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _library() -> Finding:
    found = starter_library(embedder=find_embedder()).search("classification", 1)
    return Finding("papers", works=found.status == "ok", detail=found.coverage or found.detail)


def _disk(runs: Path) -> Finding:
    there = next(folder for folder in (runs.resolve(), *runs.resolve().parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    return Finding("disk", works=free > _LITTLE_DISK_GB, detail=f"{free:.0f} GB free at {there}")
