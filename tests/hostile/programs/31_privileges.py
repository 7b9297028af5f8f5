"""Becomes root by setuid, by setuid programs, by capabilities."""

# expect: ok
# log: refused setuid

import os, shutil, subprocess
from probe import attempt, breach_if

attempt("setuid", os.setuid, 0)
attempt("setresuid", os.setresuid, 0, 0, 0)
attempt("setgid", os.setgid, 0)
attempt("setgroups", os.setgroups, [0])
attempt("chown", os.chown, "out", 0, 0)
status = dict(line.split(":\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\t" in line)
breach_if(status["NoNewPrivs"] != "1", "no new privileges")
for kind in ("CapEff", "CapPrm", "CapInh", "CapAmb"):
    breach_if(int(status[kind], 16), kind)
breach_if(status["Seccomp"] != "2", "system call filter")
for program in ("su", "sudo", "mount", "pkexec", "newuidmap"):
    if path := shutil.which(program):
        done = subprocess.run([path], input=b"", capture_output=True, timeout=5)
        print(program, done.returncode)
shell = shutil.copy("/bin/sh", "/tmp/sh")
try:
    os.chmod(shell, 0o4755)
except OSError:
    pass
breach_if(b"uid=0" in subprocess.run([shell, "-c", "id"], capture_output=True).stdout, "own setuid shell")
