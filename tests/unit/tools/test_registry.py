"""Tools are found in packages and folders, and a broken module costs its own tools only."""

from __future__ import annotations

from pathlib import Path

import pytest
from example_tools import write_tools

from tools.errors import ToolUnknown
from tools.registry import find_tools


def test_a_folder_is_found_and_says_where_it_is_from(tmp_path: Path) -> None:
    toolbox = find_tools([write_tools(tmp_path)])
    assert toolbox.get("rank_by_similarity").spec.origin == str(tmp_path / "similarity.py")


def test_a_broken_module_costs_only_its_own_tools(tmp_path: Path) -> None:
    write_tools(tmp_path)
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    toolbox = find_tools([tmp_path])
    assert "rank_by_similarity" in toolbox.tools
    assert "nothing_of_this_name" in toolbox.broken[str(tmp_path / "broken.py")]


def test_a_file_that_would_hide_a_module_is_refused(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("")
    assert "give the file another name" in find_tools([tmp_path]).broken[str(tmp_path / "json.py")]


def test_tests_and_private_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "test_similarity.py").write_text("raise SystemError")
    (tmp_path / "_draft.py").write_text("raise SystemError")
    toolbox = find_tools([tmp_path])
    assert not [place for place in toolbox.broken if str(tmp_path) in place]


def test_an_unknown_tool_is_told_with_near_names(tmp_path: Path) -> None:
    with pytest.raises(ToolUnknown, match="near it: rank_by_similarity"):
        find_tools([write_tools(tmp_path)]).get("rank_by_similarty")
