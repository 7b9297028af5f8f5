"""Prints millions of short lines."""

# expect: ok|timeout
# limits: wall_s=5
# log: bytes left out

for number in range(3_000_000):
    print(number)
