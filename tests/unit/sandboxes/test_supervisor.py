"""Whether a supervisor lives is told by more than a process number, which is used again."""

from __future__ import annotations

import subprocess

from sandboxes.supervisor import is_alive, this_supervisor


def test_this_process_lives() -> None:
    assert is_alive(this_supervisor())


def test_a_reused_number_is_not_the_same_process() -> None:
    host, boot, pid, _ = this_supervisor().rsplit(":", 3)
    assert not is_alive(f"{host}:{boot}:{pid}:1")


def test_another_boot_is_not_the_same_process() -> None:
    host, _, pid, started = this_supervisor().rsplit(":", 3)
    assert not is_alive(f"{host}:another:{pid}:{started}")


def test_a_process_that_ended_is_dead() -> None:
    host, boot, _, started = this_supervisor().rsplit(":", 3)
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    assert not is_alive(f"{host}:{boot}:{ended.pid}:{started}")


def test_another_host_counts_as_alive() -> None:
    _, boot, pid, started = this_supervisor().rsplit(":", 3)
    assert is_alive(f"elsewhere:{boot}:{pid}:{started}")
