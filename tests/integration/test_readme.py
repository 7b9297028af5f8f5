"""Every command of the README works, in the order in which a reader meets them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
MAKE = [block for block in BLOCKS if block.startswith("make")]
COMMANDS = [block for block in BLOCKS if not block.startswith("make")]
BIB = """@article{lecun1998,
  title = {Gradient-based learning applied to document recognition},
  author = {LeCun, Yann},
  year = {1998}
}
"""

ANSWER = {
    "ideas": [
        {"title": "Nearest neighbours", "summary": "Classify each image as most of its five nearest neighbours are."},
        {"title": "Many random trees", "summary": "Let an ensemble of randomised decision trees vote on pixels."},
    ],
    "files": [
        {
            "path": "model.py",
            "content": "from sklearn.neighbors import KNeighborsClassifier\n\n\n"
            "def build_model(seed):\n    return KNeighborsClassifier()\n",
        }
    ],
}
"""Answers every kind of request at once: what a request did not ask for is ignored."""


class Endpoint(BaseHTTPRequestHandler):
    """As much of an OpenAI-compatible server as one run needs: what a language model would be in the README."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        message = {"role": "assistant", "content": json.dumps(ANSWER)}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        reply = {"id": "1", "object": "chat.completion", "created": 1, "model": "qwen", "choices": [choice]}
        data = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def endpoint() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_the_two_commands_are_jobs_of_the_makefile() -> None:
    """CI itself runs them, `make demo` and then `make test`; here, that they are what the README says."""
    assert MAKE == ["make demo\n", "make test\n"]
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert ci.index("make demo") < ci.index("make test")
    dry = subprocess.run(["make", "-n", "demo", "test"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "echolocate run digits" in dry
    assert "pytest" in dry


@pytest.mark.slow
def test_every_other_command_works(tmp_path_factory: pytest.TempPathFactory, endpoint: int) -> None:
    """In one folder, after the run that `make demo` makes (a shorter one here)."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "my.bib").write_text(BIB)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "XDG_DATA_HOME": str(folder / "own")}
    first = "echolocate run digits --rounds 1 --ideas 2 --name first\n"
    for block in [first, *sorted(COMMANDS, key=lambda block: "run digits" in block)]:
        script = "set -euo pipefail\n" + block.replace("127.0.0.1:8091", f"127.0.0.1:{endpoint}")
        command = ["bash", "-c", script]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        assert done.stdout.strip(), block
