"""What the programs share: try something, and say loudly when it worked."""

import ctypes
import os


def attempt(what, action, *arguments):
    """Print `refused` when the system says no, `BREACH` when it does not."""
    try:
        result = action(*arguments)
    except OSError as error:
        print("refused", what, error.strerror or error, flush=True)
    else:
        print("BREACH", what, repr(result)[:200], flush=True)


def breach_if(condition, what):
    print("BREACH" if condition else "held", what, flush=True)


def syscall(number, *arguments):
    """Make a system call by its number on x86-64."""
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def fill(path, chunk=1 << 20, most=1 << 10):
    """Write until the system says no; then say how much went in."""
    written = 0
    try:
        with open(path, "wb", buffering=0) as file:
            for _ in range(most):
                written += file.write(b"x" * chunk)
    except OSError as error:
        print("refused", path, error.strerror, "after", written >> 20, "MiB", flush=True)
        return
    print("BREACH", path, written >> 20, "MiB written", flush=True)
