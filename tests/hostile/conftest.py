"""What the hostile and the benign suite share: backends, and the table that is their product."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandboxes.choose import choose
from sandboxes.errors import SandboxUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandboxes.choose import Name
    from sandboxes.sandbox import Sandbox

BACKENDS: tuple[Name, ...] = ("docker", "bubblewrap")
TABLE = Path(__file__).parents[1] / "output" / "hostile.md"


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
def table() -> Iterator[dict[tuple[str, str], dict[str, str]]]:
    """Program and what it tries → backend → what came of it; written to `tests/output/hostile.md` at the end."""
    rows: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    yield rows
    lines = [f"| program | what it tries | {' | '.join(BACKENDS)} |", "|---|---|" + "---|" * len(BACKENDS)]
    for (program, doc), results in sorted(rows.items()):
        cells = (results.get(name, "not run") for name in BACKENDS)
        lines.append(f"| {program} | {doc} | {' | '.join(cells)} |")
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
