"""Hands back a link to the host's password file."""

# expect: ok
# outputs: metrics.json
# collected: none
# detail: metrics.json was refused

import os

os.symlink("/etc/passwd", "out/metrics.json")
