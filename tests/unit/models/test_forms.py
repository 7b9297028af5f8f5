"""Schemas as strict decoding wants them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.models.discover_answers import ParameterBrief
from agent.models.discover_requests import JudgeHypothesis, PlanWorkflow
from agent.models.forms import ladder, strict_schema
from agent.models.literature_requests import ComparePapers, ScorePapers
from agent.models.openai_model import MAX_REPAIRS
from agent.models.parsing import parse
from agent.models.requests import CodeChange, ProposeIdeas, WriteCode

CONTEXTS = Path(__file__).parent / "contexts"
PROPOSE = ProposeIdeas.model_validate_json((CONTEXTS / "propose_ideas.json").read_text())
PLAN = PlanWorkflow.model_validate_json((CONTEXTS / "plan_workflow.json").read_text())
PLAN = PLAN.model_copy(update={"tools": (PLAN.tools[0].model_copy(update={"adds": ("cluster",)}), *PLAN.tools[1:])})
JUDGE = JudgeHypothesis.model_validate_json((CONTEXTS / "judge_hypothesis.json").read_text())
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
    draft = schema["properties"]["ideas"]["items"]
    assert draft["properties"]["title"] == {"type": "string"}
    assert not {"title", "$defs"} & schema.keys()


def test_code_that_is_forced_goes_into_the_files_of_the_question():
    path = strict_schema(WRITE)["properties"]["files"]["items"]["properties"]["path"]
    assert path["enum"] == [file.path for file in WRITE.files]


def test_names_and_numbers_of_entries_are_those_that_the_question_leaves_open():
    ideas = strict_schema(PROPOSE)["properties"]["ideas"]
    assert (ideas["minItems"], ideas["maxItems"]) == (1, PROPOSE.count)
    draft = ideas["items"]["properties"]
    assert draft["cites"]["items"]["properties"]["paper"]["enum"] == [paper.id for paper in PROPOSE.papers]
    assert draft["builds_on"]["items"]["enum"] == [idea.id for idea in PROPOSE.history]
    assert draft["components"]["items"] == {"type": "string"}


def test_a_step_can_only_call_a_tool_with_parameters_that_it_takes():
    steps = strict_schema(PLAN)["properties"]["steps"]["items"]["anyOf"]
    assert [step["properties"]["tool"]["enum"] for step in steps] == [[tool.name] for tool in PLAN.tools]
    for step, tool in zip(steps, PLAN.tools, strict=True):
        taken = step["properties"]["parameters"]
        required = sum(one.required for one in tool.parameters)
        assert (taken["minItems"], taken["maxItems"]) == (required, len(tool.parameters))
        values = {value["properties"]["name"]["enum"][0]: value["properties"]["value"] for value in alternatives(taken)}
        assert list(values) == [one.name for one in tool.parameters]
        for one in tool.parameters:
            assert values[one.name].get("enum", []) == ([] if one.type.startswith("list") else open_values(one))


def open_values(parameter: ParameterBrief) -> list[str]:
    columns = [*(column.name for column in PLAN.data.columns), *(name for tool in PLAN.tools for name in tool.adds)]
    levels = [level for column in PLAN.data.columns for level in column.levels]
    known = {"sample column": columns, "level": levels}.get(parameter.type, list(parameter.choices))
    return known if parameter.required or not known else ["", *known]


def alternatives(node: dict[str, Any]) -> list[dict[str, Any]]:
    return list(node["items"].get("anyOf", ()))


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (ComparePapers(problem="p", method="m", claim="", papers=PROPOSE.papers), "papers"),
        (ScorePapers(topic="t", input="i", output="o", papers=PROPOSE.papers), "papers"),
        (JUDGE, "scores"),
    ],
    ids=["compare_papers", "score_papers", "judge_hypothesis"],
)
def test_of_each_paper_or_criterion_there_is_one_entry_and_what_is_forced_is_read(question, field):
    """A list cannot be forced to name each once: a small model scores one criterion twice, and leaves one out."""
    forced = strict_schema(question)["properties"][field]
    wanted = getattr(question, "criteria", None) or [str(n) for n in range(1, len(PROPOSE.papers) + 1)]
    assert forced["required"] == list(wanted)
    entry = forced["properties"][wanted[0]]["properties"]
    written = {name: part["enum"][0] if "enum" in part else "word" for name, part in entry.items()}
    answer = parse(question, "json_schema", json.dumps({field: dict.fromkeys(wanted, written)}))
    listed = answer.model_dump(mode="json")
    assert parse(question, "text", json.dumps(listed)) == answer  # as an endpoint writes it that forces nothing


def test_scores_are_on_their_scale():
    question = ScorePapers(topic="t", input="i", output="o", papers=PROPOSE.papers)
    scores = strict_schema(question)["properties"]["papers"]["properties"]["1"]["properties"]
    assert scores["interesting"]["enum"] == scores["topic"]["enum"] == list(range(1, 11))


def test_names_that_are_none_or_too_many_are_left_open():
    paper = PROPOSE.papers[0]
    many = tuple(paper.model_copy(update={"id": str(number)}) for number in range(1000))
    for papers in ((), many):
        draft = strict_schema(PROPOSE.model_copy(update={"papers": papers}))["properties"]["ideas"]["items"]
        assert draft["properties"]["cites"]["items"]["properties"]["paper"] == {"type": "string"}
    compare = ComparePapers(problem="p", method="m", claim="", papers=many)
    assert strict_schema(compare)["properties"]["papers"]["type"] == "array"


def test_code_is_asked_for_in_fences_first_and_forced_in_the_end():
    assert [ladder(CodeChange, attempt)[0] for attempt in range(1 + MAX_REPAIRS)] == ["files", "files", "json_schema"]
