"""Makes the node of a disk, and opens it."""

# expect: ok
# log: refused mknod

import os, stat
from probe import attempt

for folder in ("/tmp", "/dev/shm", "out"):
    attempt(f"mknod in {folder}", os.mknod, f"{folder}/disk", stat.S_IFBLK | 0o666, os.makedev(8, 0))
for path in (
    "/dev/sda",
    "/dev/vda",
    "/dev/mem",
    "/dev/kmsg",
    "/dev/port",
    "/dev/fuse",
    "/dev/kvm",
    "/dev/loop-control",
):
    attempt(path, open, path, "rb")
