from __future__ import annotations

import ast
import importlib
import inspect
from itertools import combinations

import numpy as np
import pytest

from agent.models.rule_based.catalogue import BY_NAME, CATALOGUE
from agent.models.rule_based.component import CODE, SLOTS, compatible, in_order
from agent.models.rule_based.modules import Module

PACKAGES = {"__future__", "math", "typing", "numpy", "scipy", "sklearn", "agent"}


def test_every_component_has_one_code_file_and_every_file_one_component():
    files = {path.relative_to(CODE) for path in CODE.glob("*/*.py") if path.name != "__init__.py"}
    named = [(CODE / one.slot / f"{one.function}.py").relative_to(CODE) for one in CATALOGUE]
    assert sorted(files) == sorted(named)
    assert len(BY_NAME) == len(CATALOGUE)


def test_what_excludes_what_names_only_what_exists():
    known = {*BY_NAME, *SLOTS}
    assert {name for one in CATALOGUE for name in one.not_with} <= known


@pytest.mark.parametrize("component", CATALOGUE, ids=lambda component: component.name)
def test_code_is_one_documented_function_that_imports_only_what_a_candidate_has(component):
    module = Module(text=component.code)
    function = module.function(component.function)
    assert function is not None
    assert ast.get_docstring(function)
    assert "(" in module.docstring  # the source of the method: authors, where, year
    for node in module.imports:
        name = (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
        assert name.split(".")[0] in PACKAGES
        assert not name.startswith("agent") or name == "agent.models.rule_based.components.images"
    assert "n_jobs" not in component.code


def test_functions_of_components_that_meet_in_a_file_have_different_names():
    for one, other in combinations(CATALOGUE, 2):
        if compatible((one, other)):
            shared = _functions(one.code) & _functions(other.code)
            assert not shared, (one.name, other.name)


def _functions(code: str) -> set[str]:
    return {node.name for node in ast.parse(code).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_components_of_one_stage_are_alternatives_and_exclusion_holds_both_ways():
    forest, support, voting = (BY_NAME[name] for name in ("random-forest", "rbf-support-vectors", "soft-voting"))
    assert not compatible((forest, support))
    assert compatible((forest, voting))
    process = BY_NAME["gaussian-process"]
    assert not compatible((process, voting))
    assert not compatible((voting, process))


def test_order_follows_the_data():
    names = ("soft-voting", "rbf-support-vectors", "principal-components", "box-cox", "deskewing", "small-shifts")
    assert tuple(one.name for one in in_order(BY_NAME[name] for name in names)) == names[::-1]


@pytest.mark.parametrize(
    "component",
    [one for one in CATALOGUE if one.stage in ("image", "descriptor")],
    ids=lambda component: component.name,
)
def test_what_a_row_becomes_does_not_depend_on_the_rows_beside_it(component):
    module = importlib.import_module(f"agent.models.rule_based.components.{component.slot}.{component.function}")
    rows = np.random.default_rng(0).uniform(0, 16, size=(20, 49))
    transformer = getattr(module, component.function)().fit(rows[:12])
    together = transformer.transform(rows)
    alone = np.vstack([transformer.transform(rows[number : number + 1]) for number in range(len(rows))])
    np.testing.assert_allclose(together, alone, rtol=1e-6, atol=1e-9)
    assert component.stage == "descriptor" or together.shape == rows.shape  # what follows reads an image again


@pytest.mark.parametrize(
    "component", [one for one in CATALOGUE if one.slot == "training"], ids=lambda component: component.name
)
def test_copies_come_after_the_originals_and_repeat_with_their_seed(component):
    module = importlib.import_module(f"agent.models.rule_based.components.{component.slot}.{component.function}")
    function = getattr(module, component.function)
    random = np.random.default_rng(0)
    rows, targets = random.uniform(0, 16, size=(20, 49)), np.arange(20) % 4
    seed = {"seed": 3} if "seed" in inspect.signature(function).parameters else {}
    more_rows, more_targets = function(rows, targets, **seed)
    assert len(more_rows) == len(more_targets) > len(rows)
    np.testing.assert_array_equal(more_rows[:20], rows)
    np.testing.assert_array_equal(more_targets[:20], targets)
    np.testing.assert_array_equal(function(rows, targets, **seed)[0], more_rows)


def test_mirrored_patches_keep_their_centre_and_are_all_different():
    module = importlib.import_module("agent.models.rule_based.components.training.mirrored_patches")
    patch = np.arange(49.0)[None]
    rows, _ = module.mirrored_patches(patch, np.array([1.0]))
    assert len({tuple(row) for row in rows.tolist()}) == 8
    assert set(rows[:, 24].tolist()) == {24.0}
