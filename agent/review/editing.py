"""Texts changed by a person in their own editor, all in one file."""

from __future__ import annotations

import re
from collections.abc import Mapping

import click

_HEAD = "##### {name} #####"
_PLACE = re.compile(r"^##### (.+) #####$", re.MULTILINE)


def edit_in_editor(fields: Mapping[str, str]) -> dict[str, str]:
    """Let a person change texts in `$EDITOR`; returns those that changed."""
    before = "".join(f"{_HEAD.format(name=name)}\n{text}\n" for name, text in fields.items())
    after = click.edit(before, require_save=False, extension=".txt")
    return {} if after is None else changed(fields, after)


def changed(fields: Mapping[str, str], edited: str) -> dict[str, str]:
    """The texts that an edited file changes. One that was taken out of it stays as it was."""
    _, *pieces = _PLACE.split(edited)
    after = {
        name: text.removeprefix("\n").removesuffix("\n") for name, text in zip(pieces[::2], pieces[1::2], strict=True)
    }
    return {name: text for name, text in after.items() if text != fields.get(name)}
