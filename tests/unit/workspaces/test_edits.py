"""Edits are applied exactly, or refused with what would be right; the given files never change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workspaces.edits import FileEdit, Replace, apply
from workspaces.errors import EditRefused
from workspaces.files import MAX_FILE_BYTES, content_hash, read_folder, write_folder

FILES = {"main.py": "import model\n", "model.py": "a = 1\nb = 1\n"}


def test_edits_apply_in_order_and_leave_the_original():
    edits = [
        Replace(path="model.py", search="a = 1", replace="a = 2"),
        Replace(path="model.py", search="a = 2\nb", replace="c"),
        FileEdit(path="pkg/new.py", content="# ä\n"),
    ]
    assert apply(FILES, edits) == FILES | {"model.py": "c = 1\n", "pkg/new.py": "# ä\n"}
    assert FILES["model.py"] == "a = 1\nb = 1\n"


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (Replace(path="model.py", search="z", replace=""), "search text not found"),
        (Replace(path="model.py", search=" = 1", replace=""), "found 2 times"),
        (Replace(path="model.py", search="", replace="x"), "search text is empty"),
        (Replace(path="modle.py", search="a", replace="b"), "no such file to search in; there are main.py, model.py"),
        (FileEdit(path="/etc/passwd", content=""), "absolute path"),
        (FileEdit(path="C:\\x.py", content=""), "absolute path"),
        (FileEdit(path="../evaluate.py", content=""), "leads out of the candidate's folder"),
        (FileEdit(path="a/../../x.py", content=""), "leads out"),
        (FileEdit(path="a//b.py", content=""), "no usable file name"),
        (FileEdit(path="./b.py", content=""), "no usable file name"),
        (FileEdit(path="a\\b.py", content=""), "no usable file name"),
        (FileEdit(path=".git/config", content=""), "no usable file name"),
        (FileEdit(path="a\nb.py", content=""), "no usable file name"),
        (FileEdit(path="__pycache__/x.py", content=""), "no usable file name"),
        (FileEdit(path="", content=""), "no usable file name"),
        (FileEdit(path="main.py/x.py", content=""), "main.py is a file"),
        (FileEdit(path="x.py", content="a\x00b"), "no text"),
        (FileEdit(path="x.py", content="\ud800"), "no text"),
        (FileEdit(path="x.py", content="ä" * (MAX_FILE_BYTES // 2 + 1)), "too many"),
    ],
)
def test_an_edit_that_cannot_be_applied_says_why(edit, reason):
    with pytest.raises(EditRefused, match=reason):
        apply(FILES, [edit])


def test_too_many_files_are_refused():
    with pytest.raises(EditRefused, match="too many"):
        apply({}, [FileEdit(path=f"f{number}.py", content="") for number in range(100)])


@settings(deadline=None)  # writes files
@given(st.text())
def test_no_path_leads_out(tmp_path_factory, path):
    folder = tmp_path_factory.mktemp("files")
    try:
        files = apply({}, [FileEdit(path=path, content="x")])
    except EditRefused:
        return
    write_folder(files, folder / "code")
    assert [entry.name for entry in folder.iterdir()] == ["code"]
    assert read_folder(folder / "code") == files


def test_a_folder_that_holds_the_files_already_is_not_touched(tmp_path):
    target = tmp_path / "code"
    write_folder(FILES, target)
    before = (target / "model.py").stat().st_ino
    assert write_folder(FILES, target) == content_hash(FILES)
    assert (target / "model.py").stat().st_ino == before
    write_folder({"main.py": "other"}, target)
    assert read_folder(target) == {"main.py": "other"}


def test_the_hash_tells_paths_from_texts():
    assert content_hash({"a": "b", "c": "d"}) == content_hash({"c": "d", "a": "b"})
    different = [{"a": "bc"}, {"ab": "c"}, {"a": "b", "c": ""}, {"a": "", "b": "c"}, {}]
    assert len({content_hash(files) for files in different}) == len(different)
