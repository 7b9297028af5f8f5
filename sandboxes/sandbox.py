"""The one contract of every sandbox: a `Job` goes in, an `Outcome` comes out.

A job sees one folder, its working directory, the same in every backend:

    code/   read-only   the candidate's files
    in/     read-only   what it may read (data, other containers' outputs)
    out/    writable    what it hands back; only the names in `Job.outputs` are ever read from it

so that a command such as ``("python", "code/main.py", "--data", "in", "--out", "out")`` means the same everywhere.
``python`` is the sandbox's own interpreter. There is no network and no environment but `Job.env`.

A program's failure is a value (`Outcome.status`); trouble with the sandbox itself is an exception of
`sandboxes.errors` and is never shown to a model as a program's output.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["ok", "error", "timeout", "oom", "output_limit", "cancelled"]


class Limits(BaseModel):
    """What a job may use. Every backend enforces each limit or names it in `Isolation.lacks`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wall_s: float = Field(default=120.0, gt=0)
    """Seconds of wall time, measured outside the job."""
    memory_mb: int = Field(default=2048, ge=16)
    """MiB of memory, swap included."""
    cpus: float = Field(default=1.0, gt=0)
    """Processor cores; a fraction is a quota."""
    pids: int = Field(default=512, ge=1)
    """Processes and threads at once."""
    output_mb: int = Field(default=64, ge=1)
    """MiB that `out/` may hold."""
    log_kb: int = Field(default=256, ge=1)
    """KiB of the job's output that are kept: the first and the last half."""


class Job(BaseModel):
    """One program to run.

    `id` names the job for ever: asking for the same id again attaches to the running job or collects its outcome;
    it never runs a second time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")
    command: tuple[str, ...] = Field(min_length=1)
    code: Path
    """Folder that the job sees as `code/`."""
    inputs: dict[str, Path] = Field(default_factory=dict)
    """Name below `in/` → file or folder of the host."""
    outputs: tuple[str, ...] = ()
    """Names of regular files directly below `out/` that are collected; all others are left behind."""
    env: dict[str, str] = Field(default_factory=dict)
    limits: Limits = Limits()
    image: str = "ml"
    """Folder name below `sandboxes/images/`, or a reference that the engine already has."""
    packages: tuple[str, ...] = ()
    """Packages that the candidate asks for over those of the image, PEP 508 lines. Untrusted."""
    gpus: int = Field(default=0, ge=0)
    """How many devices the job gets; with 0 it sees none."""
    jobs_per_gpu: int = Field(default=1, ge=1)
    """How many jobs that agree to it may be on a device together."""
    owner: str = ""
    """The run that the job belongs to; `Sandbox.reap` works by it."""
    idea: str = ""
    """What of the run it is for; ideas get devices in turn."""


class Isolation(BaseModel):
    """What protection a job really had: printed in every record and report."""

    model_config = ConfigDict(frozen=True)

    backend: str
    """`docker`, `bubblewrap` or `process`."""
    summary: str
    """One plain sentence for a scientist."""
    lacks: tuple[str, ...] = ()
    """Each protection of the contract that this backend does not give, in plain words."""


class Outcome(BaseModel):
    """How a job ended."""

    model_config = ConfigDict(frozen=True)

    job_id: str
    status: Status
    exit_code: int | None
    """The program's exit code; None when it was killed from outside."""
    signal: int | None = None
    wall_s: float
    log: str
    """Standard output and error, in order: first and last part, with the count of what was left out;
    control sequences removed. Untrusted text."""
    log_path: Path
    """File with the same text, kept beside the outputs."""
    outputs: dict[str, Path]
    """Name → collected regular file on the host. Untrusted bytes: parse with care, never unpickle."""
    detail: str = ""
    """One line for a person (and a model): for example `out/ was full (64 MiB)` or `shared memory was full`."""
    isolation: Isolation


class Sandbox(Protocol):
    """A place to run jobs in. All methods may be called from several threads at once."""

    @property
    def isolation(self) -> Isolation:
        """What protection jobs get here."""
        ...

    def check(self) -> None:
        """Return when jobs can run here.

        Raises:
            SandboxUnavailable: with what is missing and what to do about it.
        """
        ...

    def run(self, job: Job, keep: Path) -> Outcome:
        """Run a job, or attach to it, or collect it, and return how it ended. Blocks.

        Args:
            job: what to run.
            keep: folder (made if missing) for everything that is kept of jobs: `keep/<job id>/` holds `outcome.json`,
                `log.txt` and `out/`. An outcome that is already there is returned as it stands.

        Raises:
            SandboxUnavailable: the engine is not there (any more); asking again later with the same job is right.
            JobRejected: the job itself cannot be run here (no such image, no such input).
            PackagesRefused: a `JobRejected` that is the candidate's fault: it has to do without `Job.packages`.
        """
        ...

    def cancel(self, job_id: str) -> None:
        """End a running job; its `run` returns with status `cancelled`. An unknown or ended job is no error."""
        ...

    def reap(self, owner: str | None = None) -> int:
        """Remove what dead supervisors left behind (of one owner, or of all) and return how many jobs that were.

        What still belongs to a living supervisor, or can still be attached to by its owner, is left alone when
        `owner` is None.
        """
        ...
