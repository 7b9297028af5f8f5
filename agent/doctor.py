"""What works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import httpx

from agent.config import ModelChoice
from agent.literature.embedding import find_embedder
from agent.literature.sources.local import starter_library
from sandboxes.choose import choose
from sandboxes.errors import SandboxUnavailable

_LITTLE_DISK_GB = 2


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
    yield _endpoint(model)
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


def _endpoint(model: ModelChoice) -> Finding:
    if model.base_url is None:
        return Finding("model", works=True, detail=f"{model.name}; name another with --model and OPENAI_BASE_URL")
    url = f"{model.base_url.rstrip('/')}/models"
    try:
        served = [entry["id"] for entry in httpx.get(url, timeout=10).raise_for_status().json()["data"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return Finding("model", works=False, detail=f"{url}: {error or type(error).__name__}; is the server running?")
    return Finding("model", works=True, detail=f"{url} serves {', '.join(served)}")


def _library() -> Finding:
    found = starter_library(embedder=find_embedder()).search("classification", 1)
    return Finding("papers", works=found.status == "ok", detail=found.coverage or found.detail)


def _disk(runs: Path) -> Finding:
    there = next(folder for folder in (runs.resolve(), *runs.resolve().parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    return Finding("disk", works=free > _LITTLE_DISK_GB, detail=f"{free:.0f} GB free at {there}")
