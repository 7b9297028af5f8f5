"""Schemas as strict decoding wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.models.forms import ladder, strict_schema
from agent.models.literature_requests import ComparePapers, ScorePapers
from agent.models.openai_model import MAX_REPAIRS
from agent.models.requests import CodeChange, ProposeIdeas, WriteCode

CONTEXTS = Path(__file__).parent / "contexts"
PROPOSE = ProposeIdeas.model_validate_json((CONTEXTS / "propose_ideas.json").read_text())
WRITE = WriteCode.model_validate_json((CONTEXTS / "write_code.json").read_text())


def nodes(node: Any, kind: str) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in nodes(item, kind)]
    if not isinstance(node, dict):
        return []
    return ([node] if node.get("type") == kind else []) + nodes(list(node.values()), kind)


@pytest.mark.parametrize("request_", [PROPOSE, WRITE], ids=lambda request: request.kind)
def test_every_property_is_required_none_may_be_added_and_lists_end(request_):
    schema = strict_schema(request_)
    found = nodes(schema, "object")
    assert found
    for node in found:
        assert node["required"] == list(node["properties"])
        assert node["additionalProperties"] is False
    assert all("maxItems" in node for node in nodes(schema, "array"))


def test_words_that_endpoints_refuse_are_left_out_but_properties_of_that_name_stay():
    schema = strict_schema(PROPOSE)
    draft = schema["$defs"]["IdeaDraft"]
    assert "title" in draft["properties"]
    assert "title" not in schema
    assert draft["properties"]["title"] == {"type": "string"}


def test_code_that_is_forced_goes_into_the_files_of_the_question():
    path = strict_schema(WRITE)["$defs"]["WholeFile"]["properties"]["path"]
    assert path["enum"] == [file.path for file in WRITE.files]


def test_names_and_numbers_of_entries_are_those_that_the_question_leaves_open():
    schema = strict_schema(PROPOSE)
    ideas, draft = schema["properties"]["ideas"], schema["$defs"]["IdeaDraft"]["properties"]
    assert (ideas["minItems"], ideas["maxItems"]) == (1, PROPOSE.count)
    assert schema["$defs"]["Citation"]["properties"]["paper"]["enum"] == [paper.id for paper in PROPOSE.papers]
    assert draft["builds_on"]["items"]["enum"] == [idea.id for idea in PROPOSE.history]
    assert draft["components"]["items"] == {"type": "string"}


def test_numbers_are_those_of_the_papers_that_are_shown():
    question = ComparePapers(problem="p", method="m", claim="", papers=PROPOSE.papers)
    schema, number = strict_schema(question), len(PROPOSE.papers)
    assert schema["$defs"]["PaperJudgement"]["properties"]["paper"] == {
        "type": "integer",
        "enum": list(range(1, number + 1)),
    }
    assert (schema["properties"]["papers"]["minItems"], schema["properties"]["papers"]["maxItems"]) == (number, number)


def test_scores_are_on_their_scale():
    question = ScorePapers(topic="t", input="i", output="o", papers=PROPOSE.papers)
    scores = strict_schema(question)["$defs"]["PaperScores"]["properties"]
    assert scores["interesting"]["enum"] == scores["topic"]["enum"] == list(range(1, 11))


def test_names_that_are_none_or_too_many_are_left_open():
    paper = PROPOSE.papers[0]
    many = tuple(paper.model_copy(update={"id": str(number)}) for number in range(1000))
    for papers in ((), many):
        schema = strict_schema(PROPOSE.model_copy(update={"papers": papers}))
        assert schema["$defs"]["Citation"]["properties"]["paper"] == {"type": "string"}


def test_code_is_asked_for_in_fences_first_and_forced_in_the_end():
    assert [ladder(CodeChange, attempt)[0] for attempt in range(1 + MAX_REPAIRS)] == ["files", "files", "json_schema"]
