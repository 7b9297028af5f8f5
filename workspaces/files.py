"""A folder's text files as a value: path → text, with a hash that names the content."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from workspaces.errors import EditRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_FILE_BYTES = 256 * 1024
MAX_FILES = 64
_COMPILED = "__pycache__"
"""Folder of byte-compiled files: left out when files are read, so none may be put there."""
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")


def check_files(files: Mapping[str, str]) -> None:
    """Return when every path and text can be a candidate's file.

    Args:
        files: path relative to the candidate's folder, with ``/`` → text.

    Raises:
        EditRefused: with the path and the reason.
    """
    if len(files) > MAX_FILES:
        raise EditRefused(f"{len(files)} files are too many: at most {MAX_FILES}")
    for path, text in files.items():
        _check_path(path)
        _check_text(path, text)
        for parent in list(Path(path).parents)[:-1]:
            if parent.as_posix() in files:
                raise EditRefused(f"{path}: {parent.as_posix()} is a file, so nothing can lie below it")


def read_folder(folder: Path) -> dict[str, str]:
    """All files below a folder, sorted by path. Byte-compiled files are left out.

    Raises:
        EditRefused: a link, a file that is no text, an odd name, too many or too large files.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if _COMPILED in name.split("/") or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() or not path.is_file():
            raise EditRefused(f"{name}: only regular files can be kept, no links")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise EditRefused(f"{name}: {path.stat().st_size} bytes are too many: at most {MAX_FILE_BYTES}")
        try:
            found[name] = path.read_bytes().decode()
        except UnicodeDecodeError:
            raise EditRefused(f"{name}: only UTF-8 text can be kept") from None
    check_files(found)
    return found


def write_folder(files: Mapping[str, str], target: Path) -> str:
    """Make `target` hold exactly these files, and return their `content_hash`.

    A target that holds them already is not touched, because a running job may be looking at it. Otherwise the folder
    appears whole or not at all, whenever the process is killed.
    """
    digest = content_hash(files)
    if target.is_dir() and _holds(target, files):
        return digest
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    fresh.chmod(0o755)  # a sandbox may read it as another user
    for path, text in files.items():
        file = fresh / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    put_in_place(fresh, target)
    return digest


def content_hash(files: Mapping[str, str]) -> str:
    """SHA-256, in hex, over paths and texts: equal exactly when all paths and texts are equal."""
    digest = hashlib.sha256()
    for path, text in sorted(files.items()):
        for part in (path.encode(), text.encode()):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def put_in_place(fresh: Path, target: Path) -> None:
    """Rename a finished folder to its place, over what a killed process may have left there."""
    shutil.rmtree(target, ignore_errors=True)
    try:
        fresh.rename(target)
    except OSError:  # somebody else put the same content there in between
        if not target.is_dir():
            raise
        shutil.rmtree(fresh)


def _holds(folder: Path, files: Mapping[str, str]) -> bool:
    try:
        return read_folder(folder) == dict(files)
    except EditRefused:
        return False


def _check_path(path: str) -> None:
    right = "write a path below the candidate's folder, such as features.py"
    if path.startswith(("/", "\\")) or re.match(r"[A-Za-z]:", path):
        raise EditRefused(f"{path!r} is an absolute path: {right}")
    parts = path.split("/")
    if ".." in parts:
        raise EditRefused(f"{path!r} leads out of the candidate's folder: {right}")
    if len(path) > 200 or _COMPILED in parts or not all(_PART.fullmatch(part) for part in parts):
        raise EditRefused(f"{path!r} is no usable file name (letters, digits and _ . - only): {right}")


def _check_text(path: str, text: str) -> None:
    if _UNPRINTABLE.search(text):
        raise EditRefused(f"{path}: holds bytes that are no text")
    if len(text.encode()) > MAX_FILE_BYTES:
        raise EditRefused(f"{path}: {len(text.encode())} bytes are too many: at most {MAX_FILE_BYTES}")
