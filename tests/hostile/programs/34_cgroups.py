"""Lifts its own limits through the control groups."""

# expect: ok

import glob
from probe import attempt

for path in glob.glob("/sys/fs/cgroup/**/*", recursive=True):
    if path.endswith(
        (
            "release_agent",
            "memory.max",
            "memory.limit_in_bytes",
            "pids.max",
            "cgroup.procs",
            "tasks",
            "devices.allow",
            "cpu.max",
            "cpu.cfs_quota_us",
            "notify_on_release",
        )
    ):
        attempt(path, open, path, "w")
for folder in ("/sys/fs/cgroup", "/sys/fs/cgroup/memory", "/tmp/cgroup"):
    attempt(folder + "/mine/tasks", open, folder + "/mine/tasks", "w")
