"""A job's folder: an outcome is there as a whole or not at all, and one caller at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from sandboxes.keep import job_folder
from sandboxes.sandbox import Isolation, Outcome

if TYPE_CHECKING:
    from pathlib import Path


def outcome(folder: Path) -> Outcome:
    return Outcome(
        job_id="a",
        status="ok",
        exit_code=0,
        wall_s=1.5,
        log="said ☃\n",
        log_path=folder / "log.txt",
        outputs={"x": folder / "out" / "x"},
        isolation=Isolation(backend="none", summary="."),
    )


def test_a_stored_outcome_comes_back_where_the_folder_lies_now(tmp_path: Path) -> None:
    with job_folder(tmp_path / "keep", "a") as folder:
        assert folder.stored() is None
        stored = folder.store(outcome(folder.path))
        assert folder.stored() == stored
    (tmp_path / "keep").rename(tmp_path / "moved")
    with job_folder(tmp_path / "moved", "a") as folder:
        again = folder.stored()
    assert again == outcome(tmp_path / "moved" / "a")
    assert again.log_path.read_text(encoding="utf-8") == "said ☃\n"


def test_a_half_written_outcome_does_not_count(tmp_path: Path) -> None:
    with job_folder(tmp_path, "a") as folder:
        (folder.path / "outcome.json.part").write_text('{"job_id"', encoding="utf-8")
        assert folder.stored() is None


def test_a_second_caller_waits(tmp_path: Path) -> None:
    seen = []

    def second() -> None:
        with job_folder(tmp_path, "a") as folder:
            seen.append(folder.stored())

    with job_folder(tmp_path, "a") as folder:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
        folder.store(outcome(folder.path))
    thread.join()
    assert seen == [outcome(tmp_path / "a")]


def test_an_exception_lets_the_folder_go(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), job_folder(tmp_path, "a"):
        raise RuntimeError
    with job_folder(tmp_path, "a") as folder:
        assert folder.stored() is None
