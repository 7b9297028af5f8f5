"""Makes namespaces, mounts and changes its root."""

# expect: ok
# log: refused unshare user
# needs: x86_64

import ctypes, os
from probe import attempt, syscall

for name, flag in (("user", 0x10000000), ("mount", 0x20000), ("net", 0x40000000), ("pid", 0x20000000)):
    attempt(f"unshare {name}", syscall, 272, flag)
    attempt(f"clone {name}", syscall, 56, flag | 17, 0, 0, 0, 0)
attempt("clone3", syscall, 435, ctypes.create_string_buffer(88), 88)
attempt("mount", syscall, 165, b"none", b"/tmp", b"tmpfs", 0, 0)
attempt("umount", syscall, 166, b"/job/out", 2)
attempt("open_tree", syscall, 428, -100, b"/", 1)
attempt("fsopen", syscall, 430, b"tmpfs", 0)
attempt("pivot_root", syscall, 155, b"/tmp", b"/tmp")
attempt("chroot", os.chroot, "/tmp")
attempt("setns", syscall, 308, os.open("/proc/self/ns/net", os.O_RDONLY), 0)
