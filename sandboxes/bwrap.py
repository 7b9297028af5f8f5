"""The command line of `bwrap`: which parts of this machine a job sees."""

from __future__ import annotations

import os
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sandboxes.errors import JobRejected
from sandboxes.request import environment, shm_mb, tmp_mb

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandboxes.sandbox import Job, Limits

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives", "/etc/ld.so.cache")
# What may lie beside the packages that a job needs, and must not be read: the packages that ship tasks with their
# labels, and the data sets of scikit-learn that the built-in tasks are made from.
_HIDDEN = (
    *("agent", "sandboxes", "tools", "workspaces"),
    *(f"sklearn/datasets/{folder}" for folder in ("data", "descr", "images", "tests")),
)
_NOBODY = 10_001


def as_root() -> bool:
    """Say whether this process may make namespaces by itself, and give the job a user of its own."""
    return os.geteuid() == 0


def namespaces() -> list[str]:
    """Return the options that separate a job from everything else that runs.

    Root makes no user namespace: in one, the job's processes would still be root to the rest of the kernel (files,
    process limits). Instead the launcher, the only one to have the capabilities for it, becomes a user that owns
    nothing.
    """
    common = [
        shutil.which("bwrap") or "bwrap",
        "--die-with-parent",
        "--new-session",
        "--hostname",
        "sandbox",
        "--cap-drop",
        "ALL",
    ]
    if as_root():
        separate = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        return [*common, *separate, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*common, "--unshare-all", "--unshare-user", "--uid", str(_NOBODY), "--gid", str(_NOBODY)]


def system(limits: Limits) -> list[str]:
    """Return the options that lay out a root of programs and libraries, all read-only, and a scratch folder."""
    # First of all, because this Python may itself live below /tmp and would be hidden by it.
    options = _scratch("/tmp", tmp_mb(limits))
    for path in _SYSTEM:
        options += ["--ro-bind-try", path, path]
    for root in _interpreter_roots():
        # Left to itself, bwrap makes the folders above a bind for its owner alone.
        for parent in reversed(root.parents[:-1]):
            options += ["--perms", "0755", "--dir", str(parent)]
        options += ["--ro-bind", str(root), str(root)]
    for folder in _hidden():
        options += ["--size", "4096", "--tmpfs", str(folder), "--remount-ro", str(folder)]
    return [*options, "--proc", "/proc", "--dev", "/dev"]


def job_view(job: Job) -> list[str]:
    """Return the options that lay out a job's folders and environment, and then seal the root."""
    options = ["--perms", "0755", "--dir", "/job", "--perms", "0755", "--dir", "/job/in"]
    options += ["--ro-bind", str(job.code.resolve()), "/job/code"]
    for name, path in job.inputs.items():
        options += ["--ro-bind", str(path.resolve()), f"/job/in/{name}"]
    options += _scratch("/dev/shm", shm_mb(job.limits)) + _scratch("/job/out", job.limits.output_mb)
    options += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/job", "--clearenv"]
    search = os.pathsep.join([str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"])
    for name, value in ({"PATH": search, "USER": "sandbox"} | environment(job)).items():
        options += ["--setenv", name, value]
    return options


def _scratch(folder: str, mebibytes: int) -> list[str]:
    return ["--perms", "1777", "--size", str(mebibytes << 20), "--tmpfs", folder]


def check_readable(job: Job) -> None:
    """Return when the user that root's jobs become can read what the job needs.

    Raises:
        JobRejected: naming the first file that only its owner can read. Found here, because the job would take it
            for a bug of its own.
    """
    for path in (job.code, *job.inputs.values()):
        for found in _walk(path):
            mode = found.stat().st_mode
            if not mode & 0o004 or (found.is_dir() and not mode & 0o001):
                raise JobRejected(f"job {job.id}: {found} must be readable by all users (chmod -R a+rX)")


def _walk(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir():
        for folder, folders, files in os.walk(path):
            for name in (*folders, *files):
                if not (found := Path(folder, name)).is_symlink():
                    yield found


@cache
def _interpreter_roots() -> tuple[Path, ...]:
    """Return the folders outside the system's that this Python lives in, as deep as they can be named."""
    roots = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.base_prefix).resolve()}
    return tuple(sorted(root for root in roots if not root.is_relative_to("/usr")))


@cache
def _hidden() -> tuple[Path, ...]:
    """Return the folders of packages that this Python does not import from, and those of `_HIDDEN` that it does."""
    used = {Path(folder).resolve() for folder in sys.path}
    hidden = []
    for root in (Path("/usr"), Path("/usr/local"), *_interpreter_roots()):
        for packages in root.glob("lib/python3*/*-packages"):
            inside = [packages / name for name in _HIDDEN] if packages.resolve() in used else [packages]
            hidden += [folder for folder in inside if folder.is_dir()]
    return tuple(hidden)


def installed() -> bool:
    """Say whether the program is there at all."""
    return shutil.which("bwrap") is not None
