"""Ends by a segmentation fault."""

# expect: error
# signal: 11
# detail: SIGSEGV

import ctypes

ctypes.string_at(0)
