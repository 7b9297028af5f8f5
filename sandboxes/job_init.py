"""The first process of a job's container: starts the program, sees it to its end, keeps what it wrote readable.

Started by its text (``python -I -S -c``) in images that have nothing of this project, so it imports the standard
library alone, and little of that, as each job waits for it. It takes one order (standard input) and gives one verdict
(standard error).

As the first process of its namespace it inherits whatever the program leaves behind, no signal from within ends or
stops it, and the engine keeps `out/` (memory) mounted for as long as it lives. The program is the same user. What
keeps them apart: this process is not dumpable, so its memory and descriptors are closed to that user, and the seccomp
profile takes away `ptrace`, `process_vm_*` and `prlimit` on others. Standard error is this process's own: both of the
program's outputs are the other pipe, in the order in which they were written.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import stat
import sys
import time

_PR_SET_DUMPABLE = 4
_IDLE_S = 900.0
# What may come with the verdict: to fetch one file through the engine takes as long as a short program.
_SMALL = 1 << 16
END = b"\xff"
"""Ends this process, once nothing is wanted of it any more. No order holds this byte."""


def order(
    command: tuple[str, ...], env: dict[str, str], outputs: tuple[str, ...], wall_s: float, keep_s: float
) -> bytes:
    """Return an order as it is sent.

    Args:
        command: program and arguments.
        env: variables, over the image's own.
        outputs: names of the files in `out/` that are wanted.
        wall_s: seconds that the program may take.
        keep_s: seconds that `out/` is kept for a supervisor once the program is dead.
    """
    variables = [f"{name}={value}" for name, value in env.items()]
    counts = [str(len(command)), str(len(outputs))]
    text = "\0".join([str(wall_s), str(keep_s), *counts, *command, *outputs, *variables]).encode()
    return b"%d\n%b" % (len(text), text)


def main() -> None:
    """Take the order, run it, report, and wait to be removed."""
    if os.getpid() != 1:
        sys.exit("this ends all other processes of its namespace: it must be the first one of a container")
    if ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        sys.exit("the job cannot be kept away from its first process")
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    text = _take_order()
    if text is None:
        return
    wall_s, keep_s, words, files, *rest = text.split("\0")
    command, rest = rest[: int(words)], rest[int(words) :]
    outputs, env = rest[: int(files)], dict(pair.split("=", 1) for pair in rest[int(files) :])
    verdict = _run(command, env, float(wall_s)) + _small(outputs) + b"\n"
    while verdict:
        verdict = verdict[os.write(2, verdict) :]
    _wait_for_end(float(keep_s))


def _take_order() -> str | None:
    """Return the order; None when nobody gives one in time."""
    got, size = b"", -1
    while size < 0 or len(got) < size:
        readable, _, _ = select.select([0], [], [], _IDLE_S)
        chunk = os.read(0, 65_536) if readable else b""
        if not chunk:
            return None
        got += chunk
        if size < 0 and b"\n" in got:
            head, _, got = got.partition(b"\n")
            size = int(head)
    return got[:size].decode()


def _run(command: list[str], env: dict[str, str], wall_s: float) -> bytes:
    """Return how the program ended, as four words, when no process of it is left."""
    started = time.monotonic()
    program = os.fork()
    if program == 0:
        _become(command, env)
    status = _wait(program, started + wall_s)
    lasted = time.monotonic() - started
    with contextlib.suppress(ProcessLookupError):  # it left nobody behind
        os.kill(-1, signal.SIGKILL)
    at_last = _reap_all(program)
    # Exit code, or minus the signal's number.
    code = os.waitstatus_to_exitcode(at_last if status is None else status)
    out = os.statvfs("out")
    out_full = 0 in (out.f_bavail, out.f_favail)
    return b"%d %f %d %d" % (code, lasted, status is None, out_full)


def _small(names: list[str]) -> bytes:
    """Return the small files among the wanted ones, as far as they fit: for each a word, `name:content` in hex."""
    words, room = b"", _SMALL
    for name in names:
        with contextlib.suppress(OSError):  # not there, a link, a socket, no permission: the supervisor looks itself
            file = os.open(f"out/{name}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            status = os.fstat(file)
            if stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_size <= room:
                content = os.read(file, status.st_size)
                words += b" %b:%b" % (name.encode().hex().encode(), content.hex().encode())
                room -= len(content)
            os.close(file)
    return words


def _wait_for_end(keep_s: float) -> None:
    """Return when nothing is wanted any more; the order may come once more until then."""
    deadline = time.monotonic() + keep_s
    while (left := deadline - time.monotonic()) > 0:
        readable, _, _ = select.select([0], [], [], left)
        if readable and END in os.read(0, 65_536):
            return


def _become(command: list[str], env: dict[str, str]) -> None:
    """Turn this child into the program; never return."""
    try:
        # First in the kernel's choice when memory runs out; a process that is not dumpable may not say so of itself.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
        os.write(os.open("/proc/self/oom_score_adj", os.O_WRONLY), b"1000")
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(1, 2)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and a new program would inherit that
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.execvpe(command[0], command, {**os.environ, **env})
    except OSError as error:
        os.write(1, f"{command[0]}: cannot be started: {error.strerror}\n".encode())
    finally:
        os._exit(127)


def _wait(program: int, deadline: float) -> int | None:
    """Return the program's status, None when it is late; bury orphans meanwhile."""
    while True:
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == program:
                return status
            if pid == 0:
                break
        left = deadline - time.monotonic()
        if left <= 0 or (signal.sigtimedwait({signal.SIGCHLD}, left) is None and time.monotonic() >= deadline):
            return None


def _reap_all(program: int) -> int:
    """Return the program's status (0 when it was reaped before) once no other process is left."""
    found = 0
    while True:
        try:
            pid, status = os.waitpid(-1, 0)
        except ChildProcessError:
            return found
        if pid == program:
            found = status


if __name__ == "__main__":
    main()
