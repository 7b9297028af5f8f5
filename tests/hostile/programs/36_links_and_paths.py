"""Hands back folders, links to folders, hard links, and names that lead out."""

# expect: ok
# outputs: folder link hard.txt fine.txt
# collected: fine.txt

import os

open("out/fine.txt", "w").write("fine")
os.mkdir("out/folder")
open("out/folder/fine.txt", "w").write("x")
os.symlink("/etc", "out/link")
for source in ("/etc/passwd", "code/main.py", "/proc/self/status"):
    try:
        os.link(source, "out/hard.txt")
    except OSError as error:
        print("refused", source, error)
