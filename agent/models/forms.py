"""The forms in which an answer can be asked for, from the strictest to plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from agent.models.prompts import Form
from agent.models.requests import Answer, CodeChange, Request

_TOOL = "answer"
_JSON: tuple[Form, ...] = ("json_schema", "tool", "json", "text")
_FENCES_TRIED = 2
_MOST_ITEMS = 12
"""Of a list that is forced: small models add to an open one until the answer is cut off."""
_MOST_CHOICES = 200
"""Of one text that is forced: OpenAI takes 1,000 in a whole schema, and long ones slow down a grammar."""
_UNFORCED = frozenset({"default", "title", "description", "minLength", "maxLength", "pattern"})
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

    Names and numbers of entries are those that the question leaves open.
    """
    choices = {name: list(dict.fromkeys(texts)) for name, texts in request.choices().items()}
    narrow = {name: texts for name, texts in choices.items() if 0 < len(texts) <= _MOST_CHOICES}
    schema: dict[str, Any] = _strict(request.answer_type.model_json_schema(), _Narrowing(narrow, request.lengths()))
    return schema


class _Narrowing(NamedTuple):
    """What a question leaves open, by the names of an answer's properties."""

    choices: Mapping[str, Sequence[object]]
    lengths: Mapping[str, tuple[int, int]]

    def of(self, name: str, node: Any) -> Any:  # noqa: ANN401  a JSON value
        """The schema of a property, narrowed."""
        if node.get("type") == "array":
            fewest, most = self.lengths.get(name, (node.get("minItems", 0), node["maxItems"]))
            return {**node, "items": self.of(name, node["items"]), "minItems": fewest, "maxItems": most}
        if name in self.choices and node.get("type") in {"string", "integer"}:
            return {"type": node["type"], "enum": self.choices[name]}
        return node


def _strict(node: Any, narrowing: _Narrowing) -> Any:  # noqa: ANN401  a JSON value
    if isinstance(node, list):
        return [_strict(item, narrowing) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {word: value for word, value in node.items() if word not in _UNFORCED and word != "properties"}
    strict = {word: _strict(value, narrowing) for word, value in kept.items()}
    if node.get("type") == "array":
        strict.setdefault("maxItems", _MOST_ITEMS)
    if "properties" in node:
        # Names of properties are no schema words: a field may well be called "title".
        strict["properties"] = {
            name: narrowing.of(name, _strict(value, narrowing)) for name, value in node["properties"].items()
        }
        strict["required"] = list(node["properties"])
        strict["additionalProperties"] = False
    return strict
