"""A backend that is there; what CI says it has (`ECHOLOCATE_REQUIRE`) is never skipped."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from sandboxes.choose import choose
from sandboxes.errors import SandboxUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox


@pytest.fixture(scope="session")
def usable() -> Callable[[Name], Sandbox]:
    def get(backend: Name) -> Sandbox:
        try:
            return choose(backend)
        except SandboxUnavailable as unavailable:
            if backend in os.environ.get("ECHOLOCATE_REQUIRE", "").split(","):
                raise
            pytest.skip(str(unavailable))

    return get
