"""The embedded default model: catalogues of method components, and rules. No language model and no network."""

from agent.models.rule_based.model import RuleBasedModel

__all__ = ["RuleBasedModel"]
