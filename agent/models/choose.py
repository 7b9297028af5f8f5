"""Which model a run's configuration stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from agent.config import RULE_BASED, ModelChoice, RunConfig
from agent.models.endpoint import OpenAISettings
from agent.models.keys import find_key
from agent.models.model import Model
from agent.models.openai_model import OpenAIModel
from agent.models.routing import FallbackModel, RoutedModel
from agent.models.rule_based.model import RuleBasedModel
from agent.models.usage import Listener

FALLBACK = "fallback"
"""Name, among the kinds of questions, of the model that answers once another one is gone."""


class Hooks(NamedTuple):
    """What a model tells, and asks, while it answers."""

    on_call: Listener = lambda _: None
    """Told of each call of an endpoint."""
    before_call: Callable[[], None] = lambda: None
    """Asked before each call of an endpoint; raises `BudgetSpent` when there is nothing left for it."""
    notice: Callable[[str], None] = lambda _: None
    """Told in a sentence that another model has taken over."""


def choose_model(config: RunConfig, hooks: Hooks) -> Model:
    """Return the model that a run's configuration names, or several that act as one.

    Raises:
        BadConfiguration: an endpoint needs a key and there is none, or a kind of question that there is not.
    """
    by_kind = {
        kind: _with_fallback(config, choice, hooks) for kind, choice in config.models.items() if kind != FALLBACK
    }
    default = _with_fallback(config, config.model, hooks)
    return RoutedModel(default, by_kind) if by_kind else default


def _with_fallback(config: RunConfig, choice: ModelChoice, hooks: Hooks) -> Model:
    first, second = _one(choice, hooks), config.models.get(FALLBACK)
    return first if second is None else FallbackModel(first, _one(second, hooks), hooks.notice)


def _one(choice: ModelChoice, hooks: Hooks) -> Model:
    if choice.name == RULE_BASED:
        return RuleBasedModel()
    return OpenAIModel(endpoint_settings(choice), on_call=hooks.on_call, before_call=hooks.before_call)


def endpoint_settings(choice: ModelChoice) -> OpenAISettings:
    """The endpoint that a choice names, with its key."""
    fields = choice.model_dump(exclude={"name", "key", "serve"}, exclude_none=True)
    return OpenAISettings(model=choice.name, api_key=find_key(choice.key), **fields)
