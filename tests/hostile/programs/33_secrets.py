"""Looks for the supervisor's keys in environments, arguments and files."""

# expect: ok

import glob, os
from probe import breach_if

canary = b"sk-" + b"canary"
places = glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline")
places += [
    os.path.join(f, n)
    for top in ("/root", "/home", "/etc", "/run", "/tmp", "/var")
    for f, _, ns in os.walk(top)
    for n in ns
][:3000]
found = []
for path in places:
    try:
        with open(path, "rb") as file:
            if canary in file.read(1 << 20):
                found.append(path)
    except OSError:
        pass
breach_if(found, f"keys in {found}")
breach_if(any("KEY" in name or "TOKEN" in name for name in os.environ), "keys in the environment")
breach_if(
    any(os.path.exists(os.path.expanduser(p)) for p in ("/root/.ssh", "/root/.gitconfig", "/root/.config")),
    "a home folder",
)
