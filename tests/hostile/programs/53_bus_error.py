"""Touches more shared memory than there is."""

# expect: error
# signal: 7
# detail: shared memory was full

import mmap, os

fd = os.open("/dev/shm/x", os.O_CREAT | os.O_RDWR)
os.ftruncate(fd, 100 << 20)
view = mmap.mmap(fd, 100 << 20)
for at in range(0, 100 << 20, 4096):
    view[at] = 1
