"""Which GPUs this machine has, and on which of them somebody computes.

Asked of `nvidia-smi` rather than of its library in this process: a call into a broken driver can hang for ever, and a
child process can be left behind. Of its formats XML is the one that also says on which MIG device a process is; only
the UUIDs of MIG devices are in none but the plain listing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from xml.etree import ElementTree

from pydantic import BaseModel, ConfigDict

from sandboxes.errors import JobRejected, SandboxUnavailable

_TIMEOUT_S = 30.0
_GPU_LINE = re.compile(r"GPU \d+: .*\(UUID: (GPU-[^)\s]+)\)")
_MIG_LINE = re.compile(r"\s+MIG (\S+)\s+Device\s+(\d+): \(UUID: (MIG-[^)\s]+)\)")

_Parts = dict[tuple[str, str], tuple[str, str]]


class Device(BaseModel):
    """A GPU, or a MIG device: a part of a GPU with memory and processors of its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uuid: str
    """`GPU-…` or `MIG-…`. Never an index: it can stand for another device after a restart."""
    name: str
    memory_mb: int
    """MiB; 0 when the driver does not tell."""
    busy: bool = False
    """Whether a process computes on it, or has not let go of it yet."""


Inventory = Callable[[], tuple[Device, ...]]
"""Returns all devices that can be leased, as they are now. A GPU that is split into MIG devices is not among them.

Raises:
    SandboxUnavailable: the devices cannot be looked at.
"""


def nvidia_smi() -> tuple[Device, ...]:
    """Return this machine's devices as `nvidia-smi` tells them; none where it is not installed."""
    if shutil.which("nvidia-smi") is None:
        return ()
    report = _ask("-q", "-x")
    try:
        gpus = ElementTree.fromstring(report).findall("gpu")
    except ElementTree.ParseError as error:
        raise SandboxUnavailable(f"nvidia-smi gave a report that is no XML: {error}") from error
    parts = _mig_parts(_ask("-L")) if any(gpu.find("mig_devices/mig_device") is not None for gpu in gpus) else {}
    return tuple(device for gpu in gpus for device in _devices(gpu, parts))


def select(selection: str, inventory: Inventory) -> tuple[str, ...]:
    """Return the UUIDs that a user's choice stands for.

    Args:
        selection: `none`, `all`, or UUIDs with commas between them.
        inventory: asked unless the choice is `none`.

    Raises:
        JobRejected: a UUID that is not here.
    """
    if selection == "none":
        return ()
    here = {device.uuid: device for device in inventory()}
    if selection == "all":
        return tuple(here)
    chosen = tuple(dict.fromkeys(part.strip() for part in selection.split(",")))
    for uuid in chosen:
        if uuid not in here:
            known = ", ".join(f"{device.uuid} ({device.name})" for device in here.values()) or "no GPU"
            raise JobRejected(f"--gpus names {uuid!r}; give none, all or UUIDs of this machine, which has {known}")
    return chosen


def _ask(*arguments: str) -> str:
    command = ["nvidia-smi", *arguments]
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxUnavailable(f"the GPUs cannot be looked at: {error}") from error
    if done.returncode != 0:
        said = " ".join((done.stdout + done.stderr).split())[:300]
        raise SandboxUnavailable(f"the GPUs cannot be looked at: nvidia-smi ended with {done.returncode}: {said}")
    return done.stdout


def _mig_parts(listing: str) -> _Parts:
    """Return (UUID of the GPU, index of the part) → its UUID and profile."""
    parts: _Parts = {}
    gpu = ""
    for line in listing.splitlines():
        if whole := _GPU_LINE.match(line):
            gpu = whole[1]
        elif part := _MIG_LINE.match(line):
            parts[gpu, part[2]] = (part[3], part[1])
    return parts


def _devices(gpu: ElementTree.Element, parts: _Parts) -> list[Device]:
    uuid, name = _text(gpu, "uuid"), _text(gpu, "product_name")
    # C computes; G, a display, does not. M+C is a client of the multi-process service.
    computing = [process for process in gpu.iterfind("processes/process_info") if "C" in _text(process, "type")]
    if _text(gpu, "mig_mode/current_mig") != "Enabled":
        return [Device(uuid=uuid, name=name, memory_mb=_memory_mb(gpu), busy=bool(computing))]
    used = {_instance(process) for process in computing}
    devices = []
    for part in gpu.iterfind("mig_devices/mig_device"):
        listed = parts.get((uuid, _text(part, "index")))
        if listed:  # else somebody changed the parts between the two questions
            busy = _instance(part) in used
            devices.append(Device(uuid=listed[0], name=f"{name} {listed[1]}", memory_mb=_memory_mb(part), busy=busy))
    return devices


def _instance(element: ElementTree.Element) -> tuple[str, str]:
    return _text(element, "gpu_instance_id"), _text(element, "compute_instance_id")


def _memory_mb(element: ElementTree.Element) -> int:
    number, _, unit = _text(element, "fb_memory_usage/total").partition(" ")
    return int(number) if unit == "MiB" else 0


def _text(element: ElementTree.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
