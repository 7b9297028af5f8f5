"""What a model's tokens cost: a dated table, and the user's own prices over it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from agent.errors import BadConfiguration
from agent.models.usage import Usage

_TABLE = Path(__file__).with_name("prices.toml")


class Price(BaseModel):
    """Dollars for a million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: float = Field(ge=0)
    completion: float = Field(ge=0)

    def dollars(self, usage: Usage) -> float:
        """What a call cost."""
        return (usage.prompt_tokens * self.prompt + usage.completion_tokens * self.completion) / 1e6


class PriceTable(BaseModel):
    """Known prices and their date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: date
    models: Mapping[str, Price]


def price_table() -> PriceTable:
    """The table that ships with the package."""
    return PriceTable.model_validate(tomllib.loads(_TABLE.read_text(encoding="utf-8")))


def price_of(model: str, own: Mapping[str, Price]) -> Price:
    """The price of a model: the user's own, else the table's.

    Args:
        model: its name at the endpoint.
        own: the user's prices, by the same names.

    Raises:
        BadConfiguration: nobody has said what it costs. Zero would let a limit of money pass anything.
    """
    table = price_table()
    price = own.get(model) or table.models.get(model)
    if price is None:
        raise BadConfiguration(
            f"no price is known for the model {model} (table of {table.as_of}), so a limit of money cannot be kept: "
            f"give its dollars for a million prompt and completion tokens (0 and 0 if it is free)"
        )
    return price
