"""Serving the pages on this machine, to the person in front of it."""

from __future__ import annotations

import socket
import sys
import webbrowser
from pathlib import Path

import uvicorn

from agent.errors import UserMustAct
from agent.review.pages.app import create_app
from agent.review.pages.guard import Keys
from agent.review.pages.shelf import Shelf


class PortTaken(UserMustAct):
    """Somebody else listens on the port."""


def serve(runs: Path, port: int = 0, open_browser: bool = True) -> None:  # noqa: FBT001, FBT002  (the command's own)
    """Serve the pages of the runs below a folder until the process is interrupted.

    Args:
        runs: folder of the runs.
        port: on 127.0.0.1; 0 for any that is free.
        open_browser: show them in the person's browser; their address is told in any case.

    Raises:
        PortTaken: the port is in use.
    """
    with listening(port) as listener:
        keys, taken = Keys(), listener.getsockname()[1]
        address = f"http://127.0.0.1:{taken}/?token={keys.address}"
        sys.stdout.write(f"Review: {address}\n")
        sys.stdout.flush()
        if open_browser:
            webbrowser.open(address)
        server(runs, keys, taken).run(sockets=[listener])


def listening(port: int) -> socket.socket:
    """A socket on 127.0.0.1: it listens before the address is told, so that no browser comes too early.

    Raises:
        PortTaken: the port is in use.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise PortTaken(f"port {port}: {error.strerror}; choose another with --port") from None
    listener.listen()
    return listener


def server(runs: Path, keys: Keys, port: int) -> uvicorn.Server:
    """The server of the pages of the runs below a folder."""
    app = create_app(Shelf(runs), keys, port)
    # Other sockets than ours are never looked at, and an access log would hold the token.
    return uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, server_header=False, ws="none"))
