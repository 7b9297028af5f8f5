"""Kills process 1 and all that it may."""

# expect: ok|error

import os, signal

for target in (1, -1):
    try:
        os.kill(target, signal.SIGKILL)
    except OSError as error:
        print("refused", target, error)
