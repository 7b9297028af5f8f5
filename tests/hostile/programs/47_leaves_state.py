"""Leaves files everywhere for its next run."""

# expect: ok
# runs: 2

import os
from probe import breach_if

for folder in ("/tmp", "/dev/shm", "out", "/var/tmp", "/run"):
    path = os.path.join(folder, "left-behind")
    breach_if(os.path.exists(path), path)
    try:
        open(path, "w").close()
    except OSError as error:
        print("refused", path, error)
