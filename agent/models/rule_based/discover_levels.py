"""How sentences name the levels of a column: `Low` alone does not say what is low."""

from __future__ import annotations

from agent.models.discover_answers import ObjectiveDraft

_SAY_NOTHING = {"class", "condition", "group", "type"}
"""Names of columns that add nothing to their levels."""


def level_in_words(column: str, level: str) -> str:
    """A level as a sentence names it: with its column, unless the level tells by itself."""
    return level if not level or _tells(column, level) else f"{column} {level}"


def pair_in_words(asked: ObjectiveDraft) -> tuple[str, str]:
    """The two sides of a comparison, as a sentence names them."""
    one = level_in_words(asked.column, asked.numerator)
    if asked.aim == "against_reference":
        return one, asked.denominator  # what the values are ratios to is no level of the column
    return one, level_in_words(asked.column, asked.denominator)


def contrast_in_words(asked: ObjectiveDraft) -> str:
    """Where something is higher or lower: `where grade is Low than where it is Normal`."""
    one, other = asked.numerator, asked.denominator
    if (one, other) == pair_in_words(asked):
        return f"in {one} than in {other}"
    rest = f"in {other}" if asked.aim == "against_reference" else f"where it is {other}"
    return f"where {asked.column} is {one} than {rest}"


def _tells(column: str, level: str) -> bool:
    """Whether a level says what it is a level of: it names its column, or has letters and a column that adds none."""
    named = column.casefold() in level.casefold()
    return named or (column.casefold() in _SAY_NOTHING and any(map(str.isalpha, level)))
