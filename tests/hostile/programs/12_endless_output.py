"""Prints without end."""

# expect: timeout
# limits: wall_s=3
# log: bytes left out

import os

while True:
    os.write(1, b"all work and no play\n" * 1000)
