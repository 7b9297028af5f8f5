"""Leaves a process in a session of its own and exits."""

# expect: ok
# outputs: done.txt late.txt
# collected: done.txt

import os, time

open("out/done.txt", "w").write("done")
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            time.sleep(0.5)
            open("out/late.txt", "w").write("late")
    os._exit(0)
