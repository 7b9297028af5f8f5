"""Asks for bpf, perf, userfaultfd, keys, kexec, modules and a reboot."""

# expect: ok
# log: refused bpf
# needs: x86_64

import ctypes
from probe import attempt, syscall

room = ctypes.create_string_buffer(256)
for name, number, arguments in (
    ("bpf", 321, (0, room, 72)),
    ("perf_event_open", 298, (room, 0, -1, -1, 0)),
    ("userfaultfd", 323, (1,)),
    ("keyctl", 250, (0, -3, 1)),
    ("add_key", 248, (b"user", b"a", b"b", 1, -4)),
    ("kexec_load", 246, (0, 0, 0, 0)),
    ("init_module", 175, (room, 256, b"")),
    ("reboot", 169, (0xFEE1DEAD, 672274793, 0, 0)),
    ("swapon", 167, (b"/tmp/x", 0)),
    ("memfd_secret", 447, (0,)),
    ("name_to_handle_at", 303, (-100, b"/", room, room, 0)),
    ("fanotify_init", 300, (0, 0)),
    ("syslog", 103, (3, room, 256)),
    ("quotactl", 179, (0, 0, 0, 0)),
    ("acct", 163, (b"/tmp/acct",)),
):
    attempt(name, syscall, number, *arguments)
