"""Traces and reads other processes."""

# expect: ok
# log: refused traceme
# needs: x86_64

import ctypes, os
from probe import attempt, syscall

attempt("traceme", syscall, 101, 0, 0, 0, 0)
attempt("attach", syscall, 101, 16, os.getppid(), 0, 0)
attempt("process_vm_readv", syscall, 310, 1, ctypes.create_string_buffer(16), 1, ctypes.create_string_buffer(16), 1, 0)
attempt("pidfd_getfd", syscall, 438, 3, 0, 0)
attempt("kcmp", syscall, 312, 1, os.getpid(), 0, 0, 0)
