"""Starts threads until it cannot."""

# expect: ok
# log: refused threads

import os, threading, time
from probe import breach_if

started = 0
try:
    for _ in range(5000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        started += 1
except RuntimeError as error:
    print("refused threads", error, "after", started, flush=True)
breach_if(started > 200, f"{started} threads")
os._exit(0)
