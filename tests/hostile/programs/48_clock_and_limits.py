"""Sets the clock, its priority and its limits."""

# expect: ok
# log: refused clock

import os, resource, time
from probe import attempt

attempt("clock", time.clock_settime, time.CLOCK_REALTIME, 0)
attempt("priority", os.setpriority, os.PRIO_PROCESS, 0, -10)
attempt("real time", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1))


def lift(kind):
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except ValueError as error:
        raise OSError(1, str(error)) from error


for name in ("CORE", "NOFILE", "FSIZE"):
    attempt(name, lift, getattr(resource, f"RLIMIT_{name}"))
