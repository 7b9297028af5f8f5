"""Which sandbox a name stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sandboxes.errors import SandboxUnavailable
from sandboxes.gpu_inventory import nvidia_smi, select

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandboxes.sandbox import Sandbox

Name = Literal["auto", "docker", "bubblewrap", "process"]


def choose(
    name: Name = "auto",
    *,
    image: str = "base",
    gpus: str = "none",
    spares: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> Sandbox:
    """Return a sandbox in which jobs can run now.

    Args:
        name: a backend, or `auto`: Docker where an engine answers, else bubblewrap. The process backend protects
            nothing, so it is never chosen for anybody; it has to be asked for.
        image: that the jobs are going to need.
        gpus: `none`, `all` or UUIDs, with commas between them: what the jobs may have.
        spares: containers to keep ready for the next jobs; see `sandboxes.spares`.
        tell: is told in a line when `auto` has to take a weaker one, and why.

    Raises:
        SandboxUnavailable: with what is missing and what to do about it.
        JobRejected: a GPU that this machine does not have.
    """
    devices = select(gpus, nvidia_smi)
    if name == "auto":
        return _strongest(image, devices, spares, tell)
    sandbox = _make(name, image, devices, spares)
    sandbox.check()
    return sandbox


def _strongest(image: str, devices: tuple[str, ...], spares: int, tell: Callable[[str], None]) -> Sandbox:
    reasons = []
    strongest_first: tuple[Name, ...] = ("docker", "bubblewrap")
    for name in strongest_first:
        try:
            sandbox = _make(name, image, devices, spares)
            sandbox.check()
        except SandboxUnavailable as unavailable:
            reasons.append(f"{name}: {unavailable}")
        else:
            if reasons:
                tell(f"{name} is used, not {reasons[0]}")
            return sandbox
    raise SandboxUnavailable(
        "no sandbox can run here. Start a Docker engine or install bubblewrap (Debian, Ubuntu: `apt install "
        f"bubblewrap`). Tried {'; '.join(reasons)}"
    )


def _make(name: Name, image: str, devices: tuple[str, ...], spares: int) -> Sandbox:
    # Imported here: Docker's client takes a third of a second, and most commands need no sandbox.
    if name == "docker":
        from sandboxes.docker import DockerSandbox

        return DockerSandbox(image, devices, spares=spares)
    if devices:
        raise SandboxUnavailable(f"the sandbox {name} gives no GPUs; use docker, or leave --gpus out")
    if name == "bubblewrap":
        from sandboxes.bubblewrap import BubblewrapSandbox

        return BubblewrapSandbox()
    from sandboxes.process import ProcessSandbox

    return ProcessSandbox()
