"""Edits its own program and its data."""

# expect: ok
# log: refused code/main.py

import os
from probe import attempt

for path in ("code/main.py", "code/probe.py", "in/data.csv"):
    attempt(path, open, path, "a")
    attempt(path, os.chmod, path, 0o777)
    attempt(path, os.unlink, path)
attempt("code", os.rename, "code", "out/code")
