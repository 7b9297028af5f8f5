"""GPUs are shared out fairly, to one job each, and never while somebody still computes on them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import fake_gpus
import pytest
from fake_gpus import FakeGpus
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.errors import JobCancelled, JobRejected, SandboxUnavailable
from sandboxes.gpu_inventory import Device, nvidia_smi, select
from sandboxes.gpu_queue import Claim, grants
from sandboxes.gpus import GpuPool, GpuRequest, device_requests, visible_devices

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
# Takes a lease, says so, and keeps it until its standard input ends.
HOLDER = """
import sys, threading
from pathlib import Path
from fake_gpus import FakeGpus
from sandboxes.gpus import GpuPool, GpuRequest
folder, count, job = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
gpus = FakeGpus(folder, count)
request = GpuRequest(job=job, owner=job, count=1, devices=gpus.uuids, wait_s=60)
with GpuPool(gpus, folder / "pool.db", beat_s=float(sys.argv[4])).lease(request, threading.Event()) as devices:
    print(*devices, flush=True)
    sys.stdin.read()
"""
# Works on a device several times; notes when it starts and when it ends.
WORKER = """
import sys, threading, time
from pathlib import Path
from fake_gpus import FakeGpus
from sandboxes.gpus import GpuPool, GpuRequest
folder, name = Path(sys.argv[1]), sys.argv[2]
gpus = FakeGpus(folder, 2)
pool = GpuPool(gpus, folder / "pool.db")
for turn in range(4):
    request = GpuRequest(job=f"{name}-{turn}", owner=name, count=1, devices=gpus.uuids, wait_s=120)
    with pool.lease(request, threading.Event()) as (device,):
        with (folder / "notes").open("a") as notes:
            print(device, "start", file=notes, flush=True)
            time.sleep(0.05)
            print(device, "end", file=notes, flush=True)
