from __future__ import annotations

import ast
import asyncio
from itertools import combinations, islice

import pytest
from pyflakes.api import check

from agent.errors import ModelFailed
from agent.models.requests import CodeChange, IdeaDraft, SourceFile, TaskBrief, WriteCode
from agent.models.rule_based import RuleBasedModel
from agent.models.rule_based.catalogue import CATALOGUE
from agent.models.rule_based.component import compatible
from workspaces.task import find

TASK = TaskBrief(
    name="digits",
    question="Which change helps?",
    topic="digits",
    kind="classification",
    input="8x8 images",
    output="one of ten classes",
    metric="accuracy",
    direction="higher",
    smallest_difference=0.005,
    command=("python", "code/main.py"),
    wall_s=60,
)
FILES = tuple(SourceFile(path=path, content=text) for path, text in find("digits").baseline().items())
OWN = (
    SourceFile(
        path="features.py",
        content='''# A scientist's own file.
"""Own features."""

import os
import numpy as np
from sklearn.preprocessing import StandardScaler

SIZE = 3  # of what


def make_features():
    """Own."""
    return StandardScaler(with_mean=SIZE > np.pi)
''',
    ),
)


def write(*components: str, files=FILES) -> CodeChange:
    idea = IdeaDraft(title="An idea", summary="Something is changed.", components=components)
    return asyncio.run(RuleBasedModel().ask(WriteCode(task=TASK, idea=idea, files=files)))


def text_of(answer: CodeChange, path: str) -> str:
    return next(file.content for file in answer.files if file.path == path)


def assert_clean(answer: CodeChange, capsys) -> None:
    """It parses, no name is undefined and no import unused, and nothing of this project is imported."""
    for file in answer.files:
        ast.parse(file.content)
        assert check(file.content, file.path) == 0, capsys.readouterr()
        assert "agent." not in file.content
        assert "noqa" not in file.content


@pytest.mark.parametrize("component", CATALOGUE, ids=lambda component: component.name)
def test_each_component_is_written_as_clean_code(component, capsys):
    assert_clean(write(component.name), capsys)


def test_pairs_are_written_as_clean_code(capsys):
    pairs = [pair for pair in combinations(CATALOGUE, 2) if compatible(pair)]
    for pair in islice(pairs, 0, None, 17):
        assert_clean(write(*(one.name for one in pair)), capsys)


def test_features_follow_the_data_and_keep_what_the_baseline_did():
    text = text_of(write("principal-components", "deskewing"), "features.py")
    assert "make_pipeline(deskewing(), baseline_features(), principal_components())" in text


def test_a_scaling_takes_the_place_of_the_baselines_features():
    text = text_of(write("box-cox"), "features.py")
    assert "    return box_cox()\n" in text
    assert "baseline_features" not in text


def test_an_ensemble_is_built_around_the_new_model_or_else_the_baselines():
    assert "return soft_voting(baseline_model(seed), seed)" in text_of(write("soft-voting"), "model.py")
    both = text_of(write("soft-voting", "nearest-neighbours"), "model.py")
    assert "return soft_voting(nearest_neighbours(), seed)" in both
    assert "baseline_model" not in both


def test_copies_are_made_before_they_are_disturbed():
    text = text_of(write("noise-injection", "small-rotations"), "training.py")
    assert text.index("X, y = small_rotations(X, y)") < text.index("X, y = noise_injection(X, y, seed)")


def test_only_files_that_change_are_written_and_each_says_what_it_is_made_of():
    answer = write("deskewing", "rbf-support-vectors")
    assert {file.path for file in answer.files} == {"features.py", "model.py"}
    assert "LeCun et al., Proceedings of the IEEE" in ast.get_docstring(ast.parse(text_of(answer, "features.py")))


def test_a_scientists_own_code_and_signature_are_kept():
    text = text_of(write("deskewing", files=OWN), "features.py")
    assert "SIZE = 3  # of what\n\n\ndef baseline_features():\n" in text
    assert text.count("def make_features():\n") == 1
    assert '"""Own features.\n' in text
    assert "import os" not in text


def test_a_docstring_with_quotes_and_backslashes_stays_a_docstring():
    own = "'''Reads a\\\\b, says \"\"\"nothing\"\"\".'''\n\n\ndef make_features():\n    return None\n"
    text = text_of(write("standardising", files=(SourceFile(path="features.py", content=own),)), "features.py")
    assert ast.get_docstring(ast.parse(text)).startswith("Reads a\\b, says '''nothing'''.")


def test_a_missing_function_is_said_in_one_sentence():
    with pytest.raises(ModelFailed, match=r"no build_model\(\) in model.py: see docs/tasks.md"):
        write("random-forest", files=OWN)


def test_a_function_with_other_parameters_is_not_taken_for_the_entry():
    files = (SourceFile(path="model.py", content="def build_model(seed, depth):\n    return None\n"),)
    with pytest.raises(ModelFailed, match=r"no build_model\(\)"):
        write("random-forest", files=files)


def test_an_idea_of_another_model_is_refused():
    with pytest.raises(ModelFailed, match="has no component a transformer"):
        write("a transformer")
    with pytest.raises(ModelFailed, match="no component in this idea"):
        write()
