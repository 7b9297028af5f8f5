"""Asks for io_uring, a way around system call filters."""

# expect: ok
# log: refused io_uring
# needs: x86_64

import ctypes
from probe import attempt, syscall

attempt("io_uring", syscall, 425, 4, ctypes.create_string_buffer(256))
