"""What the hostile and the benign suite share: backends, and the table that is their product."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandboxes.bubblewrap import BubblewrapSandbox
from sandboxes.docker import DockerSandbox
from sandboxes.errors import SandboxUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandboxes.sandbox import Sandbox

BACKENDS = {"docker": DockerSandbox, "bubblewrap": BubblewrapSandbox}
TABLE = Path(__file__).parents[1] / "output" / "hostile.md"


@pytest.fixture(scope="session", params=[pytest.param("docker", marks=pytest.mark.docker), "bubblewrap"])
def backend(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def sandbox(backend: str) -> Sandbox:
    made = BACKENDS[backend]()
    try:
        made.check()
    except SandboxUnavailable as unavailable:
        pytest.skip(str(unavailable))
    return made


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
