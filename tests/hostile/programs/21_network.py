"""Connects to the internet, the metadata address, the engine's bridge and the host."""

# expect: ok
# log: refused

import socket
from probe import attempt

for address in ("1.1.1.1", "8.8.8.8", "169.254.169.254", "172.17.0.1", "10.0.0.1", "192.168.0.1"):
    for port in (22, 53, 80, 443, 2375):
        attempt(f"{address}:{port}", socket.create_connection, (address, port), 1)
attempt("IPv6", socket.create_connection, ("2606:4700:4700::1111", 80), 1)
