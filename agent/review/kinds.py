"""What can be reviewed, as a table: a new kind of item is a line here and a node that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from agent.errors import VerdictRefused
from agent.history import attempts, draft_of, idea_row
from agent.models.requests import IdeaDraft
from agent.review.settings import Gate
from agent.review.verdicts import Action
from agent.run import Run
from workspaces.edits import FileEdit, apply
from workspaces.errors import EditRefused
from workspaces.workspace import Workspace

Fields = dict[str, str]
"""What a person may change, as texts by name."""

IDEA_FIELDS = ("title", "summary", "motivation")


@dataclass(frozen=True)
class Kind:
    """A kind of item."""

    name: str
    gate: Gate
    """The word of `--review` that makes the run wait for it."""
    judge: str
    """Who judged before the person: what a person's verdict is compared with."""
    actions: frozenset[Action]
    fields: Callable[[Run, str], Fields]
    """The editable texts of a subject, as they are now."""
    check: Callable[[Run, str, Mapping[str, str]], object]
    """Raises `VerdictRefused` when changes cannot be right."""


def edited_draft(draft: IdeaDraft, changes: Mapping[str, str]) -> IdeaDraft:
    """An idea with a person's changes.

    Raises:
        VerdictRefused: a field that an idea has not, or a text that it cannot have.
    """
    if unknown := sorted(changes.keys() - set(IDEA_FIELDS)):
        raise VerdictRefused(f"{unknown[0]}: no field of an idea; it has {', '.join(IDEA_FIELDS)}")
    try:
        return IdeaDraft.model_validate({**draft.model_dump(), **changes})
    except ValidationError as error:
        first = error.errors()[0]
        raise VerdictRefused(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def edited_files(files: Mapping[str, str], changes: Mapping[str, str]) -> Fields:
    """Code with a person's changes.

    Raises:
        VerdictRefused: a path or text that cannot be a candidate's file.
    """
    try:
        return apply(files, [FileEdit(path=path, content=text) for path, text in changes.items()])
    except EditRefused as error:
        raise VerdictRefused(str(error)) from None


def _idea_fields(run: Run, idea: str) -> Fields:
    draft = draft_of(idea_row(run, idea))
    return {name: getattr(draft, name) for name in IDEA_FIELDS}


def _check_idea(run: Run, idea: str, changes: Mapping[str, str]) -> object:
    return edited_draft(draft_of(idea_row(run, idea)), changes)


def _code_fields(run: Run, idea: str) -> Fields:
    return Workspace.open(run.folder / "workspace").files(attempts(run, idea)[-1].commit)


def _check_code(run: Run, idea: str, changes: Mapping[str, str]) -> object:
    return edited_files(_code_fields(run, idea), changes)


def _no_fields(run: Run, subject: str) -> Fields:  # noqa: ARG001  (the shape of all kinds)
    return {}


def _no_changes(run: Run, subject: str, changes: Mapping[str, str]) -> object:  # noqa: ARG001
    raise VerdictRefused(f"{subject}: what was measured cannot be edited")


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("idea", "ideas", "the screening", frozenset({"accept", "reject", "edit"}), _idea_fields, _check_idea),
        Kind("code", "code", "the model", frozenset({"accept", "reject", "edit"}), _code_fields, _check_code),
        Kind("result", "results", "the measurement", frozenset({"accept", "reject", "rerun"}), _no_fields, _no_changes),
        Kind("hypothesis", "hypotheses", "the judges", frozenset({"accept", "reject"}), _no_fields, _no_changes),
    )
}
"""Every kind, by name."""
