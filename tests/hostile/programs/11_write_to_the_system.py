"""Writes outside its folders."""

# expect: ok
# log: refused

from probe import attempt

for folder in (
    "/",
    "/etc",
    "/usr",
    "/usr/local/bin",
    "/var/tmp",
    "/run",
    "/root",
    "/home",
    "/opt",
    "/job",
    "/dev",
    "/sys",
    "/proc/sys/kernel",
    "in",
    "code",
):
    attempt(folder, open, f"{folder}/owned", "w")
for path in (
    "/proc/sys/kernel/core_pattern",
    "/proc/sys/vm/overcommit_memory",
    "/proc/sysrq-trigger",
    "/sys/kernel/uevent_helper",
):
    attempt(path, open, path, "w")
