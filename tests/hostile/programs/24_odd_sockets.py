"""Opens raw, packet, cryptographic and bluetooth sockets."""

# expect: ok
# log: refused

import socket
from probe import attempt

attempt("raw", socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)
for name, family, kind in (
    ("packet", 17, 3),
    ("AF_ALG", 38, 5),
    ("bluetooth", 31, 3),
    ("CAN", 29, 3),
    ("XDP", 44, 3),
    ("key", 15, 3),
    ("TIPC", 30, 1),
    ("RDS", 21, 5),
):
    attempt(name, socket.socket, family, kind)
