"""Which model a name stands for."""

from __future__ import annotations

import os

from pydantic import SecretStr

from agent.config import ModelChoice
from agent.models.endpoint import OpenAISettings
from agent.models.model import Model
from agent.models.openai_model import OpenAIModel
from agent.models.rule_based.model import RuleBasedModel
from agent.models.usage import Listener

RULE_BASED = RuleBasedModel.name


def choose_model(choice: ModelChoice, on_call: Listener) -> Model:
    """Return the model that a run's configuration names.

    The key comes from `OPENAI_API_KEY` and goes nowhere but into the client.

    Raises:
        BadConfiguration: the endpoint needs a key and there is none.
    """
    if choice.name == RULE_BASED:
        return RuleBasedModel()
    key = SecretStr(os.environ.get("OPENAI_API_KEY", ""))
    if choice.base_url is None:
        return OpenAIModel(OpenAISettings(model=choice.name, api_key=key), on_call=on_call)
    return OpenAIModel(OpenAISettings(model=choice.name, base_url=choice.base_url, api_key=key), on_call=on_call)
