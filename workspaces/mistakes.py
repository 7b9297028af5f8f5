"""What pydantic found wrong, in lines that a person can act on."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails


def mistakes(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One line per mistake: key, what is wrong, what would be right (the field's docstring).

    A misspelt key is one mistake, though pydantic reports two: the unknown key and the missing one.
    """
    errors = error.errors(include_url=False)
    meant = {(*one["loc"][:-1], _meant(one, model)) for one in errors if one["type"] == "extra_forbidden"}
    return [_line(one, model) for one in errors if one["type"] != "missing" or one["loc"] not in meant]


def _line(one: ErrorDetails, model: type[BaseModel]) -> str:
    where = ".".join(map(str, one["loc"]))
    known = _model_at(one["loc"], model).model_fields
    if one["type"] == "extra_forbidden":
        close = _meant(one, model)
        return f"{where}: unknown key; " + (f"did you mean {close}?" if close else f"known: {', '.join(known)}")
    key = next(part for part in reversed(one["loc"]) if isinstance(part, str))
    meaning = " ".join((known[key].description or "").split())
    if one["type"] == "missing":
        return f"{where}: is missing: {meaning}"
    said = one["msg"].removeprefix("Value error, ").replace("Input should", "should")
    return f"{where}: {_short(one['input'])}: {said}: {meaning}"


def _meant(one: ErrorDetails, model: type[BaseModel]) -> str | None:
    close = difflib.get_close_matches(str(one["loc"][-1]), _model_at(one["loc"], model).model_fields, n=1)
    return close[0] if close else None


def _model_at(place: Sequence[int | str], model: type[BaseModel]) -> type[BaseModel]:
    """The table that the last key of a place belongs to."""
    for key in [part for part in place if isinstance(part, str)][:-1]:
        inner = model.model_fields[key].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        model = inner
    return model


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
