"""A keyring in a file, for machines without one: a backend as the `keyring` library takes them.

Chosen with PYTHON_KEYRING_BACKEND=file_keyring.FileKeyring; the file is ECHOLOCATE_TEST_KEYRING.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class FileKeyring(KeyringBackend):
    """Keeps passwords in plain JSON; locked where the file cannot be read as such."""

    priority = 1

    @property
    def _path(self) -> Path:
        return Path(os.environ["ECHOLOCATE_TEST_KEYRING"])

    def _kept(self) -> dict[str, str]:
        try:
            return json.loads(self._path.read_text()) if self._path.exists() else {}
        except ValueError:
            raise KeyringLocked("the keyring is locked") from None

    def get_password(self, service: str, username: str) -> str | None:
        return self._kept().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._path.write_text(json.dumps({**self._kept(), f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        kept = self._kept()
        if kept.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("no such password")
        self._path.write_text(json.dumps(kept))
