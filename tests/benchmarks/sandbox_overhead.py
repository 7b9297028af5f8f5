"""What a sandboxed job costs beside a plain container: time from asking to the collected result, and memory.

    python tests/benchmarks/sandbox_overhead.py

Prints a Markdown table. Plain is `docker run --rm --network none` of the same image with the same trivial program, and
takes turns with the sandbox, so that both meet the same machine. A pause before each turn lets spares be made.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from sandboxes.bubblewrap import BubblewrapSandbox
from sandboxes.docker import DockerSandbox
from sandboxes.engine import connect
from sandboxes.image_store import ensure
from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandboxes.sandbox import Sandbox

TURNS = 7
AT_ONCE = (1, 8)
PROGRAM = "open('out/result.txt', 'w').write('1')"
ENDLESS = "while True: print('x' * 1000)"
PLAIN = "plain docker run"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        for at_once in AT_ONCE:
            times(place, at_once)
        memory(place)


def times(place: Path, at_once: int) -> None:
    with connect() as client:
        image = ensure(client, "base")
    warm = DockerSandbox(spares=at_once)
    ways: dict[str, Callable[[], object]] = {
        PLAIN: lambda: plain(image),
        "docker": lambda: sandboxed(DockerSandbox(), place),
        "docker with spares": lambda: sandboxed(warm, place),
        "bubblewrap": lambda: sandboxed(BubblewrapSandbox(), place),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    with ThreadPoolExecutor(at_once) as pool:
        for turn in range(TURNS + 1):
            for name, way in ways.items():
                wait_for_spares(at_once if turn else 0)
                started = time.perf_counter()
                for done in [pool.submit(way) for _ in range(at_once)]:
                    done.result()
                if turn:  # the first one fills caches
                    seconds[name].append(time.perf_counter() - started)
    warm.close()
    print(f"\n{at_once} at once, {TURNS} turns\n\n| | median | 10 % to 90 % | beside plain |\n|---|---|---|---|")
    for name, taken in seconds.items():
        deciles = statistics.quantiles(taken, n=10)
        ratio = statistics.median(one / other for one, other in zip(taken, seconds[PLAIN], strict=True))
        median = statistics.median(taken)
        print(f"| {name} | {median:.3f} s | {deciles[0]:.3f} to {deciles[-1]:.3f} s | {ratio:.2f} |")


def plain(image: str) -> None:
    command = ["docker", "run", "--rm", "--network", "none", "--tmpfs", "/job/out", "--workdir", "/job", image]
    subprocess.run([*command, "python", "-c", PROGRAM], check=True, capture_output=True)


def sandboxed(sandbox: Sandbox, place: Path) -> None:
    outcome = sandbox.run(job(place, PROGRAM), place / "keep")
    assert outcome.outputs["result.txt"].read_text(encoding="utf-8") == "1", outcome


def job(place: Path, program: str, wall_s: float = 60) -> Job:
    code = place / "code"
    code.mkdir(exist_ok=True)
    return Job(
        id=f"b{uuid4().hex[:12]}",
        command=("python", "-c", program),
        code=code,
        outputs=("result.txt",),
        limits=Limits(wall_s=wall_s, memory_mb=256),
        image="base",
        owner="benchmark",
    )


def wait_for_spares(count: int) -> None:
    wanted = {"label": "echolocate.run=benchmark", "name": "echolocate-spare-", "status": "running"}
    with connect() as client:
        while len(client.containers.list(filters=wanted)) < count:
            time.sleep(0.05)
    time.sleep(0.5)


def memory(place: Path) -> None:
    """The supervisor's memory while a program prints without end."""
    print("\n| | printed for | memory before | most | kept of the output |\n|---|---|---|---|---|")
    for sandbox in (DockerSandbox(), BubblewrapSandbox()):
        sandbox.run(job(place, PROGRAM), place / "keep")
        before, most, stop = resident_mb(), [0.0], threading.Event()
        watching = threading.Thread(target=watch, args=(most, stop))
        watching.start()
        outcome = sandbox.run(job(place, ENDLESS, wall_s=20), place / "keep")
        stop.set()
        watching.join()
        left_out = int(re.findall(r"\[\.\.\. (\d+) bytes left out", outcome.log)[0])
        kept = f"{len(outcome.log) / 1024:.0f} KB of {left_out / 1e6:.0f} MB"
        name = sandbox.isolation.backend
        print(f"| {name} | {outcome.wall_s:.0f} s | {before:.0f} MB | {most[0]:.0f} MB | {kept} |")


def watch(most: list[float], stop: threading.Event) -> None:
    while not stop.wait(0.1):
        most[0] = max(most[0], resident_mb())


def resident_mb() -> float:
    return int(re.findall(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text(encoding="utf-8"))[0]) / 1024


if __name__ == "__main__":
    sys.exit(main())
