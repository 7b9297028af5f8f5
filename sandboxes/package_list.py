"""Which packages a candidate may ask for.

What it asks for is text by a model, and ends in pip's hands: only a name, a version range and known extras are let
through, taken apart and put together anew. No address, no path, no option.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, ValidationError

from sandboxes.errors import PackagesRefused, SandboxUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHIPPED = Path(__file__).with_name("allowed_packages.toml")
_MOST = 20


class AllowList:
    """Names with the versions and extras that may be asked for."""

    def __init__(self, entries: Iterable[Requirement]) -> None:
        self._entries = {canonicalize_name(entry.name): entry for entry in entries}

    @classmethod
    def load(cls, user_file: Path | None = None) -> AllowList:
        """Return the shipped list, with the user's entries over it.

        Args:
            user_file: `packages.toml` in the user's configuration folder when not given; need not be there.

        Raises:
            SandboxUnavailable: the file is none of the expected form.
        """
        path = user_file or user_config_path("echolocate") / "packages.toml"
        own = _read(path) if path.exists() else []
        return cls([*_read(_SHIPPED), *own])

    @property
    def names(self) -> tuple[str, ...]:
        """The names, sorted; what a model is told that it can ask for."""
        return tuple(sorted(self._entries))

    def check(self, lines: Sequence[str]) -> tuple[str, ...]:
        """Return the requirements as pip is to be told them, sorted, each narrowed to the allowed versions.

        Args:
            lines: PEP 508 lines, for example `xgboost>=2`.

        Raises:
            PackagesRefused: naming each line that is not allowed, and why.
        """
        if len(lines) > _MOST:
            raise PackagesRefused(f"{len(lines)} packages are asked for; at most {_MOST} can be")
        found: dict[str, str] = {}
        mistakes = []
        for line in lines:
            try:
                name, narrowed = self._check(line)
                if name in found:
                    raise PackagesRefused(f"{line!r} asks for {name} a second time")
                found[name] = narrowed
            except PackagesRefused as refused:
                mistakes.append(str(refused))
        if mistakes:
            raise PackagesRefused("; ".join(mistakes))
        return tuple(sorted(found.values()))

    def _check(self, line: str) -> tuple[str, str]:
        try:
            asked = Requirement(line)
        except InvalidRequirement:
            raise PackagesRefused(
                f"{line[:80]!r} is not a package with a version range, such as 'xgboost>=2'"
            ) from None
        if asked.url or asked.marker:
            raise PackagesRefused(f"{line[:80]!r} has an address or a condition; give a name and a version range")
        name = canonicalize_name(asked.name)
        if name not in self._entries:
            raise PackagesRefused(f"{name} is not on the list of allowed packages, which are {', '.join(self.names)}")
        allowed = self._entries[name]
        if unknown := asked.extras - allowed.extras:
            raise PackagesRefused(f"{name} may not be asked for with the extras {', '.join(sorted(unknown))}")
        extras = f"[{','.join(sorted(asked.extras))}]" if asked.extras else ""
        return name, f"{name}{extras}{asked.specifier & allowed.specifier}"


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    packages: tuple[str, ...]


def _read(path: Path) -> list[Requirement]:
    try:
        lines = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).packages
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())
        raise SandboxUnavailable(f'{path} should be TOML with one key, packages = ["name>=1,<2"]: {said}') from error
    return [_entry(path, line) for line in lines]


def _entry(path: Path, line: str) -> Requirement:
    try:
        return Requirement(line)
    except InvalidRequirement as error:
        raise SandboxUnavailable(f"{path}: {line!r} is no PEP 508 line such as 'name>=1,<2'") from error
