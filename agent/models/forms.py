"""The forms in which an answer can be asked for, from the strictest to plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from agent.models.prompts import Form
from agent.models.request import Answer, Leeway, Request
from agent.models.requests import CodeChange

_TOOL = "answer"
_JSON: tuple[Form, ...] = ("json_schema", "tool", "json", "text")
_FENCES_TRIED = 2
_MOST_ITEMS = 12
"""Of a list that is forced: small models add to an open one until the answer is cut off."""
_MOST_CHOICES = 200
"""Of one text that is forced: OpenAI takes 1,000 in a whole schema, and long ones slow down a grammar."""
_UNFORCED = frozenset({"$defs", "default", "title", "description", "minLength", "maxLength", "pattern"})
"""Schema words that some endpoints refuse, or turn into grammars of thousands of rules. Answers are checked anyway."""


def ladder(answer_type: type[Answer], attempt: int = 0) -> tuple[Form, ...]:
    """The forms to try for an answer, best first.

    Code comes as files in fences: written as a JSON string, each line break and quote has to be escaped, which models
    do badly (https://aider.chat/2024/08/14/code-in-json.html). That form needs nothing of the endpoint. A model that
    manages no fences in two attempts is made to give JSON in the third, where the endpoint can force it.
    """
    if not issubclass(answer_type, CodeChange):
        return _JSON
    return ("files",) if attempt < _FENCES_TRIED else ("json_schema", "tool", "files")


def parameters(form: Form, request: Request[Any]) -> dict[str, Any]:
    """What a chat call needs so that the endpoint forces the form; empty for the forms that nothing forces."""
    if form == "json_schema":
        schema = {"name": _TOOL, "strict": True, "schema": strict_schema(request)}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    if form == "tool":
        function = {"name": _TOOL, "description": "Give the answer.", "parameters": strict_schema(request)}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": _TOOL}},
        }
    return {"response_format": {"type": "json_object"}} if form == "json" else {}


def strict_schema(request: Request[Any]) -> dict[str, Any]:
    """The JSON schema of an answer in the subset that strict decoding takes: every property required, none besides.

    It leaves open what the question does. References are resolved: a part can be narrowed in one place and not in
    another.
    """
    schema = request.answer_type.model_json_schema()
    strict: dict[str, Any] = _Narrowing(request.leeway(), schema.get("$defs", {})).part(schema)
    return strict


class _Narrowing(NamedTuple):
    """Makes a schema strict, and no wider than a question."""

    leeway: Leeway
    definitions: Mapping[str, dict[str, Any]]

    def part(self, node: Any) -> Any:  # noqa: ANN401  a JSON value
        """The schema of any part of an answer."""
        if isinstance(node, list):
            return [self.part(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return self.part(self.definitions[str(node["$ref"]).rpartition("/")[2]])
        if node.get("type") == "object":
            return _object({name: self._property(name, value) for name, value in node["properties"].items()})
        return {word: self.part(value) for word, value in node.items() if word not in _UNFORCED}

    def _property(self, name: str, node: dict[str, Any]) -> Any:  # noqa: ANN401  a JSON value
        if node.get("type") == "array":
            return self._list(name, node)
        choices = list(dict.fromkeys(self.leeway.choices.get(name, ())))
        if node.get("type") in {"string", "integer"} and 0 < len(choices) <= _MOST_CHOICES:
            return {"type": node["type"], "enum": choices}
        return self.part(node)

    def _list(self, name: str, node: dict[str, Any]) -> dict[str, Any]:
        field, values = self.leeway.keys.get(name, ("", ()))
        keys = list(map(str, values))
        if 0 < len(keys) <= _MOST_CHOICES:
            entry = self.part(node["items"])["properties"]
            return _object(dict.fromkeys(keys, _object({of: part for of, part in entry.items() if of != field})))
        fewest, most = self.leeway.lengths.get(name, (node.get("minItems", 0), node.get("maxItems", _MOST_ITEMS)))
        return {"type": "array", "items": self._entry(name, node["items"]), "minItems": fewest, "maxItems": most}

    def _entry(self, name: str, node: dict[str, Any]) -> Any:  # noqa: ANN401  a JSON value
        alternatives = self.leeway.alternatives.get(name, ())
        if not alternatives:
            return self._property(name, node)
        return {"anyOf": [self._replace(leeway=alternative).part(node) for alternative in alternatives]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
