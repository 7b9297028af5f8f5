"""What a backend lacks is written where people look."""

from __future__ import annotations

from pathlib import Path

from sandboxes.bubblewrap import BubblewrapSandbox
from sandboxes.docker import DockerSandbox

SECURITY = (Path(__file__).parents[3] / "SECURITY.md").read_text(encoding="utf-8")


def test_the_security_page_quotes_bubblewraps_gaps() -> None:
    everywhere = [gap for gap in BubblewrapSandbox().isolation.lacks if "libseccomp" not in gap]
    assert everywhere
    assert all(gap in SECURITY for gap in everywhere)


def test_docker_says_what_it_shares() -> None:
    assert DockerSandbox().isolation.lacks == ("the kernel is shared with this machine",)
