"""Opens files until it cannot."""

# expect: ok
# log: refused open

import os
from probe import attempt


def opens():
    return [os.open("/dev/null", os.O_RDONLY) for _ in range(100_000)]


attempt("open", opens)
