"""Repairs of candidate code by rules, each for one kind of exception that experiments on tables and images raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.errors import ModelFailed
from agent.models.requests import CodeChange, WholeFile
from agent.models.rule_based.repairing import arguments, data, effort, names, sizes, syntax
from agent.models.rule_based.repairing.failure import Failure, Rule

if TYPE_CHECKING:
    from agent.models.requests import RepairCode

RULES: tuple[Rule, ...] = (
    syntax.code_fence,
    syntax.typographic_quotes,
    syntax.mixed_tabs,
    syntax.missing_colon,
    names.missing_import,
    names.missing_module,
    names.removed_alias,
    data.positive_only,
    data.non_negative_only,
    data.no_missing_values,
    data.dense_only,
    sizes.too_large,
    sizes.too_many_discriminants,
    sizes.wrong_shape,
    arguments.unexpected_argument,
    arguments.invalid_value,
    arguments.no_probabilities,
    effort.not_converged,
    effort.too_costly,
)
"""In the order in which they are asked; the first one that changes a file is taken."""


def repair(request: RepairCode) -> CodeChange:
    """The files that the first fitting rule changed.

    Raises:
        ModelFailed: no rule knows this failure, or what it would change is not in the files.
    """
    files = {file.path: file.content for file in request.files}
    failure = Failure(text=f"{request.summary}\n{request.traceback}", files=files)
    for rule in RULES:
        changes = rule(failure)
        if changes:
            new = tuple(WholeFile(path=path, content=text) for path, text in changes.items())
            return CodeChange(files=new, note=(rule.__doc__ or "").partition("\n")[0])
    raise ModelFailed(f"the rule-based model has no repair rule for: {request.summary}")
