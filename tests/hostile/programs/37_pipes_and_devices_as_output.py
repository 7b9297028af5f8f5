"""Hands back a pipe, a socket and a device, on which a careless reader waits for ever."""

# expect: ok
# outputs: pipe socket zero
# collected: none

import os, socket, stat

os.mkfifo("out/pipe")
try:
    os.chdir("out")
    socket.socket(socket.AF_UNIX).bind("socket")
except OSError as error:
    print("refused", error)
try:
    os.mknod("zero", stat.S_IFCHR | 0o666, os.makedev(1, 5))
except OSError as error:
    print("refused", error)
