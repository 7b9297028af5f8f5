"""What a model's tokens cost: a dated table, and the user's own prices over it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from agent.errors import BadConfiguration
from agent.models.usage import CallRecord, Usage

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


def known_prices(models: Iterable[str], own: Mapping[str, Price]) -> dict[str, Price]:
    """The prices of those models that have one: the user's own, else the table's.

    Args:
        models: their names at the endpoint.
        own: the user's prices, by the same names.
    """
    both = {**price_table().models, **own}
    return {model: both[model] for model in models if model in both}


def require_prices(models: Iterable[str], prices: Mapping[str, Price]) -> None:
    """Refuse models that nobody has a price for: zero would let a limit of money pass anything.

    Raises:
        BadConfiguration: with what to write where.
    """
    for model in models:
        if model not in prices:
            raise BadConfiguration(
                f"no price is known for the model {model} (table of {price_table().as_of}), so a limit of money cannot "
                f'be kept: write its dollars for a million tokens (0 if it is free) into a file, [prices."{model}"] '
                f"with prompt = … and completion = …, and name the file with --config"
            )


def dollars_of(call: CallRecord, prices: Mapping[str, Price]) -> float | None:
    """What a call cost; None when its model has no price."""
    # A record names the protocol as well: `openai:gpt-4.1`.
    price = prices.get(call.model.partition(":")[2])
    return None if price is None else price.dollars(call.usage)
