"""A container's first process is believed only word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandboxes.following import Verdict
from sandboxes.outputs import Collected


def test_a_verdict_with_its_small_outputs() -> None:
    line = b"-9 1.500000 1 0 %b:%b\n" % ("é.txt".encode().hex().encode(), b"\0a".hex().encode())
    assert Verdict.parse(line) == Verdict(-9, 1.5, timed_out=True, out_full=False, small={"é.txt": b"\0a"})


@pytest.mark.parametrize(
    "said", [b"", b"0 1.0 0 0", b"0 1.0 0\n", b"Traceback (most recent call last):\n", b"0 1.0 0 0 zz:00\n", b"\xff\n"]
)
def test_anything_else_is_none(said: bytes) -> None:
    assert Verdict.parse(said) is None


def test_only_what_was_asked_for_is_taken_and_within_the_limit(tmp_path: Path) -> None:
    collected = Collected(("a", "b"), tmp_path, budget=3)
    collected.from_bytes({"a": b"123", "b": b"4", "../c": b"5"})
    assert {name: path.read_bytes() for name, path in collected.files.items()} == {"a": b"123"}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert collected.refused == ["out/b was refused: 1 bytes are over the limit for out/"]
