"""The line to a Docker engine, and what its silence means."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import docker
from docker.errors import DockerException, NotFound
from requests.exceptions import ConnectionError as EngineGone
from requests.exceptions import Timeout

from sandboxes.errors import SandboxUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docker import DockerClient


@contextmanager
def connect(timeout_s: int = 60) -> Iterator[DockerClient]:
    """Yield a client for one piece of work in one thread: a client's connections are not for several.

    Args:
        timeout_s: how long one answer of the engine may take. To remove an image can take minutes.

    Raises:
        SandboxUnavailable: for whatever the engine answers, or that it does not.
    """
    _check_socket()
    client = None
    try:
        client = docker.from_env(timeout=timeout_s)
        yield client
    except (EngineGone, Timeout) as error:
        raise SandboxUnavailable(f"the Docker engine does not answer any more: {error}") from error
    except NotFound as error:
        raise SandboxUnavailable(
            f"something was removed from the engine by others ({error.explanation}); ask again"
        ) from error
    except DockerException as error:
        raise SandboxUnavailable(f"Docker: {error}. Is the engine running, and may you use it?") from error
    finally:
        if client:
            client.close()


def _check_socket() -> None:
    """Return when somebody listens where the engine should, or that place is no local socket.

    Raises:
        SandboxUnavailable: with the reason in one line; the client's own is a chain of five exceptions.
    """
    host = os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
    if host.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as trial:
            try:
                trial.connect(host.removeprefix("unix://"))
            except OSError as error:
                raise SandboxUnavailable(
                    f"no Docker engine answers at {host} ({error.strerror}); start it, or set DOCKER_HOST"
                ) from error
