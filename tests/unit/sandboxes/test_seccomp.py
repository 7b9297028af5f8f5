"""The system call filter: one profile for Docker and bubblewrap."""

from __future__ import annotations

import json

import pytest

from sandboxes import seccomp

RULES = json.loads(seccomp.profile())["syscalls"]
FREE = {name for rule in RULES if not rule.get("args") for name in rule["names"] if rule["action"] == "SCMP_ACT_ALLOW"}


@pytest.mark.parametrize(
    "name",
    [
        "io_uring_setup",
        "io_uring_enter",
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "kcmp",
        "memfd_secret",
        "name_to_handle_at",
        "open_by_handle_at",
        "bpf",
        "perf_event_open",
        "userfaultfd",
        "keyctl",
        "add_key",
        "mount",
        "umount2",
        "pivot_root",
        "chroot",
        "setns",
        "unshare",
        "init_module",
        "finit_module",
        "kexec_load",
        "reboot",
        "clone3",
        "socket",
        "clone",
        "personality",
        "pidfd_getfd",
        "prlimit64",
        "syslog",
    ],
)
def test_it_is_not_free_for_all(name: str) -> None:
    assert name not in FREE


@pytest.mark.parametrize(
    "name", ["read", "write", "mmap", "execve", "futex", "openat", "fork", "rseq", "getrandom", "faccessat2", "statx"]
)
def test_ordinary_calls_are_free(name: str) -> None:
    assert name in FREE


def test_all_else_is_refused() -> None:
    assert json.loads(seccomp.profile())["defaultAction"] == "SCMP_ACT_ERRNO"


def test_sockets_are_of_four_families() -> None:
    families = {rule["args"][0]["value"] for rule in RULES if rule["names"] == ["socket"]}
    assert families == {1, 2, 10, 16}


def test_the_kernels_form_is_a_whole_number_of_instructions() -> None:
    rules = seccomp.bpf()
    if rules is None:
        pytest.skip("libseccomp is not installed")
    assert len(rules) > 0
    assert len(rules) % 8 == 0
