"""Limits for all processes of a job together, by a control group that systemd makes, on machines that run it."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandboxes.sandbox import Limits

_PROBE_S = 10.0
# bubblewrap itself, its first process inside, and the launcher before it becomes the program.
_OWN_PROCESSES = 3
_TO_REACH_SYSTEMD = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")


@cache
def available() -> bool:
    """Say whether systemd makes scopes for this user; looked at once, by making one."""
    if shutil.which("systemd-run") is None:
        return False
    trial = [*_systemd_run(), "--", "true"]
    try:
        done = subprocess.run(trial, check=False, capture_output=True, timeout=_PROBE_S)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def within(limits: Limits) -> list[str]:
    """Return what comes before a command so that it runs in a scope with these limits; empty where there is none.

    The command gets an empty environment, and the process stays the one that was started.
    """
    if not available():
        return []
    properties = {
        "MemoryMax": f"{limits.memory_mb}M",
        "MemorySwapMax": "0",
        "CPUQuota": f"{limits.cpus * 100:g}%",
        "TasksMax": str(limits.pids + _OWN_PROCESSES),
    }
    settings = [f"--property={name}={value}" for name, value in properties.items()]
    return [*_systemd_run(), *settings, "--", "env", "-i"]


def environment() -> dict[str, str]:
    """Return the variables by which a user's systemd is reached."""
    return {name: os.environ[name] for name in (*_TO_REACH_SYSTEMD, "PATH") if name in os.environ}


def _systemd_run() -> list[str]:
    whose = [] if os.geteuid() == 0 else ["--user"]
    return ["systemd-run", *whose, "--scope", "--quiet", "--collect"]
