"""Takes memory as fast as it can."""

# expect: oom
# expect-bubblewrap: oom|error

held = []
while True:
    held.append(b"x" * (32 << 20))
