"""Prints 200 MB without a line end."""

# expect: ok|timeout
# limits: wall_s=10
# log: bytes left out

import os

for _ in range(200):
    os.write(1, b"x" * (1 << 20))
