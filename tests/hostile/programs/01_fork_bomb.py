"""Forks until it cannot."""

# expect: ok|error
# log: refused fork

import os, time
from probe import attempt


def forks():
    for _ in range(5000):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)


attempt("fork", forks)
