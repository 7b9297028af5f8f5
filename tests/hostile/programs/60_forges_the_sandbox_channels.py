"""Writes to every descriptor it was started with."""

# expect: ok

import os
from probe import breach_if

extra = [fd for fd in map(int, os.listdir("/proc/self/fd")) if fd > 2]
own = max(extra, default=3)  # the one that lists the folder
breach_if(len(extra) > 1, f"descriptors {extra}")
