"""Prompts: Markdown templates of `prompts/`, one a request kind, filled from the request's fields.

A template has two blocks, `system` and `user`. The parts that many requests share (system, task, files) come first, so
that an endpoint with prefix caching reads them once. A name that a request lacks is an error, never an empty string.

Text from outside (papers, logs, files, earlier answers) enters in one of two ways only: `| fenced`, as a block whose
fence cannot be closed from inside, or `| line`, as one line that cannot begin a new section.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from agent.models.request import Request

Form = Literal["files", "json_schema", "tool", "json", "text"]
"""How an answer is given: files in fences, or a JSON object that the endpoint forces in one of three ways or not."""

_FOLDER = Path(__file__).with_name("prompts")
_CONTROL = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f-\x9f]")


class Prompt(NamedTuple):
    """The two messages that open a conversation."""

    system: str
    user: str


def fenced(text: str, language: str = "text") -> str:
    """Text as a Markdown code block whose fence is longer than any run of backticks within."""
    text = _CONTROL.sub(" ", text).rstrip("\n")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def line(text: str) -> str:
    """Text with all white space and control characters folded into single spaces."""
    return " ".join(_CONTROL.sub(" ", text).split())


def render(request: Request[Any], form: Form) -> Prompt:
    """The messages that put a request to a model.

    Raises:
        jinja2.UndefinedError: the template names something that the request has not.
        jinja2.TemplateNotFound: there is no `prompts/<kind>.md`.
    """
    fields = {name: getattr(request, name) for name in type(request).model_fields}
    name = f"{request.kind}.md"
    return Prompt(_block(name, "system", form=form, **fields), _block(name, "user", form=form, **fields))


def render_repair(flaw: str) -> str:
    """The message that asks for a broken answer again and says what was wrong with it."""
    return _block("repair_answer.md", "user", flaw=flaw)


def _block(template_name: str, block: str, **context: object) -> str:
    template = _environment().get_template(template_name)
    return "".join(template.blocks[block](template.new_context(context))).strip()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(fenced=fenced, line=line)
    return environment
