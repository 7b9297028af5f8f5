"""Leaves a core file."""

# expect: ok

import os, resource
from probe import breach_if

held = bytearray(64 << 20)
if os.fork() == 0:
    os.abort()
_, status = os.wait()
breach_if(os.WCOREDUMP(status), "core file")
