"""Schemas as strict decoding wants them."""

from __future__ import annotations

from typing import Any

import pytest

from agent.models.forms import strict_schema
from agent.models.requests import CodeChange, Ideas


def objects(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in objects(item)]
    if not isinstance(node, dict):
        return []
    return ([node] if node.get("type") == "object" else []) + objects(list(node.values()))


@pytest.mark.parametrize("answer", [Ideas, CodeChange])
def test_every_property_is_required_and_none_may_be_added(answer):
    found = objects(strict_schema(answer))
    assert found
    for node in found:
        assert node["required"] == list(node["properties"])
        assert node["additionalProperties"] is False


def test_words_that_endpoints_refuse_are_left_out_but_properties_of_that_name_stay():
    schema = strict_schema(Ideas)
    draft = schema["$defs"]["IdeaDraft"]
    assert "title" in draft["properties"]
    assert "title" not in schema
    assert draft["properties"]["title"] == {"type": "string"}
