"""What CI says it has is never skipped: `ECHOLOCATE_REQUIRE` names it (docker, bubblewrap, browser, data,
limma, comet, llm)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

DATA = Path(os.environ.get("ECHOLOCATE_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))


def pytest_sessionstart() -> None:
    """End before the first test when something that must be there is missing; engines answer for themselves."""
    required = os.environ.get("ECHOLOCATE_REQUIRE", "").split(",")
    if "browser" in required and shutil.which("chromium") is None:
        pytest.exit("ECHOLOCATE_REQUIRE names a browser, but there is no chromium", returncode=2)
    if "comet" in required and shutil.which("comet-ms") is None:
        pytest.exit("ECHOLOCATE_REQUIRE names comet, but there is no comet-ms", returncode=2)
    if "data" in required and not DATA.is_dir():
        pytest.exit(f"ECHOLOCATE_REQUIRE names data, but {DATA} is not there: set ECHOLOCATE_TEST_DATA", returncode=2)
