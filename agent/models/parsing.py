"""From a model's text to a checked answer, or to one line that tells the model what was wrong with it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast, get_args

from pydantic import ValidationError

from agent.models.edits import edits_of
from agent.models.prompts import Form
from agent.models.request import Answer, Request
from agent.models.requests import CodeChange, SourceFile
from workspaces.edits import apply
from workspaces.errors import EditRefused

A = TypeVar("A", bound=Answer)

_PATH = re.compile(r"^[^\w./]*(?:(?:file|filename|path)\b)?[^\w./]*(?P<path>[\w./-]+\.\w+)\W*$", re.IGNORECASE)
_FENCE = re.compile(r"^ {0,3}(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
_THINKING = re.compile(r"^\s*<think(?:ing)?>(?P<thought>.*?)(?:</think(?:ing)?>|\Z)", re.DOTALL)
_FLAWS_SHOWN = 5


class AnswerUnusable(ValueError):
    """The text holds no usable answer. The message is written for the model."""


def split_thinking(text: str) -> tuple[str, str]:
    """Separate a leading `<think>` block from the answer: (thinking, answer)."""
    found = _THINKING.match(text)
    return (found["thought"].strip(), text[found.end() :]) if found else ("", text)


def parse(request: Request[A], form: Form, text: str) -> A:
    """Read the answer to a request out of a model's text.

    Raises:
        AnswerUnusable: with what is wrong and what would be right.
    """
    if not text.strip():
        raise AnswerUnusable("the answer was empty")
    files: tuple[SourceFile, ...] = getattr(request, "files", ())
    answer_type = cast("type[A]", request.answer_type)  # a class variable cannot be generic
    value = _read_files(text, files) if form == "files" else _read_json(text, answer_type)
    answer = _validated(answer_type, value)
    if flaw := request.flaw_of(answer):
        raise AnswerUnusable(flaw)
    return answer


def _validated(answer_type: type[A], value: object) -> A:
    try:
        return answer_type.model_validate(value)
    except ValidationError as error:
        raise AnswerUnusable(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    """Pydantic's findings as lines for a model, without its links and without the input."""
    found = error.errors(include_url=False, include_input=False)
    lines = [f"{'.'.join(map(str, item['loc'])) or 'the answer'}: {item['msg']}" for item in found[:_FLAWS_SHOWN]]
    return "\n".join(lines)


def _read_json(text: str, answer_type: type[Answer]) -> object:
    """The first JSON object in the text that fits the answer's type; failing that, the first that has a field of it."""
    objects = list(_json_objects(text))
    if not objects:
        raise AnswerUnusable(f"it holds no complete JSON object ({_syntax_error(text)})")
    for value in objects:
        if _fits(answer_type, value):
            return value
    if items := _items(objects, answer_type):
        return items
    return next((value for value in objects if value.keys() & answer_type.model_fields.keys()), objects[0])


def _items(objects: list[dict[str, Any]], answer_type: type[Answer]) -> dict[str, object]:
    """Whole items of an answer that is a list of them: it was cut off, or came without the object around the list.

    Not of code, where half of a change is worse than none.
    """
    required = [(name, field) for name, field in answer_type.model_fields.items() if field.is_required()]
    if issubclass(answer_type, CodeChange) or len(required) != 1:
        return {}
    ((name, field),) = required
    (item, *_) = get_args(field.annotation) or (None,)
    if not (isinstance(item, type) and issubclass(item, Answer)):
        return {}
    whole = [value for value in objects if _fits(item, value)]
    return {name: whole} if whole else {}


def _fits(answer_type: type[Answer], value: object) -> bool:
    try:
        answer_type.model_validate(value)
    except ValidationError:
        return False
    return True


def _json_objects(text: str) -> Iterator[dict[str, Any]]:
    """Outermost JSON objects, wherever they stand. Raw line breaks in strings pass: small models write them."""
    decoder = json.JSONDecoder(strict=False)
    at = text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            end = at + 1
        else:
            yield value
        at = text.find("{", end)


def _syntax_error(text: str) -> str:
    start = text.find("{")
    if start < 0:
        return "there is no opening brace"
    try:
        json.loads(text[start:], strict=False)
    except json.JSONDecodeError as error:
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    except RecursionError:
        return "it is nested too deeply"
    return "it does not end where it should"


def _read_files(text: str, known: tuple[SourceFile, ...]) -> dict[str, object]:
    """The files of an answer in fences, as the fields of a `CodeChange`."""
    blocks = list(_code_blocks(text))
    if not blocks:
        raise AnswerUnusable("it holds no code block; give each changed file after a line `FILE: path`")
    before = {file.path: file.content for file in known}
    # Beside named files, a block without a name is an aside, such as a command to run.
    named = [(path, block) for path, block in blocks if path] or blocks
    try:
        edits = [edit for path, block in named for edit in edits_of(_path(path, block, before), block)]
        after = apply(before, edits)
    except EditRefused as refusal:
        raise AnswerUnusable(str(refusal)) from None
    files = [{"path": path, "content": after[path]} for path in dict.fromkeys(edit.path for edit in edits)]
    return {"files": files, "note": _note(text)}


def _path(written: str, block: str, known: Mapping[str, str]) -> str:
    """The path that a block is meant for.

    Commands and tracebacks show the candidate's files below `code/`, so models write that too. A block without a path
    is clear when there is one file only, or one file only that defines something which the block defines too.
    """
    if written:
        return written if written in known else written.removeprefix("./").removeprefix("code/")
    if len(known) == 1:
        return next(iter(known))
    same = [path for path, content in known.items() if _defined(content) & _defined(block)]
    if len(same) == 1:
        return same[0]
    raise AnswerUnusable(f"a code block has no line `FILE: path` before it; the files are: {', '.join(known)}")


def _defined(code: str) -> set[str]:
    """Names of the functions and classes of a module; none of what cannot be parsed."""
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError, RecursionError):
        return set()
    return {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}


def _code_blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each fenced block as (path or "", content). The path stands in the line before the fence."""
    lines = iter(text.splitlines())
    last = ""
    for current in lines:
        opening = _FENCE.match(current)
        if opening is None:
            last = current if current.strip() else last
            continue
        body: list[str] = []
        for inner in lines:
            if _closes(inner, opening["fence"]):
                break
            body.append(inner)
        else:
            raise AnswerUnusable("the last code block is not closed: the answer was cut off or its fence is missing")
        named = _PATH.match(last)
        last = ""
        yield (named["path"] if named else ""), "\n".join(body) + "\n"


def _closes(text: str, fence: str) -> bool:
    stripped = text.strip()
    return len(stripped) >= len(fence) and set(stripped) == {fence[0]}


def _note(text: str) -> str:
    """The first sentence or so before the first file."""
    for candidate in text.splitlines():
        if _FENCE.match(candidate) or _PATH.match(candidate):
            return ""
        if candidate.strip():
            return candidate.strip()[:300]
    return ""
