"""A child takes all memory; the parent reports a good metric and exits 0."""

# expect: oom

import os, time

if os.fork() == 0:
    held = []
    while True:
        held.append(bytearray(b"x") * (4 << 20))
        time.sleep(0.01)
os.wait()
open("out/metrics.json", "w").write('{"accuracy": 1.0}')
