"""Looks for the engine's socket and the host's abstract sockets."""

# expect: ok
# log: refused

import socket
from probe import attempt

for path in (
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/dbus/system_bus_socket",
    "\0echolocate-canary",
):
    attempt(repr(path), socket.socket(socket.AF_UNIX).connect, path)
