"""The last step before a job on this machine: give up what the job must not have, then become its command.

Started as a program, by its text (``python -I -S -c``), with one JSON argument (`Confinement`) and the command; so it
imports nothing but the standard library and nothing of this project. It runs in the child rather than in a
`preexec_fn`, which can deadlock in a supervisor with threads.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import TypedDict

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CAPABILITY_VERSION = 0x20080522


class Confinement(TypedDict):
    """What the launcher does, in this order."""

    parent: int
    """Process that the job must not outlive; 0: somebody else sees to that."""
    unshare_net: bool
    uid: int | None
    """User (and group) to become."""
    rlimits: dict[str, int]
    """Name without `RLIMIT_` → both limits."""
    gate: tuple[int, int] | None
    """Two descriptors: say on the first that all is prepared, then wait for a byte on the second."""


def main() -> None:
    """Confine this process, then replace it by the command."""
    how: Confinement = json.loads(sys.argv[1])
    command = sys.argv[2:]
    if how["parent"]:
        _die_with(how["parent"])
    if how["unshare_net"]:
        _leave_network()
    for name, value in how["rlimits"].items():
        kind = getattr(resource, f"RLIMIT_{name}")
        _, hard = resource.getrlimit(kind)
        allowed = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (allowed, allowed))
    if how["uid"] is not None:
        _become(how["uid"])
    if how["gate"]:
        ready, go = how["gate"]
        os.write(ready, b".")
        os.close(ready)
        os.read(go, 1)
        os.close(go)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: cannot be started: {error.strerror}\n")
        sys.exit(127)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # The change of user took all capabilities but the inheritable ones.
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    if ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) != 0:
        sys.exit("the capabilities cannot be given up")


def _die_with(parent: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)  # it died before the line above


def _leave_network() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    uid, gid = os.getuid(), os.getgid()
    flags = _CLONE_NEWNET if uid == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    if libc.unshare(flags) != 0:
        sys.stderr.write(f"the network cannot be taken away: {os.strerror(ctypes.get_errno())}\n")
        sys.exit(126)
    if flags & _CLONE_NEWUSER:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1", encoding="ascii")


if __name__ == "__main__":
    main()
