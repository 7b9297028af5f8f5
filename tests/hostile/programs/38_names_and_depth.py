"""Leaves folders 5,000 deep and names that are no text."""

# expect: ok
# outputs: fine.txt
# collected: fine.txt

import os

open("out/fine.txt", "w").write("fine")
for name in (b"new\nline", b"\xff\xfe", b"x" * 255, "☃ é".encode(), b"-rf", b"$(reboot)"):
    open(b"out/" + name, "w").close()
os.chdir("out")
try:
    for _ in range(5000):
        os.mkdir("d")
        os.chdir("d")
except OSError as error:
    print("refused", error)
