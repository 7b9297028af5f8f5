"""Plants files that Python would run at the next start."""

# expect: ok
# log: refused
# outputs: metrics.json
# collected: none

import site, sys, sysconfig
from probe import attempt

for folder in {sysconfig.get_path("purelib"), sys.prefix, sys.base_prefix, "code", "in", "."}:
    for name in ("sitecustomize.py", "usercustomize.py", "evil.pth", "conftest.py"):
        attempt(f"{folder}/{name}", open, f"{folder}/{name}", "w")
open("out/sitecustomize.py", "w").write("raise SystemExit('owned')")
