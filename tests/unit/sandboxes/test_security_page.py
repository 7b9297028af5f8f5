"""SECURITY.md says what the hostile suite found, and what each backend says of itself."""

from __future__ import annotations

import hostile_table

from sandboxes.bubblewrap import BubblewrapSandbox
from sandboxes.docker import DockerSandbox

TEXT = hostile_table.SECURITY.read_text(encoding="utf-8")


def test_every_program_was_tried_on_every_backend() -> None:
    results = hostile_table.read()
    assert list(results) == hostile_table.names()
    assert all(set(row) == set(hostile_table.BACKENDS) for row in results.values())


def test_the_page_shows_what_was_found() -> None:
    assert hostile_table.shown() == hostile_table.render(hostile_table.read())


def test_docker_holds_all() -> None:
    assert {row["docker"] for row in hostile_table.read().values()} == {"held"}


def test_a_known_gap_is_one_that_the_backend_names() -> None:
    gaps = {row["bubblewrap"] for row in hostile_table.read().values()} - {"held"}
    assert gaps <= set(BubblewrapSandbox().isolation.lacks)


def test_the_page_quotes_bubblewraps_gaps() -> None:
    everywhere = [gap for gap in BubblewrapSandbox().isolation.lacks if "libseccomp" not in gap]
    assert everywhere
    assert all(gap in TEXT for gap in everywhere)


def test_the_counts_are_right() -> None:
    assert f"{len(hostile_table.names())} hostile" in TEXT


def test_docker_says_what_it_shares() -> None:
    assert DockerSandbox().isolation.lacks == ("the kernel is shared with this machine",)
