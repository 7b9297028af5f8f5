"""Prints what a terminal would act on."""

# expect: ok
# log: start.*end

import os

os.write(
    1,
    b"start \x1b[2J\x1b[31m\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x1b\\\x1bPq#0\x1b\\ \x00\x08\x7f\xff\xfe\x9b2J \xe2\x80\xae end\r",
)
