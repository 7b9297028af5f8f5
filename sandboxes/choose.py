"""Which sandbox a name stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sandboxes.bubblewrap import BubblewrapSandbox
from sandboxes.docker import DockerSandbox
from sandboxes.errors import SandboxUnavailable
from sandboxes.process import ProcessSandbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandboxes.sandbox import Sandbox

Name = Literal["auto", "docker", "bubblewrap", "process"]


def choose(name: Name = "auto") -> Sandbox:
    """Return a sandbox in which jobs can run now.

    Args:
        name: a backend, or `auto`: Docker where an engine answers, else bubblewrap. The process backend protects
            nothing, so it is never chosen for anybody; it has to be asked for.

    Raises:
        SandboxUnavailable: with what is missing and what to do about it.
    """
    if name == "auto":
        return _strongest()
    sandbox = _BACKENDS[name]()
    sandbox.check()
    return sandbox


def _strongest() -> Sandbox:
    reasons = []
    strongest_first: tuple[Name, ...] = ("docker", "bubblewrap")
    for name in strongest_first:
        try:
            return choose(name)
        except SandboxUnavailable as unavailable:
            reasons.append(f"{name}: {unavailable}")
    raise SandboxUnavailable(
        "no sandbox can run here. Start a Docker engine or install bubblewrap (Debian, Ubuntu: `apt install "
        f"bubblewrap`). Tried {'; '.join(reasons)}"
    )


_BACKENDS: dict[str, Callable[[], Sandbox]] = {
    "docker": DockerSandbox,
    "bubblewrap": BubblewrapSandbox,
    "process": ProcessSandbox,
}
