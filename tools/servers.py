"""MCP servers that a user names."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from tools.errors import ToolInvalid

NAME = r"^[a-z][a-z0-9_]{0,48}$"
"""Of a server, a tool, a table."""


class McpServer(BaseModel):
    """A program that speaks MCP over its standard streams."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=NAME)
    command: tuple[str, ...] = Field(min_length=1)
    folder: Path = Field(default_factory=Path.cwd)
    """Where it is started: a program's arguments are paths seen from there."""

    @classmethod
    def parse(cls, text: str) -> McpServer:
        """Read `name=program argument …`.

        Raises:
            ToolInvalid: it is not of this form, or there is no such program.
        """
        name, equals, command = text.partition("=")
        words = shlex.split(command)
        if not equals or not words or not re.match(NAME, name):
            raise ToolInvalid(f"{text!r}: an MCP server is given as `name=program argument …`")
        program = shutil.which(words[0])
        if program is None:
            raise ToolInvalid(f"{text!r}: there is no program `{words[0]}`")
        return cls(name=name, command=(program, *words[1:]))
