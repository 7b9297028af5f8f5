"""Words that are not ours: of a model, a paper, a program or a source. They are marked, cleaned, bounded and escaped.

A page shows them as data whatever they say. Escaping is left to the renderer, which knows into what the text goes;
here is taken out what no escaping can make harmless: terminal control sequences, invisible characters that reorder
what stands around them, and sheer length.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from pydantic import BaseModel, ConfigDict

Speaker = Literal["model", "paper", "person", "program", "source", "harness"]
"""Whose words they are. `harness` is ours, with a program's words in it."""

SHORT = 400
"""Characters of a title, a reason or another text of one line."""
LONG = 6_000
"""Characters of a text of many lines."""

_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_REPLACEMENT = "\ufffd"
_MOST_MARKS = 4
"""Combining marks on one character that are kept: stacks of hundreds paint over the lines around them."""


class Quoted(BaseModel):
    """Somebody's words, fit to be shown. Make them with `quote` or `quote_block`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    by: Speaker
    block: bool = False
    """Many lines, to be shown as they stand."""

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


def quote(text: str, by: Speaker, most: int = SHORT) -> Quoted:
    """Words as one line."""
    shortened = text[: 4 * most + 1000]
    line = " ".join(clean(shortened).split())
    return Quoted(text=line if len(line) <= most else f"{line[:most]} […]", by=by)


def quote_block(text: str, by: Speaker, most: int = LONG) -> Quoted:
    """Words of many lines; of what is too long, the beginning and the end."""
    if len(text) > most:
        half = most // 2
        text = f"{text[:half]}\n[… the middle is left out …]\n{text[-half:]}"
    return Quoted(text=clean(text.replace("\r\n", "\n")).strip("\n"), by=by, block=True)


def clean(text: str) -> str:
    """The text without terminal control sequences; other invisible characters show as �."""
    text = _CONTROL.sub(_REPLACEMENT, _SEQUENCE.sub("", text))
    return text if text.isascii() else _without_stacks(text)


def _without_stacks(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)
