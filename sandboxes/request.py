"""What every backend checks about a job before it spends anything on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandboxes.errors import JobRejected, PackagesRefused

if TYPE_CHECKING:
    from sandboxes.sandbox import Job, Limits


def check_job(job: Job, *, gpus: bool = False, packages: bool = False) -> None:
    """Return when a job can be run.

    Args:
        job: to be run.
        gpus: whether the backend has any.
        packages: whether the backend can add any.

    Raises:
        JobRejected: a folder or an input that is not there, a name that leads out of its folder, a GPU where there
            is none.
        PackagesRefused: packages where none can be added.
    """
    if not job.code.is_dir():
        raise JobRejected(f"job {job.id}: the code folder {job.code} is not there")
    for name, path in job.inputs.items():
        _check_name(job, "inputs", name)
        if not path.exists():
            raise JobRejected(f"job {job.id}: the input {name} ({path}) is not there")
    for name in job.outputs:
        _check_name(job, "outputs", name)
    if job.gpus and not gpus:
        raise JobRejected(f"job {job.id} asks for {job.gpus} GPU(s); this sandbox gives none")
    if job.packages and not packages:
        raise PackagesRefused(
            "packages can be added in Docker alone; here the program must do with those that are there"
        )


def _check_name(job: Job, field: str, name: str) -> None:
    if name in {"", ".", ".."} or "/" in name or "\0" in name or len(name.encode()) > 255:
        raise JobRejected(f"job {job.id}: {field} holds {name!r}; a plain file name is needed")


def environment(job: Job) -> dict[str, str]:
    """Return the variables that a job sees besides `PATH`: its own over a few that keep programs well-behaved."""
    cores = str(max(1, int(job.limits.cpus)))
    return {
        "HOME": "/tmp",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",
        # Without it, what a killed program printed last is lost in its buffer.
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Numerical libraries start one thread for every core of the host, not of the quota.
        "OMP_NUM_THREADS": cores,
        "OPENBLAS_NUM_THREADS": cores,
    } | job.env


def tmp_mb(limits: Limits) -> int:
    """Return the size of a job's `/tmp` in MiB; it lies in memory."""
    return max(16, limits.memory_mb // 2)


def shm_mb(limits: Limits) -> int:
    """Return the size of a job's `/dev/shm` in MiB; it lies in memory."""
    return max(16, limits.memory_mb // 4)
