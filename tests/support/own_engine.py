"""A Docker engine for one test, beside the machine's."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sandboxes.engine import connect
from sandboxes.image_store import ensure

if TYPE_CHECKING:
    from collections.abc import Iterator


class Engine:
    """A daemon with its own data, sockets and no network."""

    def __init__(self, place: Path) -> None:
        self.host = f"unix://{place}/docker.sock"
        self.programs = place / "programs"
        """Folder that the daemon finds programs in before all others."""
        self.programs.mkdir()
        self._log = place / "log"
        self._command = [
            "dockerd",
            *("--host", self.host, "--pidfile", str(place / "pid")),
            *("--data-root", str(place / "data"), "--exec-root", str(place / "exec")),
            *("--bridge", "none", "--iptables=false"),
        ]

    def start(self) -> None:
        environment = {**os.environ, "PATH": f"{self.programs}:{os.environ['PATH']}"}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        end = time.monotonic() + 60
        while subprocess.run(["docker", "-H", self.host, "version"], capture_output=True, check=False).returncode:
            assert self._process.poll() is None, self._log.read_text(encoding="utf-8")
            assert time.monotonic() < end
            time.sleep(0.2)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(60)

    def load(self, image: str) -> None:
        """Copy one of the project's images from the machine's engine; the environment must still name that one."""
        with connect() as client:
            reference = ensure(client, image)
        with subprocess.Popen(["docker", "save", reference], stdout=subprocess.PIPE) as saved:
            subprocess.run(["docker", "-H", self.host, "load"], stdin=saved.stdout, check=True, capture_output=True)


def reason_against() -> str:
    """Why no engine can be started here; empty when one can."""
    can = os.geteuid() == 0 and shutil.which("dockerd") is not None
    return "" if can else "starting an engine needs root and dockerd"


@contextmanager
def own_engine() -> Iterator[Engine]:
    """Yield an engine that is not started yet; stop it in the end."""
    # In memory: to remove an image's files from a disk takes longer than the test. Not in pytest's folder: the path of
    # a socket is limited to 107 bytes.
    place = Path(tempfile.mkdtemp(prefix="engine-", dir="/dev/shm"))
    engine = Engine(place)
    try:
        yield engine
    finally:
        engine.stop()
        shutil.rmtree(place)
