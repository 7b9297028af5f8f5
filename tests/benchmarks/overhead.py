"""What the loop costs beside the model and the sandbox: `python tests/benchmarks/overhead.py [ATTEMPTS ...]`.

An instant model and an instant experiment, so that all the time is the loop's own. Prints a Markdown table:
milliseconds an attempt (one idea = one attempt here, with its three measurements and its verdict), peak memory of the
process, and seconds that `resume` takes to find that nothing is left to do. Each size runs in a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

IDEAS_A_ROUND = 10


def measure(attempts: int) -> str:
    """A row of the table, measured in this process."""
    from instant import REPLICATES, InstantSandbox
    from quick_runs import BETTER, go, make_run, proposing, writing

    from agent.testing import ScriptedModel

    titles = [f"idea{n}" for n in range(min(IDEAS_A_ROUND, attempts))]
    script = ScriptedModel({"propose_ideas": proposing(*titles), "write_code": writing(model=BETTER)})
    with tempfile.TemporaryDirectory() as folder:
        budget = {"rounds": attempts // len(titles), "ideas": len(titles)}
        with make_run(Path(folder), budget=budget, replicates=REPLICATES, error_rate=0.05) as run:
            start = time.perf_counter()
            go(run, script, InstantSandbox())
            per_attempt = (time.perf_counter() - start) / attempts * 1000
            start = time.perf_counter()
            go(run, script, InstantSandbox())
            resumed = time.perf_counter() - start
            checkpoints = run.checkpoints.stat().st_size / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"| {attempts} | {per_attempt:.0f} | {memory:.0f} | {checkpoints:.1f} | {resumed:.2f} |"


def main() -> None:
    """Print the table."""
    sizes = [int(word) for word in sys.argv[1:]] or [10, 100, 1000]
    if len(sizes) == 1:
        print(measure(sizes[0]))
        return
    print("| attempts | ms an attempt | peak memory, MiB | checkpoints, MB | resume, s |\n|---|---|---|---|---|")
    for size in sizes:
        row = subprocess.run([sys.executable, __file__, str(size)], capture_output=True, text=True, check=True)
        print(row.stdout.strip(), flush=True)


if __name__ == "__main__":
    main()
