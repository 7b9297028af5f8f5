"""Answers as small models give them: read where they are clear, refused in words that a model can act on where not."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.models.parsing import AnswerUnusable, parse, split_thinking
from agent.models.requests import IdeaDraft, ProposeIdeas, SourceFile, TaskBrief, WriteCode

TASK = TaskBrief(
    name="t",
    question="q",
    topic="t",
    kind="k",
    input="i",
    output="o",
    metric="m",
    direction="higher",
    smallest_difference=0.1,
    command=("python",),
    wall_s=1,
)
IDEA = IdeaDraft(title="Shifts", summary="Adds shifted copies.")
MODEL = SourceFile(path="model.py", content="import a\n\nC = 1\nD = 1\n")
MAIN = SourceFile(path="main.py", content="import model\n")
GOOD = {"ideas": [{"title": "Shifts", "summary": "Adds shifted copies."}]}


def coding(*files: SourceFile) -> WriteCode:
    return WriteCode(task=TASK, idea=IDEA, files=files)


def written(text: str, *files: SourceFile) -> dict[str, str]:
    return {file.path: file.content for file in parse(coding(*files), "files", text).files}


PROPOSE = ProposeIdeas(task=TASK, round=1, count=1, papers=(), history=(), files=())


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        f"Here is my answer:\n```json\n{json.dumps(GOOD, indent=2)}\n```\nI hope it helps {{really}}.",
        f'An example is {{"a": 1}}, and the answer is {json.dumps(GOOD)}',
        json.dumps(GOOD).replace("Adds shifted", "Adds\nshifted"),
        json.dumps(GOOD) + "\n" + json.dumps(GOOD),
        json.dumps(GOOD["ideas"]),
        json.dumps(GOOD)[:-2] + ', {"title": "Blurs", "summary": "Blurs ev',
    ],
    ids=["bare", "fenced, with words around", "after another object", "raw line break", "twice", "list", "cut off"],
)
def test_json_is_found_where_it_stands(text):
    assert parse(PROPOSE, "text", text).ideas[0].title == "Shifts"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("no", "no opening brace"),
        ('{"ideas": [{"title": "Shifts", "summary"', "line 1, column"),
        (
            '{"ideas": [{"title": "S", "summary": "Adds shifted copies."}]}',
            r"ideas\.0\.title: String should",
        ),
        ('{"ideas": []}', "`ideas` is empty"),
        ('{"ideas": [{"title": "a short name", "summary": "what is changed and how"}]}', "repeats the question"),
        ('{"title": "Shifts"}', "ideas: Field required"),
    ],
)
def test_what_is_wrong_with_json_is_said(text, says):
    with pytest.raises(AnswerUnusable, match=says):
        parse(PROPOSE, "text", text)


@given(st.text(alphabet='{}[]":,ideas\\u1\n ', max_size=80))
def test_no_text_breaks_the_reader(text):
    for request, form in ((PROPOSE, "text"), (coding(MODEL), "files")):
        with suppress(AnswerUnusable):
            parse(request, form, text)


@pytest.mark.parametrize(
    "before",
    [
        "FILE: model.py",
        "**FILE: `model.py`**",
        "### model.py",
        "`model.py`:",
        "File: code/model.py",
        "filename: ./model.py",
    ],
)
def test_paths_are_read_in_the_ways_that_models_write_them(before):
    assert written(f"I raise C.\n\n{before}\n\n```python\nC = 2\n```\n", MODEL, MAIN) == {"model.py": "C = 2\n"}


def test_one_block_for_one_file_needs_no_path():
    assert written("```\nC = 2\n```", MODEL) == {"model.py": "C = 2\n"}


def test_a_block_without_path_belongs_to_the_file_that_defines_the_same():
    model, main = (
        SourceFile(path=path, content=f"def {name}():\n    pass\n")
        for path, name in (("model.py", "f"), ("main.py", "g"))
    )
    assert written("```\ndef f():\n    return 1\n```", model, main) == {"model.py": "def f():\n    return 1\n"}
    with pytest.raises(AnswerUnusable, match="no line `FILE: path`"):
        written("```\ndef f(): ...\ndef g(): ...\n```", model, main)


def test_a_code_change_that_was_cut_off_is_not_taken_for_a_whole_one():
    with pytest.raises(AnswerUnusable, match="files: Field required"):
        parse(coding(MODEL), "json", '{"files": [{"path": "model.py", "content": "C = 2"}, {"path": "main')


def test_a_block_without_path_is_refused_where_it_is_not_clear():
    with pytest.raises(AnswerUnusable, match=r"no line `FILE: path`.*model\.py, main\.py"):
        written("```\nC = 2\n```", MODEL, MAIN)


def test_several_files_and_new_ones():
    text = "FILE: model.py\n```\nC = 2\n```\nFILE: parts/new.py\n```\nE = 1\n```\n"
    assert written(text, MODEL, MAIN) == {"model.py": "C = 2\n", "parts/new.py": "E = 1\n"}


def test_a_new_file_alone_is_a_change_when_the_program_names_it():
    assert written("FILE: model.py\n```\nC = 2\n```", MAIN) == {"model.py": "C = 2\n"}


def test_an_unnamed_block_beside_named_ones_is_an_aside():
    assert written("Run ```x```:\n```\npython main.py\n```\nFILE: model.py\n```\nC = 2\n```", MODEL, MAIN) == {
        "model.py": "C = 2\n"
    }


def test_a_longer_fence_holds_shorter_ones():
    assert written('FILE: model.py\n````python\n"""\n```\nx\n```\n"""\n````\n', MODEL) == {
        "model.py": '"""\n```\nx\n```\n"""\n'
    }


def edit(search: str, replace: str) -> str:
    return f"<<<<<<< SEARCH\n{search}=======\n{replace}>>>>>>> REPLACE\n"


def test_edits_are_applied_exactly():
    text = f"FILE: model.py\n```\n{edit('C = 1' + chr(10), 'C = 2' + chr(10))}{edit('import a' + chr(10), '')}```\n"
    assert written(text, MODEL, MAIN) == {"model.py": "\nC = 2\nD = 1\n"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"FILE: model.py\n```\n{edit('= 1' + chr(10), '')}```", "2 times"),
        (f"FILE: model.py\n```\n{edit('Z = 1' + chr(10), '')}```", "not found"),
        ("FILE: model.py\n```\n<<<<<<< SEARCH\nC = 1\n```", "REPLACE"),
        ("FILE: model.py\n```\nC = 2\n", "not closed"),
        ("FILE: ../model.py\n```\nC = 2\n```", "leads out"),
        ("FILE: a/../../model.py\n```\nC = 2\n```", "leads out"),
        (f"FILE: model.py\n```\n{MODEL.content}```", "nothing changes"),
        ("FILE: model.py\n```\nA fine idea.\n```", "model.py is not valid Python: invalid syntax in line 1"),
        ("FILE: new.py\n```\nC = 2\n```", "nothing changes"),
        ("C = 2", "no code block"),
    ],
)
def test_what_is_wrong_with_code_is_said(text, says):
    with pytest.raises(AnswerUnusable, match=says):
        written(text, MODEL, MAIN)


@pytest.mark.parametrize(
    ("text", "thinking", "answer"),
    [
        ("<think>\na {b}\n</think>\nyes", "a {b}", "\nyes"),
        ("yes", "", "yes"),
        ("<think>never ends", "never ends", ""),
        ("the tag <think> in an answer", "", "the tag <think> in an answer"),
    ],
)
def test_thinking_is_split_off(text, thinking, answer):
    assert split_thinking(text) == (thinking, answer)
