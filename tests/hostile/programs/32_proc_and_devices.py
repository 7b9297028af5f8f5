"""Reads secrets of the host from /proc, /sys and /dev."""

# expect: ok
# log: refused

import os
from probe import attempt, breach_if


def content(path):
    with open(path, "rb", buffering=0) as file:
        data = file.read(64)
    if not data.strip(b"\0"):
        raise OSError(0, "empty")
    return data


for path in (
    "/etc/shadow",
    "/proc/kcore",
    "/proc/1/mem",
    "/dev/mem",
    "/proc/keys",
    "/proc/timer_list",
    "/proc/sched_debug",
    "/sys/kernel/debug/x",
    "/sys/firmware/efi/x",
    "/proc/1/root/etc/shadow",
    "/proc/kmsg",
):
    attempt(path, content, path)
for pid in filter(str.isdigit, os.listdir("/proc")):
    breach_if(int(pid) > 1000, f"process {pid} of another namespace")
