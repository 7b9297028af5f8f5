"""Asks a name server, to carry data out in the name."""

# expect: ok
# log: refused lookup

import socket
from probe import attempt

attempt("lookup", socket.getaddrinfo, "secret.example.com", 80)
query = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
attempt("datagram", query.sendto, b"x", ("8.8.8.8", 53))
