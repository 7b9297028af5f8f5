"""Opens a socket to the host of a virtual machine, which no network namespace holds back."""

# expect: ok
# log: refused AF_VSOCK

import socket
from probe import attempt

attempt("AF_VSOCK", socket.socket, 40, socket.SOCK_STREAM)
