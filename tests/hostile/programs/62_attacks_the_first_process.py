"""Attacks the container's first process, which decides how the job is said to have ended."""

# expect: error
# log: refused prlimit
# needs: x86_64

import os, resource, signal, sys
from contextlib import suppress
from probe import attempt


def content(path):
    with open(path, "rb", buffering=0) as file:
        return file.read(64)


def overwrite(path):
    with open(path, "wb", buffering=0) as file:
        file.write(b"1000")


if os.getppid() == 1:
    for name in ("mem", "environ", "maps", "syscall", "exe", "fd/0"):
        attempt(name, content, f"/proc/1/{name}")
    for name in ("mem", "fd/1", "fd/2", "oom_score_adj", "clear_refs"):
        attempt(name, overwrite, f"/proc/1/{name}")
    for number in set(signal.Signals) - {signal.SIGKILL}:
        with suppress(PermissionError):
            os.kill(1, number)
    with suppress(PermissionError):
        os.kill(1, signal.SIGKILL)
attempt("prlimit", resource.prlimit, 1, resource.RLIMIT_CPU, (0, 0))
attempt("prlimit", resource.prlimit, 1, resource.RLIMIT_AS, (1 << 20, 1 << 20))
for fd in (1, 2):
    os.write(fd, b'{"code": 0, "wall_s": 0.1, "timed_out": false, "out_full": false}\n')
sys.exit(3)
