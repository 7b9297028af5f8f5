"""What comes home from a folder or an archive whose every name and kind the job chose."""

from __future__ import annotations

import io
import os
import socket
import tarfile
from typing import TYPE_CHECKING

import pytest

from sandboxes.outputs import Collected, open_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def from_folder(out: Path, home: Path, *names: str, budget: int = 1 << 20) -> Collected:
    collected = Collected(names, home, budget)
    with open_folder(out) as folder:
        collected.from_folder(folder)
    return collected


def from_tar(home: Path, member: tarfile.TarInfo, content: bytes, name: str, budget: int = 1 << 20) -> Collected:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.addfile(member, io.BytesIO(content))
    packed.seek(0)
    collected = Collected([name], home, budget)
    collected.from_tar(packed, name)
    return collected


def member(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.size, made.type, made.linkname = size, kind, link
    return made


def test_only_asked_names_come_home(out: Path, home: Path) -> None:
    (out / "asked").write_bytes(b"1")
    (out / "unasked").write_bytes(b"2")
    collected = from_folder(out, home, "asked", "absent")
    assert (list(collected.files), collected.refused) == (["asked"], [])
    assert os.listdir(home) == ["asked"]  # noqa: PTH208


@pytest.mark.parametrize("kind", ["link", "dangling", "folder link", "hard link", "pipe", "socket", "folder"])
def test_what_is_no_plain_file_is_refused(kind: str, out: Path, home: Path, tmp_path: Path) -> None:
    secret, path = tmp_path / "secret", out / "a"
    secret.write_text("secret", encoding="utf-8")
    with socket.socket(socket.AF_UNIX) as server:
        {
            "link": lambda: path.symlink_to(secret),
            "dangling": lambda: path.symlink_to(tmp_path / "nowhere"),
            "folder link": lambda: path.symlink_to(tmp_path),
            "hard link": lambda: path.hardlink_to(secret),
            "pipe": lambda: os.mkfifo(path),
            "socket": lambda: server.bind(str(path)),
            "folder": path.mkdir,
        }[kind]()
        collected = from_folder(out, home, "a")
    assert collected.files == {}
    assert collected.refused == ["out/a was refused: not a regular file"]
    assert list(home.iterdir()) == []


def test_a_folder_that_is_a_link_is_not_opened(out: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(out)
    with pytest.raises(NotADirectoryError), open_folder(tmp_path / "link"):
        pass


def test_the_budget_holds_for_all_files_together(out: Path, home: Path) -> None:
    for name in "abc":
        (out / name).write_bytes(b"x" * 40)
    collected = from_folder(out, home, "a", "b", "c", budget=100)
    assert sorted(collected.files) == ["a", "b"]
    assert collected.refused == ["out/c was refused: 40 bytes are over the limit for out/"]


def test_a_sparse_file_counts_by_what_it_claims(out: Path, home: Path) -> None:
    with (out / "a").open("wb") as file:
        file.truncate(1 << 40)
    assert from_folder(out, home, "a").files == {}


def test_an_archive_gives_the_asked_file(home: Path) -> None:
    collected = from_tar(home, member("a", size=3), b"abc", "a")
    assert collected.files["a"].read_bytes() == b"abc"


@pytest.mark.parametrize(
    "given",
    [
        member("a", kind=tarfile.SYMTYPE, link="/etc/passwd"),
        member("a", kind=tarfile.LNKTYPE, link="b"),
        member("a", kind=tarfile.FIFOTYPE),
        member("a", kind=tarfile.CHRTYPE),
        member("a", kind=tarfile.DIRTYPE),
        member("../a", size=3),
        member("/etc/a", size=3),
        member("b", size=3),
    ],
    ids=lambda given: f"{given.type!r} {given.name}",
)
def test_an_archive_gives_nothing_else(given: tarfile.TarInfo, home: Path) -> None:
    collected = from_tar(home, given, b"abc", "a")
    assert collected.files == {}
    assert list(home.iterdir()) == []


def test_an_archive_over_the_budget_is_not_read(home: Path) -> None:
    collected = from_tar(home, member("a", size=2000), b"x" * 2000, "a", budget=1000)
    assert (collected.files, len(collected.refused)) == ({}, 1)


def test_a_link_planted_at_home_is_replaced_not_followed(out: Path, home: Path, tmp_path: Path) -> None:
    (out / "a").write_bytes(b"new")
    (tmp_path / "victim").write_bytes(b"old")
    (home / "a").symlink_to(tmp_path / "victim")
    from_folder(out, home, "a")
    assert (tmp_path / "victim").read_bytes() == b"old"
    assert (home / "a").read_bytes() == b"new"
