"""A vLLM server of our own: started, waited for, watched and stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from agent.errors import BadConfiguration, ModelUnavailable

START_S = 3600.0
"""Longest start: a large model is downloaded and compiled first."""
_STOP_S = 30.0
_LAST_LINES = 3
_NAME_OPTION = "--served-model-name"
_WATCHED = """
exec 3<&0
(cat <&3; trap '' TERM; kill -TERM -$$; sleep "$0"; kill -KILL -$$) >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null
"""
"""Becomes the server (`$@`), in a session of its own, and ends all of it when its input ends: its owner is gone.

A death signal is not enough: while it starts, vLLM can take a SIGTERM and hang, and a SIGKILL leaves its workers.
"""


class VllmServer:
    """A `vllm serve` that this process started."""

    def __init__(self, process: subprocess.Popen[bytes], base_url: str, log: Path) -> None:
        self._process = process
        self.base_url = base_url
        self._log = log

    def wait(self) -> None:
        """Wait for its end, which nobody asked for.

        Raises:
            ModelUnavailable: it has ended; with the end of its log.
        """
        self._process.wait()
        raise ModelUnavailable(self._ended())

    def wait_until_ready(self, start_s: float = START_S) -> None:
        """Wait until it answers.

        Raises:
            ModelUnavailable: it has ended, or does not answer in this time.
        """
        health = self.base_url.removesuffix("/v1") + "/health"
        deadline = time.monotonic() + start_s
        while time.monotonic() < deadline:
            if self.has_ended:
                raise ModelUnavailable(self._ended())
            with suppress(httpx.TransportError):
                if httpx.get(health, timeout=5).is_success:
                    return
            time.sleep(0.2)
        raise ModelUnavailable(f"vllm serve does not answer after {start_s:g} s; its log is {self._log}")

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def stop(self) -> None:
        """End it and all that it started: asked first, then killed."""
        for number, patience_s in ((signal.SIGTERM, _STOP_S), (signal.SIGKILL, _STOP_S)):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(patience_s)
        if self._process.stdin:
            self._process.stdin.close()

    def _ended(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").split("\n")
        last = " / ".join([line.strip() for line in lines if line.strip()][-_LAST_LINES:])[-600:]
        return f"vllm serve ended with code {self._process.returncode}; its log, {self._log}, ends: {last}"


@contextmanager
def serving(arguments: Sequence[str], log: Path, start_s: float = START_S) -> Iterator[VllmServer]:
    """Serve a model for the length of a block, on this machine only.

    Args:
        arguments: what `vllm serve` is given: the model, then any options of it.
        log: file for what it prints.
        start_s: seconds that it may take to answer.

    Raises:
        BadConfiguration: there is no vLLM.
        ModelUnavailable: it does not start, or ended within the block.
    """
    program = shutil.which("vllm")
    if program is None:
        raise BadConfiguration(
            "no `vllm` on the PATH: install it with `pip install 'echolocate[vllm]'` (NVIDIA GPU), or as "
            "https://docs.vllm.ai says for other machines; llama.cpp and Ollama need no --serve, only OPENAI_BASE_URL"
        )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [program, "serve", *arguments, "--host", "127.0.0.1", "--port", str(port)]
    watched = ["sh", "-c", _WATCHED, f"{_STOP_S:g}", *command]
    with log.open("wb") as out:
        # A session of its own: a Ctrl-C is for the run, which still needs its model to end in order.
        process = subprocess.Popen(
            watched, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    server = VllmServer(process, f"http://127.0.0.1:{port}/v1", log)
    try:
        server.wait_until_ready(start_s)
        yield server
    except ModelUnavailable:
        if server.has_ended:
            server.wait()
        raise
    finally:
        server.stop()


def served_name(arguments: Sequence[str]) -> str:
    """What a model is called at the endpoint that `vllm serve` makes with these arguments."""
    words = [word for argument in arguments for word in argument.split("=", 1)]
    return words[words.index(_NAME_OPTION) + 1] if _NAME_OPTION in words[:-1] else arguments[0]
