"""Stops, but does not kill, the process that counts its time."""

# expect: timeout
# limits: wall_s=2

import os
import signal
import time

try:
    os.kill(os.getppid(), signal.SIGSTOP)
    os.kill(1, signal.SIGSTOP)
except OSError as error:
    print("refused", error)
time.sleep(600)
