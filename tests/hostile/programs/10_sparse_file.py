"""Makes a file of 1 TiB that takes no room, and hands back one that is larger than allowed."""

# expect: ok
# log: refused a tebibyte
# outputs: sparse.bin
# collected: none

import os
from probe import attempt

fd = os.open("out/sparse.bin", os.O_CREAT | os.O_RDWR)
attempt("a tebibyte", os.ftruncate, fd, 1 << 40)
try:
    os.ftruncate(fd, 100 << 20)
except OSError:
    os.unlink("out/sparse.bin")
