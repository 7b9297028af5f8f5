"""Python in Python, a shell, a script written to /tmp, a temporary folder."""

# log: child

import os
import subprocess
import sys
import tempfile

print(subprocess.run([sys.executable, "-c", "print('child')"], capture_output=True, text=True, check=True).stdout)
subprocess.run(["python", "-c", "import numpy"], check=True)
assert subprocess.run("echo $HOME | wc -c", shell=True, capture_output=True, check=True).stdout
with tempfile.TemporaryDirectory() as folder:
    script = os.path.join(folder, "run.sh")
    with open(script, "w") as file:
        file.write("#!/bin/sh\necho script\n")
    os.chmod(script, 0o755)
    assert subprocess.run([script], capture_output=True, check=True).stdout == b"script\n"
