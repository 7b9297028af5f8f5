"""Uses most of what it may: memory, /tmp, threads, files."""

# log: fine

import os
import threading
import time

memory = bytearray(os.urandom(1 << 20)) * 700
with open("/tmp/cache", "wb") as file:
    file.write(b"x" * (100 << 20))
for _ in range(200):
    threading.Thread(target=time.sleep, args=(1,)).start()
files = [open("/dev/null") for _ in range(1000)]
print("fine")
