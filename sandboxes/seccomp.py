"""Which system calls a job may make: `seccomp.json`, in Docker's format, for every backend that can filter.

The list allows what ordinary programs use. It leaves out what moby's default of 2023 leaves out (mounting, modules,
keys, bpf, perf, userfaultfd, namespaces …) and besides: `io_uring_*`, `ptrace`, `process_vm_*`, `kcmp`,
`memfd_secret`, `name_to_handle_at`, and all sockets but UNIX, IPv4, IPv6 and netlink (a network namespace does not
hold AF_VSOCK back, which reaches the host of a virtual machine). `clone3` answers "not there", because a filter cannot
see its flags; C libraries then use `clone`.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
from ctypes.util import find_library
from functools import cache
from pathlib import Path

_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_NO_SUCH_CALL = -1
# Without a control group, cores are held by affinity alone, which a job must then not change.
_HELD_BY_AFFINITY = "sched_setaffinity"
# Numbers of libseccomp's `enum scmp_compare`.
_COMPARE = {"SCMP_CMP_EQ": 4, "SCMP_CMP_MASKED_EQ": 7}


class _Comparison(ctypes.Structure):
    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


@cache
def profile() -> str:
    """Return the profile as Docker takes it: its content, not its path."""
    return Path(__file__).with_name("seccomp.json").read_text(encoding="utf-8")


@cache
def bpf() -> bytes | None:
    """Return the profile as the kernel takes it, for a job without a control group.

    None where libseccomp is not installed.
    """
    path = find_library("seccomp")
    if path is None:
        return None
    lib = ctypes.CDLL(path)
    lib.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(lib.seccomp_init(_ERRNO | errno.EPERM))
    for rule in json.loads(profile())["syscalls"]:
        action = _ALLOW if rule["action"] == "SCMP_ACT_ALLOW" else _ERRNO | rule["errnoRet"]
        for name in set(rule["names"]) - {_HELD_BY_AFFINITY}:
            _add(lib, rules, action, name, rule.get("args", []))
    filter_fd = os.memfd_create("seccomp")
    try:
        if lib.seccomp_export_bpf(rules, filter_fd) != 0:
            return None
        return os.pread(filter_fd, os.fstat(filter_fd).st_size, 0)
    finally:
        os.close(filter_fd)
        lib.seccomp_release(rules)


def _add(lib: ctypes.CDLL, rules: ctypes.c_void_p, action: int, name: str, args: list[dict[str, str | int]]) -> None:
    number = lib.seccomp_syscall_resolve_name(name.encode())
    if number == _NO_SUCH_CALL:
        return  # newer than this library: stays forbidden
    comparisons = (_Comparison * len(args))(*(_comparison(arg) for arg in args))
    failed = lib.seccomp_rule_add_array(rules, ctypes.c_uint32(action), number, len(args), comparisons)
    if failed:
        raise OSError(-failed, f"seccomp.json: the rule for {name} cannot be added: {os.strerror(-failed)}")


def _comparison(arg: dict[str, str | int]) -> _Comparison:
    value, second = int(arg["value"]), int(arg.get("valueTwo", 0))
    return _Comparison(int(arg["index"]), _COMPARE[str(arg["op"])], value, second)
