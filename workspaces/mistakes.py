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
    """One line per mistake: key, what is wrong, what would be right (the field's docstring)."""
    return [_line(one, model) for one in error.errors(include_url=False)]


def _line(one: ErrorDetails, model: type[BaseModel]) -> str:
    keys = [part for part in one["loc"] if isinstance(part, str)]
    where = ".".join(str(part) for part in one["loc"])
    if one["type"] == "extra_forbidden":
        known = list(_model_at(keys[:-1], model).model_fields)
        close = difflib.get_close_matches(keys[-1], known, n=1)
        return f"{where}: unknown key; " + (f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}")
    meaning = " ".join((_model_at(keys[:-1], model).model_fields[keys[-1]].description or "").split())
    if one["type"] == "missing":
        return f"{where}: is missing: {meaning}"
    said = one["msg"].removeprefix("Value error, ").replace("Input should", "should")
    return f"{where}: {_short(one['input'])}: {said}: {meaning}"


def _model_at(keys: Sequence[str], model: type[BaseModel]) -> type[BaseModel]:
    for key in keys:
        inner = model.model_fields[key].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        model = inner
    return model


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