"""


@pytest.fixture
def gpus(tmp_path: Path) -> FakeGpus:
    return FakeGpus(tmp_path, 1)


@pytest.fixture
def pool(gpus: FakeGpus, tmp_path: Path) -> GpuPool:
    return GpuPool(gpus, tmp_path / "pool.db")


def ask(gpus: FakeGpus, job: str, *, wait_s: float = 60, per_device: int = 1, count: int = 1) -> GpuRequest:
    return GpuRequest(job=job, owner=job, count=count, devices=gpus.uuids, per_device=per_device, wait_s=wait_s)


def python(program: str, *arguments: object) -> subprocess.Popen[str]:
    paths = os.pathsep.join([str(ROOT), str(Path(fake_gpus.__file__).parent)])
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def holder(folder: Path, job: str, beat_s: float = 5.0) -> Iterator[subprocess.Popen[str]]:
    with python(HOLDER, folder, 1, job, beat_s) as process:
        try:
            assert process.stdout
            assert process.stdout.readline().split() == ["GPU-0"]
            yield process
        finally:
            process.kill()


# The queue


def claim(
    ticket: int, owner: str, wanted: int = 1, *, held: str = "", allowed: str = "AB", per_device: int = 1
) -> Claim:
    return Claim(ticket, f"job-{ticket}", owner, wanted, per_device, tuple(allowed), tuple(held))


def test_first_come_first_served() -> None:
    assert grants([claim(2, "y"), claim(1, "x"), claim(3, "z")], "AB") == {1: ("A",), 2: ("B",)}


def test_who_holds_fewer_goes_first() -> None:
    claims = [claim(1, "greedy", held="A"), claim(2, "greedy"), claim(3, "modest")]
    assert grants(claims, "B") == {3: ("B",)}


def test_one_owner_does_not_get_all_at_once_while_another_waits() -> None:
    claims = [claim(1, "greedy"), claim(2, "greedy"), claim(3, "modest")]
    assert grants(claims, "AB") == {1: ("A",), 3: ("B",)}


def test_a_job_for_two_devices_is_not_starved_by_jobs_for_one() -> None:
    claims = [claim(1, "w", held="A"), claim(2, "x", wanted=2), claim(3, "y")]
    assert grants(claims, "B") == {}


def test_who_may_use_other_devices_does_not_wait_for_these() -> None:
    claims = [claim(1, "x", held="A"), claim(2, "y", allowed="A"), claim(3, "z", allowed="B")]
    assert grants(claims, "B") == {3: ("B",)}


def test_a_device_is_shared_only_when_all_on_it_agree() -> None:
    assert grants([claim(1, "x", held="A", per_device=2), claim(2, "y", per_device=3)], "") == {2: ("A",)}
    assert grants([claim(1, "x", held="A", per_device=2), claim(2, "y")], "") == {}
    assert grants([claim(1, "x", held="A"), claim(2, "y", per_device=3)], "") == {}


def test_sharers_spread_over_the_devices() -> None:
    assert grants([claim(1, "x", per_device=2), claim(2, "y", per_device=2)], "AB") == {1: ("A",), 2: ("B",)}


@given(
    st.lists(
        st.tuples(st.sampled_from("xyz"), st.integers(1, 3), st.integers(1, 3), st.sampled_from(["ABC", "AB", "C"])),
        max_size=8,
    ),
    st.sets(st.sampled_from("ABC")),
)
def test_no_device_is_given_to_more_than_agree(asked: list[tuple[str, int, int, str]], clean: set[str]) -> None:
    claims = [
        claim(n, owner, wanted, allowed=allowed, per_device=share)
        for n, (owner, wanted, share, allowed) in enumerate(asked)
    ]
    given_ = grants(claims, clean)
    for device in "ABC":
        on_it = [c for c in claims if device in given_.get(c.ticket, ())]
        assert not on_it or device in clean
        assert all(len(on_it) <= c.per_device for c in on_it)
    for c in claims:
        assert len(set(given_.get(c.ticket, ()))) in {0, c.wanted}
        assert set(given_.get(c.ticket, ())) <= set(c.allowed)


# The pool


def test_processes_that_compete_never_share_a_device(tmp_path: Path) -> None:
    workers = [python(WORKER, tmp_path, name) for name in "xyz"]
    with ExitStack() as stack:
        for worker in workers:
            stack.enter_context(worker)
    assert [worker.returncode for worker in workers] == [0, 0, 0]
    notes = [line.split() for line in (tmp_path / "notes").read_text().splitlines()]
    assert len(notes) == 24
    for device in FakeGpus(tmp_path, 2).uuids:
        events = [event for where, event in notes if where == device]
        assert events == ["start", "end"] * (len(events) // 2)


def test_a_killed_holder_loses_its_lease(tmp_path: Path, gpus: FakeGpus, pool: GpuPool) -> None:
    with holder(tmp_path, "first") as process:
        with pytest.raises(SandboxUnavailable, match="GPU-0 is leased by the job first"):
            take(pool, ask(gpus, "second", wait_s=0.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert take(pool, ask(gpus, "second", wait_s=20)) == ("GPU-0",)


def test_a_holder_that_falls_silent_loses_its_lease(tmp_path: Path, gpus: FakeGpus) -> None:
    pool = GpuPool(gpus, tmp_path / "pool.db", beat_s=0.1)
    with holder(tmp_path, "first", beat_s=0.1) as process:
        process.send_signal(signal.SIGSTOP)
        assert take(pool, ask(gpus, "second")) == ("GPU-0",)


def test_a_device_is_kept_back_until_nobody_computes_on_it(gpus: FakeGpus, pool: GpuPool) -> None:
    with pool.lease(ask(gpus, "first"), threading.Event()):
        gpus.compute("GPU-0")
    with pytest.raises(SandboxUnavailable, match="GPU-0 is kept back"):
        take(pool, ask(gpus, "second", wait_s=0.1))
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(take, pool, ask(gpus, "third"))
        time.sleep(0.2)
        assert not waiting.done()
        gpus.end("GPU-0")
        assert waiting.result() == ("GPU-0",)


def test_a_job_finds_its_devices_again_when_its_supervisor_was_killed(
    tmp_path: Path, gpus: FakeGpus, pool: GpuPool
) -> None:
    with holder(tmp_path, "first") as process:
        gpus.compute("GPU-0")  # as the job's container does, which outlives the supervisor
        process.kill()
        process.wait()
    with pytest.raises(SandboxUnavailable):
        take(pool, ask(gpus, "second", wait_s=0.1))
    assert take(pool, ask(gpus, "first", wait_s=0.1)) == ("GPU-0",)


def test_a_job_is_not_held_twice(gpus: FakeGpus, pool: GpuPool) -> None:
    with (
        pool.lease(ask(gpus, "first"), threading.Event()),
        pytest.raises(SandboxUnavailable, match="another process holds"),
    ):
        take(pool, ask(gpus, "first"))


def test_sharers_share(gpus: FakeGpus, pool: GpuPool) -> None:
    with pool.lease(ask(gpus, "first", per_device=2), threading.Event()):
        gpus.compute("GPU-0")
        assert take(pool, ask(gpus, "second", per_device=2)) == ("GPU-0",)


def test_waiting_can_be_cancelled(gpus: FakeGpus, pool: GpuPool) -> None:
    cancelled = threading.Event()
    with pool.lease(ask(gpus, "first"), threading.Event()), ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(take, pool, ask(gpus, "second"), cancelled)
        cancelled.set()
        with pytest.raises(JobCancelled):
            waiting.result()
    assert take(pool, ask(gpus, "third", wait_s=1)) == ("GPU-0",)


def test_more_than_there_are_is_rejected_at_once(gpus: FakeGpus, pool: GpuPool) -> None:
    with pytest.raises(JobRejected, match=r"job big asks for 2 GPU\(s\); this run may use 1"):
        take(pool, ask(gpus, "big", count=2))


def test_a_job_without_gpus_waits_for_nobody(gpus: FakeGpus, pool: GpuPool) -> None:
    with pool.lease(ask(gpus, "first"), threading.Event()):
        assert take(pool, ask(gpus, "second", count=0)) == ()


def test_a_pool_file_that_is_none_is_named(tmp_path: Path, gpus: FakeGpus) -> None:
    path = tmp_path / "pool.db"
    path.write_text("this is no database, and long enough to be seen as none " * 20)
    with pytest.raises(SandboxUnavailable, match=str(path)):
        take(GpuPool(gpus, path), ask(gpus, "first"))


def take(pool: GpuPool, request: GpuRequest, cancelled: threading.Event | None = None) -> tuple[str, ...]:
    with pool.lease(request, cancelled or threading.Event()) as devices:
        return devices


# What a container is told


def test_a_container_gets_its_devices_and_no_others() -> None:
    assert device_requests(()) == []
    assert visible_devices(()) == "void"
    (request,) = device_requests(("GPU-1", "MIG-2"))
    assert request.device_ids == ["GPU-1", "MIG-2"]
    assert request.count == 0
    assert visible_devices(("GPU-1", "MIG-2")) == "GPU-1,MIG-2"


# What there is

REPORT = """<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
  <gpu id="00000000:10:00.0">
    <product_name>NVIDIA A100</product_name>
    <mig_mode><current_mig>Enabled</current_mig></mig_mode>
    <mig_devices>
      <mig_device><index>0</index><gpu_instance_id>1</gpu_instance_id><compute_instance_id>0</compute_instance_id>
        <fb_memory_usage><total>19968 MiB</total></fb_memory_usage></mig_device>
      <mig_device><index>1</index><gpu_instance_id>5</gpu_instance_id><compute_instance_id>0</compute_instance_id>
        <fb_memory_usage><total>N/A</total></fb_memory_usage></mig_device>
    </mig_devices>
    <uuid>GPU-aa</uuid>
    <fb_memory_usage><total>40960 MiB</total></fb_memory_usage>
    <processes><process_info><gpu_instance_id>5</gpu_instance_id><compute_instance_id>0</compute_instance_id>
      <pid>7</pid><type>C</type></process_info></processes>
  </gpu>
  <gpu id="00000000:15:00.0">
    <product_name>NVIDIA RTX, with a comma</product_name>
    <mig_mode><current_mig>N/A</current_mig></mig_mode>
    <mig_devices>None</mig_devices>
    <uuid>GPU-bb</uuid>
    <fb_memory_usage><total>24576 MiB</total></fb_memory_usage>
    <processes><process_info><pid>8</pid><type>G</type></process_info></processes>
  </gpu>
  <gpu id="00000000:16:00.0">
    <product_name>NVIDIA RTX</product_name>
    <uuid>GPU-cc</uuid>
    <processes><process_info><pid>9</pid><type>M+C</type></process_info></processes>
  </gpu>
