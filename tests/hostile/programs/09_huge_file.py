"""Writes one huge file and ignores SIGXFSZ."""

# expect: output_limit
# log: refused out/huge

import signal, sys
from probe import fill

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
fill("out/huge")
sys.exit(1)
