"""Takes back all processors and spins on each."""

# expect: ok
# limits: wall_s=10

import os, time
from probe import breach_if

try:
    os.sched_setaffinity(0, range(os.cpu_count()))
except OSError as error:
    print("refused", error)
# Not the process's own clock, but the kernel's count of what all its children got.
for _ in range(8):
    if os.fork() == 0:
        end = time.monotonic() + 3
        while time.monotonic() < end:
            pass
        os._exit(0)
for _ in range(8):
    os.wait()
used = os.times().children_user + os.times().children_system
breach_if(used > 3 * 1.3, f"{used:.1f} s of processor time in 3 s")
