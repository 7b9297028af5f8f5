"""How the default proteomics workflow grows: `python tests/benchmarks/discovery_scale.py [FEATURESxSAMPLES ...]`.

Generated spike-in data goes through the steps of the rule-based planner's standard workflow, each called under its
contract. Prints a Markdown table: seconds of each step and of all, and the peak memory of the process. Each size runs
in a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = ("1000x50", "3000x150", "10000x500")
STEPS: tuple[tuple[str, dict[str, object]], ...] = (
    ("read_quantities", {"table": "table", "samples": "samples"}),
    ("profile_quality", {"group": "group"}),
    ("log_transform", {}),
    ("filter_features", {"group": "group", "minimum": 2}),
    ("normalise", {"method": "median"}),
    ("check_design", {"group": "group", "covariates": ("batch",)}),
    ("test_differential", {"group": "group", "covariates": ("batch",)}),
    ("test_presence", {"group": "group"}),
    ("find_modules", {}),
)


def measure(size: str) -> str:
    """A row of the table, measured in this process."""
    import matplotlib as mpl

    from tools.contract import try_tool
    from tools.proteomics.generate import SpikeIn, simulate
    from tools.registry import find_tools

    mpl.use("Agg")
    features, samples = (int(number) for number in size.split("x"))
    tools = find_tools().tools
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        made = simulate(SpikeIn(features=features, samples_per_group=samples // 2, levels=(1.0, 2.0)))
        files = {"table": Path(folder) / "table.csv", "samples": Path(folder) / "samples.csv"}
        made.intensities.T.to_csv(files["table"])
        made.samples.to_csv(files["samples"])
        data = None
        for name, parameters in STEPS:
            start = time.perf_counter()
            if "group" in parameters and name.startswith("test_") and data is not None:
                low, high = sorted(data.obs["group"].astype(str).unique())
                parameters = {**parameters, "numerator": high, "denominator": low}
            result = try_tool(tools[name], data, files, **parameters)
            spent.append(time.perf_counter() - start)
            data = data if result.data is None else result.data
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    steps = " | ".join(f"{seconds:.2f}" for seconds in spent)
    return f"| {features} × {samples} | {steps} | {sum(spent):.1f} | {memory:.0f} |"


def main() -> None:
    """Print the table."""
    sizes = sys.argv[1:] or list(SIZES)
    if len(sizes) == 1:
        print(measure(sizes[0]))
        return
    print("| size | " + " | ".join(name for name, _ in STEPS) + " | all, s | peak memory, MiB |")
    print("|---" * (len(STEPS) + 3) + "|")
    for size in sizes:
        row = subprocess.run([sys.executable, __file__, size], capture_output=True, text=True, check=True)
        print(row.stdout.strip(), flush=True)


if __name__ == "__main__":
    main()