</nvidia_smi_log>
"""
LISTING = """GPU 0: NVIDIA A100 (UUID: GPU-aa)
  MIG 3g.20gb     Device  0: (UUID: MIG-11)
  MIG 3g.20gb     Device  1: (UUID: MIG-GPU-aa/5/0)
GPU 1: NVIDIA RTX, with a comma (UUID: GPU-bb)
GPU 2: NVIDIA RTX (UUID: GPU-cc)
"""


@pytest.fixture
def smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of an `nvidia-smi` that is first on the path, to be written by the test."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    program = tmp_path / "nvidia-smi"
    program.touch(mode=0o755)
    return program


def test_gpus_and_mig_devices_are_found_with_what_computes_on_them(smi: Path, tmp_path: Path) -> None:
    (tmp_path / "report").write_text(REPORT)
    (tmp_path / "listing").write_text(LISTING)
    smi.write_text(f'#!/bin/sh\nif [ "$1" = -L ]; then cat {tmp_path}/listing; else cat {tmp_path}/report; fi\n')
    assert nvidia_smi() == (
        Device(uuid="MIG-11", name="NVIDIA A100 3g.20gb", memory_mb=19968, busy=False),
        Device(uuid="MIG-GPU-aa/5/0", name="NVIDIA A100 3g.20gb", memory_mb=0, busy=True),
        Device(uuid="GPU-bb", name="NVIDIA RTX, with a comma", memory_mb=24576, busy=False),
        Device(uuid="GPU-cc", name="NVIDIA RTX", memory_mb=0, busy=True),
    )


def test_no_driver_means_no_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia_smi() == ()


@pytest.mark.parametrize("program", ["echo 'Failed to initialize NVML: version mismatch'; exit 18", "echo '<gpu>'"])
def test_a_broken_driver_is_no_empty_machine(smi: Path, program: str) -> None:
    smi.write_text(f"#!/bin/sh\n{program}\n")
    with pytest.raises(SandboxUnavailable, match=r"version mismatch|no XML"):
        nvidia_smi()


def test_a_selection_is_checked_against_what_is_there(tmp_path: Path) -> None:
    gpus = FakeGpus(tmp_path, 2)
    assert select("none", gpus) == ()
    assert select("all", gpus) == ("GPU-0", "GPU-1")
    assert select("GPU-1, GPU-0,GPU-1", gpus) == ("GPU-1", "GPU-0")
    for bad in ("GPU-7", "", "0", "GPU-1,,GPU-0"):
        with pytest.raises(JobRejected, match=r"--gpus names .*GPU-0 \(Fake\), GPU-1 \(Fake\)$"):
            select(bad, gpus)
