"""What the hostile and the benign suite share: backends, and the results that are their product."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING

import hostile_table
import pytest

from sandboxes.choose import choose
from sandboxes.errors import SandboxUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox


@pytest.fixture(scope="session", params=[pytest.param("docker", marks=pytest.mark.docker), "bubblewrap"])
def backend(request: pytest.FixtureRequest) -> Name:
    return request.param


@pytest.fixture(scope="session")
def sandbox(backend: Name) -> Sandbox:
    try:
        return choose(backend)
    except SandboxUnavailable as unavailable:
        # What CI says it has is never skipped.
        if backend in os.environ.get("ECHOLOCATE_REQUIRE", "").split(","):
            raise
        pytest.skip(str(unavailable))


@pytest.fixture(scope="session")
def results() -> Iterator[dict[str, dict[str, str]]]:
    """Program → backend → what came of it; kept when `ECHOLOCATE_RECORD` is set."""
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    yield seen
    if os.environ.get("ECHOLOCATE_RECORD"):
        hostile_table.record(seen)
