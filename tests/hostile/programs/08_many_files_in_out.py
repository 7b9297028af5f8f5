"""Fills out/ with files that are each small enough."""

# expect: output_limit

import sys
from probe import attempt


def files():
    for number in range(100):
        with open(f"out/{number}", "wb", buffering=0) as file:
            if file.write(b"x" * (1 << 20)) < 1 << 20:
                raise OSError("short write")


attempt("files", files)
sys.exit(1)
