"""A daemon forges the result for as long as it lives, which must not be longer than its parent."""

# expect: ok
# outputs: metrics.json

import os, time

open("out/metrics.json", "w").write("honest")
main = os.getpid()
if os.fork() == 0:
    os.setsid()
    while os.getppid() == main:
        pass
    while True:
        open("out/metrics.json", "w").write("forged")
time.sleep(0.2)
