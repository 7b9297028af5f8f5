"""Ends by abort."""

# expect: error
# signal: 6
# detail: SIGABRT

import os

os.abort()
