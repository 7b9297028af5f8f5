"""Numbers in what a model writes: each must be one of those that it was shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

_NUMBER = re.compile(r"(?<![\w.])([+-]?)((?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?)(\s?%)?", re.IGNORECASE)
_NAME = re.compile(r"\br\d+(?:-\d+)?(?:-a\d+)?\b")
"""Ids of rounds, ideas and attempts: they count nothing."""


class Number(NamedTuple):
    """A number as a text gives it."""

    sign: str
    """Empty where none is written."""
    size: Decimal
    percent: bool

    def __str__(self) -> str:
        return f"{self.sign}{self.size}{' %' if self.percent else ''}"


def numbers_in(text: str) -> list[Number]:
    """Every number of a text, in order."""
    plain = _NAME.sub(" ", text.replace("−", "-"))
    found = _NUMBER.findall(plain)
    return [Number(sign, Decimal(digits.replace(",", "")), bool(percent)) for sign, digits, percent in found]


def unsupported(text: str, facts: Iterable[str]) -> list[Number]:
    """The numbers of a text that none of the facts holds.

    A number may be written without its sign (`worse by 0.12`), and with other zeros at its end. A sign that is written
    must be the fact's own; a percentage is no share.
    """
    known = {number for fact in facts for number in numbers_in(fact)}
    sizes = {(one.size, one.percent) for one in known}
    signed = {(one.sign or "+", one.size, one.percent) for one in known}
    return [
        one
        for one in numbers_in(text)
        if ((one.sign, one.size, one.percent) not in signed if one.sign else (one.size, one.percent) not in sizes)
    ]
