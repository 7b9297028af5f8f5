"""Fills /dev/shm."""

# expect: ok
# log: refused /dev/shm/big

from probe import fill

fill("/dev/shm/big")
