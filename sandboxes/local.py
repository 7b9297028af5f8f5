"""Watching over a job that is a child process of this one: output, time, memory, cancelling."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from sandboxes.log import LogBuffer
from sandboxes.request import tmp_mb
from sandboxes.sandbox import Outcome

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    from sandboxes.keep import JobFolder
    from sandboxes.launch import Confinement
    from sandboxes.outputs import Collected
    from sandboxes.sandbox import Isolation, Job, Limits

_WATCH_S = 0.05
_CHUNK = 1 << 16
# How long output is waited for once the job is dead; only a process that escaped the kill can still hold the pipe.
_LAST_WORDS_S = 0.5
_turn = count()


@dataclass(frozen=True)
class Excess:
    """Why a job must be killed."""

    status: Literal["timeout", "oom", "output_limit", "cancelled"]
    detail: str


@dataclass(frozen=True)
class Ending:
    """How a child process ended."""

    excess: Excess | None
    """Why it was killed by us; None when it ended by itself."""
    returncode: int
    """As in `subprocess`: negative for a signal."""
    wall_s: float
    log: str


class Cancellations:
    """The jobs that run now, and which of them somebody wants to end."""

    def __init__(self) -> None:
        self._running: dict[str, threading.Event] = {}

    @contextmanager
    def listen(self, job_id: str) -> Iterator[threading.Event]:
        """Yield the event that `cancel` sets while this job runs."""
        event = self._running.setdefault(job_id, threading.Event())
        try:
            yield event
        finally:
            self._running.pop(job_id, None)

    def running(self) -> set[str]:
        """Return the jobs that run here now."""
        return set(self._running)

    def cancel(self, job_id: str) -> None:
        """Set the job's event; do nothing when it does not run here."""
        if event := self._running.get(job_id):
            event.set()


def launcher(how: Confinement, command: tuple[str, ...]) -> list[str]:
    """Return the argument list of a process that confines itself as told and then becomes the command."""
    text = (Path(__file__).parent / "launch.py").read_text(encoding="utf-8")
    program = sys.executable if command[0] == "python" else command[0]
    return [sys.executable, "-I", "-S", "-c", text, json.dumps(how), program, *command[1:]]


@contextmanager
def pinned(cpus: float) -> Iterator[None]:
    """Let what this thread starts meanwhile use that many cores, whole ones, in turn with other jobs."""
    cores = sorted(os.sched_getaffinity(0))
    wanted = min(max(1, round(cpus)), len(cores))
    first = next(_turn)
    os.sched_setaffinity(0, {cores[(first + n) % len(cores)] for n in range(wanted)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def rlimits(limits: Limits) -> dict[str, int]:
    """Return the kernel's limits for each process of a job; see `tmp_mb` for the size of a file."""
    return {
        "CORE": 0,
        "NOFILE": 4096,
        "FSIZE": max(limits.output_mb, tmp_mb(limits)) << 20,
        # Only a stop for one huge allocation between two looks of the watch; twice, because a library may reserve
        # what it never touches.
        "DATA": 2 * limits.memory_mb << 20,
    }


def supervise(
    process: subprocess.Popen[bytes],
    job: Job,
    cancelled: threading.Event,
    watch: Callable[[], Excess | None],
) -> Ending:
    """Read what a job prints until it ends, and kill its process group when it goes over a limit.

    Args:
        process: the job, leader of its own process group, all its output in the pipe `stdout`.
        job: its limits.
        cancelled: set by whoever wants it to end.
        watch: called about every 50 ms; returns why the job must be killed, if it must.
    """
    pipe = process.stdout
    if pipe is None:
        raise ValueError("the process was started without a pipe for its output")
    log = LogBuffer(job.limits.log_kb * 1024)
    started = time.monotonic()
    excess, next_watch = None, 0.0
    while process.poll() is None:
        if not _read_some(pipe, log, _WATCH_S):
            time.sleep(_WATCH_S / 10)  # it closed its output and goes on
        now = time.monotonic()
        if excess is None and now >= next_watch:
            next_watch = now + _WATCH_S
            excess = _time_or_cancel(now - started, job, cancelled) or watch()
            if excess:
                kill_group(process)
    wall_s = time.monotonic() - started
    kill_group(process)
    while _read_some(pipe, log, _LAST_WORDS_S) and time.monotonic() - started < wall_s + _LAST_WORDS_S:
        pass
    pipe.close()
    return Ending(excess=excess, returncode=process.returncode, wall_s=wall_s, log=log.text())


def outcome_of(job: Job, ending: Ending, collected: Collected, folder: JobFolder, isolation: Isolation) -> Outcome:
    """Put together what is told about a job that was a child process."""
    died_by = -ending.returncode if ending.returncode < 0 else None
    own = ending.excess.detail if ending.excess else signal_detail(died_by)
    return Outcome(
        job_id=job.id,
        status=ending.excess.status if ending.excess else "ok" if ending.returncode == 0 else "error",
        exit_code=None if died_by else ending.returncode,
        signal=died_by,
        wall_s=ending.wall_s,
        log=ending.log,
        log_path=folder.log_path,
        outputs=collected.files,
        detail="; ".join(filter(None, [own, *collected.refused])),
        isolation=isolation,
    )


def signal_detail(number: int | None) -> str:
    """Return what a death by this signal means, for a person."""
    if number is None:
        return ""
    if number == signal.SIGBUS:
        # Touching a page of a full tmpfs; without this line it reads like a bug of the program.
        return "shared memory was full"
    if number == signal.SIGKILL:
        # By itself, or by the kernel where a control group holds the memory.
        return "ended by SIGKILL, as the kernel does to what goes over its memory"
    names = {s.value: s.name for s in signal.Signals}
    return f"ended by {names.get(number, f'signal {number}')}"


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill whatever is left of a process's group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _time_or_cancel(elapsed_s: float, job: Job, cancelled: threading.Event) -> Excess | None:
    if cancelled.is_set():
        return Excess("cancelled", "cancelled")
    if elapsed_s > job.limits.wall_s:
        return Excess("timeout", f"stopped after {job.limits.wall_s:g} s")
    return None


def _read_some(pipe: IO[bytes], log: LogBuffer, wait_s: float) -> bool:
    """Move what is in the pipe into the log; say whether the pipe is still open."""
    readable, _, _ = select.select([pipe], [], [], wait_s)
    if not readable:
        return True
    chunk = os.read(pipe.fileno(), _CHUNK)
    log.feed(chunk)
    return bool(chunk)
