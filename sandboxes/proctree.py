"""What a process and all its descendants use, read from `/proc` (Linux)."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

_PROC = Path("/proc")


def over_memory(root: int, limit_mb: int) -> bool:
    """Say whether a process and its descendants hold more than `limit_mb` MiB.

    Resident sizes count a page that forked processes share once for each of them. They are only the first look; what
    decides is the proportional size, which the kernel takes long to compute.
    """
    tree = descendants(root)
    limit_kb = limit_mb * 1024
    if sum(_field(pid, "status", "VmRSS:") for pid in tree) <= limit_kb:
        return False
    return sum(_field(pid, "smaps_rollup", "Pss:") for pid in tree) > limit_kb


def descendants(root: int) -> list[int]:
    """Return a process and all its descendants. One whose parents died is a child of its namespace's first process."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            children[_parent(entry)].append(int(entry.name))
    found = [root]
    for pid in found:
        found += children[pid]
    return found


def _parent(entry: Path) -> int:
    # The name, second field, may hold spaces and brackets; the fields after its last bracket do not.
    fields = _read(entry / "stat").rpartition(")")[2].split()
    return int(fields[1]) if fields else 0


def _field(pid: int, file: str, name: str) -> int:
    for line in _read(_PROC / str(pid) / file).splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except (ProcessLookupError, FileNotFoundError, PermissionError):
        return ""  # it ended while we looked
