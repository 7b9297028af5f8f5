"""Who a job's supervisor is, told so that another process can find out whether it still lives."""

from __future__ import annotations

import os
import socket
from functools import cache
from pathlib import Path


@cache
def this_supervisor() -> str:
    """Return this process's mark: host, boot, process number and start time. A number alone is used again."""
    return ":".join([socket.gethostname(), _boot(), str(os.getpid()), _start_time(os.getpid())])


def is_alive(mark: str) -> bool:
    """Say whether the process of a mark may still run. What runs on another host counts as alive."""
    host, boot, pid, started = mark.rsplit(":", 3)
    if host != socket.gethostname():
        return True
    return boot == _boot() and started == _start_time(int(pid))


@cache
def _boot() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def _start_time(pid: int) -> str:
    try:
        # Field 22; the second field is the name and may hold anything.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"
