"""Closes its output and goes on."""

# expect: timeout
# limits: wall_s=2

import os, time

for fd in (0, 1, 2):
    os.close(fd)
time.sleep(600)
