"""An idea's components, written into the baseline's files.

The files of the baseline keep their names and their entry functions (`ENTRIES`); what an entry did before stays beside
it under the name `baseline_…` wherever the new method builds on it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from agent.errors import ModelFailed
from agent.models.requests import CodeChange, WholeFile
from agent.models.rule_based.catalogue import BY_NAME
from agent.models.rule_based.component import CODE, Component, Slot, in_order
from agent.models.rule_based.modules import Module, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from agent.models.requests import IdeaDraft, SourceFile

ENTRIES: dict[Slot, tuple[str, str]] = {
    "features": ("features.py", "make_features"),
    "models": ("model.py", "build_model"),
    "ensembles": ("model.py", "build_model"),
    "training": ("training.py", "augment"),
}
"""Slot → the file and the function that its components change."""
_PARAMETERS = {"make_features": 0, "build_model": 1, "augment": 3}

NEEDS = (
    "the rule-based model changes only make_features() in features.py, build_model(seed) in model.py and "
    "augment(X, y, seed) in training.py, and this baseline has {found}: see docs/tasks.md, or use a language model"
)


def open_slots(files: Iterable[SourceFile]) -> frozenset[Slot]:
    """The slots that the baseline's files offer."""
    modules = _modules(files)
    return frozenset(
        slot for slot, (path, entry) in ENTRIES.items() if path in modules and _entry(modules[path], entry)
    )


def write(idea: IdeaDraft, files: Sequence[SourceFile]) -> CodeChange:
    """The files that carry out an idea, whole.

    Raises:
        ModelFailed: the idea names no component of the catalogue, or the baseline lacks what a component changes.
    """
    unknown = [name for name in idea.components if name not in BY_NAME]
    if unknown or not idea.components:
        raise ModelFailed(f"the rule-based model has no component {', '.join(unknown) or 'in this idea'}")
    components = in_order(BY_NAME[name] for name in idea.components)
    missing = sorted({ENTRIES[one.slot] for one in components if one.slot not in open_slots(files)})
    if missing:
        raise ModelFailed(NEEDS.format(found=" and ".join(f"no {entry}() in {path}" for path, entry in missing)))
    modules = _modules(files)
    changed = [
        WholeFile(path=path, content=_WRITERS[path](modules[path], [one for one in components if _path(one) == path]))
        for path in dict.fromkeys(_path(one) for one in components)
    ]
    return CodeChange(files=tuple(changed), note=f"{', '.join(one.title for one in components)} written into the files")


def _modules(files: Iterable[SourceFile]) -> dict[str, Module]:
    return {file.path: Module(text=file.content) for file in files}


def _entry(module: Module, name: str) -> ast.FunctionDef | None:
    """The entry function, if the file has it with the parameters that are filled in here."""
    try:
        function = module.function(name)
    except SyntaxError:
        return None
    return function if function and len(function.args.args) == _PARAMETERS[name] else None


def _path(component: Component) -> str:
    return ENTRIES[component.slot][0]


def _features(baseline: Module, components: Sequence[Component]) -> str:
    before = [one for one in components if one.stage in ("image", "descriptor")]
    scaling = [one for one in components if one.stage == "scaling"]
    after = [one for one in components if one.stage == "mapping"]
    middle = [_call(one) for one in scaling] or ["baseline_features()"]
    steps = [*map(_call, before), *middle, *map(_call, after)]
    pipeline = f"make_pipeline({', '.join(steps)})" if len(steps) > 1 else steps[0]
    needed = Module(text="from sklearn.pipeline import make_pipeline\n")
    kept = [] if scaling else [baseline.renamed("make_features", "baseline_features")]
    return _file(baseline, "make_features", components, [needed, *kept], [f"return {pipeline}"])


def _model(baseline: Module, components: Sequence[Component]) -> str:
    (seed,) = _parameters(baseline, "build_model")
    replaced = any(one.stage == "estimator" for one in components)
    estimator = f"baseline_model({seed})"
    for one in components:
        estimator = _call(one, seed=seed, estimator=estimator)
    kept = [] if replaced else [baseline.renamed("build_model", "baseline_model")]
    return _file(baseline, "build_model", components, kept, [f"return {estimator}"])


def _training(baseline: Module, components: Sequence[Component]) -> str:
    rows, targets, seed = _parameters(baseline, "augment")
    steps = [f"{rows}, {targets} = baseline_augment({rows}, {targets}, {seed})"]
    steps += [f"{rows}, {targets} = {_call(one, rows=rows, targets=targets, seed=seed)}" for one in components]
    kept = [baseline.renamed("augment", "baseline_augment")]
    return _file(baseline, "augment", components, kept, [*steps, f"return {rows}, {targets}"])


_WRITERS = {"features.py": _features, "model.py": _model, "training.py": _training}


def _file(
    baseline: Module, entry: str, components: Sequence[Component], kept: list[Module], statements: list[str]
) -> str:
    """The baseline's file with the components' code and a new entry function of the same signature."""
    codes = [Module(text=one.code) for one in components]
    shared = [module for code in codes for module in _shared(code)]
    methods = "\n".join(f"- {code.docstring}" for code in codes)
    head = Module(text="\n".join(ast.unparse(node) for node in baseline.imports))
    names = ", then ".join(one.title for one in components)
    body = "\n    ".join([f'"""{names}."""', *statements])
    new = Module(text=f"{_signature(baseline, entry)}\n    {body}")
    first_line = baseline.docstring.partition("\n")[0] or "A part of the candidate."
    return join(f"{first_line}\n\nMade of:\n{methods}\n", [head, *kept, *shared, *codes, new])


def _shared(code: Module) -> list[Module]:
    """The modules of the components package that a component's code imports."""
    package = "agent.models.rule_based.components."
    names = [node.module for node in code.imports if isinstance(node, ast.ImportFrom) and node.module]
    files = [CODE / f"{name.removeprefix(package)}.py" for name in names if name.startswith(package)]
    return [Module(text=file.read_text(encoding="utf-8")) for file in files]


def _present_entry(baseline: Module, name: str) -> ast.FunctionDef:
    function = _entry(baseline, name)
    if function is None:
        raise ModelFailed(NEEDS.format(found=f"no {name}()"))
    return function


def _signature(baseline: Module, entry: str) -> str:
    function = _present_entry(baseline, entry)
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"def {entry}({ast.unparse(function.args)}){returns}:"


def _parameters(baseline: Module, entry: str) -> list[str]:
    return [argument.arg for argument in _present_entry(baseline, entry).args.args]


def _call(component: Component, **values: str) -> str:
    """A call of the component's function with the values that its parameters ask for."""
    function = Module(text=component.code).function(component.function)
    parameters = [argument.arg for argument in function.args.args] if function else []
    return f"{component.function}({', '.join(values[name] for name in parameters)})"
