"""The first process of a job's container never works anywhere else, where it would end all that its user runs."""

from __future__ import annotations

import subprocess
import sys

from sandboxes import job_init


def test_outside_a_container_it_does_nothing() -> None:
    order = job_init.order(("true",), {}, (), 1, 1)
    # As in a container: without this project, without installed packages.
    command = [sys.executable, "-I", "-S", job_init.__file__]
    done = subprocess.run(command, input=order, capture_output=True, check=False)
    assert done.returncode == 1
    assert b"first one of a container" in done.stderr
