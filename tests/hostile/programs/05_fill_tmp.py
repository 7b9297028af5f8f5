"""Fills /tmp."""

# expect: ok
# log: refused /tmp/big

from probe import fill

# Several files, as one is stopped by the limit on a file's size.
for number in range(4):
    fill("/tmp/big%d" % number)
