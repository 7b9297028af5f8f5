"""The hostile suite's product: program by backend, kept in `tests/hostile/results.json` and shown in SECURITY.md.

ECHOLOCATE_RECORD=1 pytest tests/hostile/test_hostile.py     # writes what came of each program
python tests/support/hostile_table.py                        # writes the table into SECURITY.md
"""

from __future__ import annotations

import json
from pathlib import Path

TESTS = Path(__file__).parents[1]
PROGRAMS = TESTS / "hostile" / "programs"
RESULTS = TESTS / "hostile" / "results.json"
SECURITY = TESTS.parent / "SECURITY.md"
BACKENDS = ("docker", "bubblewrap")
BEGIN, END = "<!-- from tests/hostile/results.json -->\n", "<!-- to here -->\n"


def names() -> list[str]:
    """Return the programs, without their endings."""
    return sorted(path.stem for path in PROGRAMS.glob("[0-9]*.py"))


def attempt_of(name: str) -> str:
    """Return what a program tries: its docstring."""
    return (PROGRAMS / f"{name}.py").read_text(encoding="utf-8").split('"""')[1]


def read() -> dict[str, dict[str, str]]:
    """Return program → backend → `held`, or the known gap."""
    results: dict[str, dict[str, str]] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return results


def record(seen: dict[str, dict[str, str]]) -> None:
    """Keep what came of programs; what was not run stays as it was."""
    before = read() if RESULTS.exists() else {}
    merged = {name: before.get(name, {}) | seen.get(name, {}) for name in names()}
    RESULTS.write_text(json.dumps(merged, indent=1) + "\n", encoding="utf-8")


def render(results: dict[str, dict[str, str]]) -> str:
    """Return the table as Markdown."""
    rows = [f"| {attempt_of(name)} | {' | '.join(results[name][one] for one in BACKENDS)} |" for name in names()]
    return "\n".join(
        [f"| what a program tries | {' | '.join(BACKENDS)} |", "|---|" + "---|" * len(BACKENDS), *rows, ""]
    )


def shown() -> str:
    """Return the table that SECURITY.md shows."""
    return SECURITY.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


def main() -> None:
    text = SECURITY.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    SECURITY.write_text(head + BEGIN + render(read()) + END + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
