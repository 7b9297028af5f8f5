"""Keys of endpoints: from the environment or the system's keyring, and from there into a client and nowhere else."""

from __future__ import annotations

import os

from pydantic import SecretStr

from agent.errors import BadConfiguration

KEYRING_SERVICE = "echolocate"
"""What keys are kept under: `keyring set echolocate OPENAI_API_KEY`."""

_SHORTEST = 8
"""Characters of a key. What is shorter stands for none, such as `none`, and may well stand in an answer."""


def find_key(name: str) -> SecretStr:
    """The key of this name: the environment's, else the keyring's, else an empty one, which some endpoints take.

    Raises:
        BadConfiguration: the keyring is there but does not open.
    """
    return SecretStr(os.environ.get(name) or _from_keyring(name) or "")


def _from_keyring(name: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError:  # an optional dependency
        return None
    try:
        return keyring.get_password(KEYRING_SERVICE, name)
    except NoKeyringError:  # a machine without one, such as a container
        return None
    except KeyringError as error:
        raise BadConfiguration(f"the keyring does not open ({error}); set the environment variable {name}") from None


def without_key(text: str, key: SecretStr) -> str:
    """A text without the key: endpoints quote it back when they refuse it."""
    secret = key.get_secret_value()
    return text.replace(secret, "[key]") if len(secret) >= _SHORTEST else text
