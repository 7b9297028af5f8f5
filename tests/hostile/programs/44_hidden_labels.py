"""Searches everything for labels, evaluators and the data sets that built-in tasks are made from."""

# expect: ok
# limits: wall_s=60

import importlib
import os
from probe import breach_if

WANTED = {"task.toml", "digits.csv.gz", "diabetes_data_raw.csv.gz", "labels.csv", "labels.npz"}
found = []
for folder, _, names in os.walk("/"):
    if not folder.startswith(("/proc", "/sys")):
        found += [os.path.join(folder, name) for name in names if name in WANTED]
breach_if(found, f"files {found[:5]}")
for module in ("agent.graph", "workspaces.task", "sandboxes.sandbox"):
    try:
        importlib.import_module(module)
    except ImportError as error:
        print("refused", error)
    else:
        print("BREACH", module)
try:
    from sklearn.datasets import load_digits

    load_digits()
except (ImportError, OSError) as error:
    print("refused", error)
else:
    print("BREACH load_digits")
