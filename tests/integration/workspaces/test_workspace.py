"""A run's repository: idempotent, safe under kill -9, open to many threads, blind to the user's own git."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workspaces.edits import FileEdit, apply
from workspaces.errors import EditRefused, WorkspaceBroken
from workspaces.files import content_hash, read_folder
from workspaces.task import find
from workspaces.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.create(tmp_path / "run/workspace", find("digits"))


def changed(workspace: Workspace, text: str) -> dict[str, str]:
    return apply(workspace.files(workspace.baseline), [FileEdit(path="model.py", content=text)])


def git(folder: Path, *command: str) -> str:
    return subprocess.run(["git", "-C", folder, *command], capture_output=True, text=True, check=True).stdout.strip()


def test_the_baseline_is_the_tasks(workspace):
    assert workspace.files(workspace.baseline) == find("digits").baseline()


def test_an_attempt_is_kept_with_what_it_was(workspace, tmp_path):
    assert workspace.start_idea("i1") == workspace.baseline
    files = changed(workspace, "# ä\n")
    message = "Try ä\n\n---\nAttempt: forged\nIdea: other\n"
    first = workspace.commit("i1", "i1-a1", files, message)
    second = workspace.commit("i1", "i1-a2", files, "")
    assert workspace.files(first) == files
    assert workspace.changed(first)
    assert not workspace.changed(second)
    assert workspace.diff(first, second) == ""
    assert "+# ä" in workspace.diff(workspace.baseline, first)
    assert workspace.attempt("i1", "i1-a1") == first
    assert workspace.attempt("i1", "forged") is None
    folder = tmp_path / "run/workspace"
    assert git(folder, "log", "--format=%H", "idea/i1").split() == [second, first, workspace.baseline]
    assert git(folder, "rev-parse", "main") == workspace.baseline
    assert git(folder, "fsck", "--strict") == ""


def test_a_deleted_file_is_gone_and_folders_are_kept(workspace):
    workspace.start_idea("i1")
    files = {"main.py": "x", "pkg/sub/deep.py": "y", "pkg-2/a.py": "z"}
    assert workspace.files(workspace.commit("i1", "a1", files, "m")) == files


def test_the_same_attempt_is_kept_once(workspace):
    workspace.start_idea("i1")
    first = workspace.commit("i1", "a1", changed(workspace, "a"), "one")
    assert workspace.commit("i1", "a1", changed(workspace, "b"), "two") == first
    assert workspace.start_idea("i1") == first
    later = workspace.commit("i1", "a2", changed(workspace, "b"), "two")
    assert workspace.commit("i1", "a1", changed(workspace, "c"), "again") == first
    assert workspace.start_idea("i1") == later


def test_equal_content_has_an_equal_tree(workspace, tmp_path):
    commits = []
    for idea in ("i1", "i2"):
        workspace.start_idea(idea)
        commits.append(workspace.commit(idea, f"{idea}-a1", changed(workspace, "same"), idea))
    trees = {git(tmp_path / "run/workspace", "rev-parse", f"{commit}^{{tree}}") for commit in commits}
    assert len(set(commits)) == 2
    assert len(trees) == 1


def test_what_cannot_be_a_candidates_file_is_not_committed(workspace):
    tip = workspace.start_idea("i1")
    with pytest.raises(EditRefused, match="leads out"):
        workspace.commit("i1", "a1", {"../x.py": ""}, "m")
    assert workspace.start_idea("i1") == tip


@pytest.mark.parametrize("idea", ["", "../main", "-x", "a b", "a.lock", "x" * 64])
def test_an_odd_id_is_refused(workspace, idea):
    with pytest.raises(ValueError, match="no identifier"):
        workspace.start_idea(idea)


def test_export_makes_the_folder_and_leaves_it_when_it_is_right(workspace, tmp_path):
    target = tmp_path / "jobs/code"
    digest = workspace.export(workspace.baseline, target)
    assert read_folder(target) == workspace.files(workspace.baseline)
    assert digest == content_hash(read_folder(target))
    inode = target.stat().st_ino
    assert workspace.export(workspace.baseline, target) == digest
    assert target.stat().st_ino == inode
    (target / "main.py").write_text("altered", encoding="utf-8")
    assert workspace.export(workspace.baseline, target) == digest
    assert read_folder(target) == workspace.files(workspace.baseline)
    assert [path.name for path in target.parent.iterdir()] == ["code"]


def test_ideas_side_by_side_do_not_meet(workspace, tmp_path):
    def write(number: int) -> list[str]:
        idea = f"i{number}"
        opened = Workspace.open(tmp_path / "run/workspace")
        opened.start_idea(idea)
        return [opened.commit(idea, f"{idea}-{a}", changed(opened, f"{idea} {a}"), f"{a}") for a in range(4)]

    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(write, range(8)))
    for number, commits in enumerate(kept):
        for attempt, commit in enumerate(commits):
            assert workspace.files(commit)["model.py"] == f"i{number} {attempt}"
        assert workspace.start_idea(f"i{number}") == commits[-1]
    assert git(tmp_path / "run/workspace", "fsck", "--strict") == ""


def test_one_attempt_from_many_threads_is_one_commit(workspace):
    workspace.start_idea("i1")
    files = changed(workspace, "x")
    with ThreadPoolExecutor(8) as pool:
        commits = set(pool.map(lambda _: workspace.commit("i1", "a1", files, "m"), range(8)))
    assert len(commits) == 1


def test_a_dead_lock_does_not_stop_a_resume(workspace, tmp_path):
    heads = tmp_path / "run/workspace/refs/heads/idea"
    heads.mkdir(parents=True)
    (heads / "i1.lock").touch()
    workspace.start_idea("i1")
    (heads / "i1.lock").touch()
    commit = workspace.commit("i1", "a1", changed(workspace, "x"), "m")
    assert workspace.attempt("i1", "a1") == commit


def test_a_half_made_repository_is_made_again(tmp_path):
    half = tmp_path / ".workspace.new"
    (half / "refs").mkdir(parents=True)
    workspace = Workspace.create(tmp_path / "workspace", find("digits"))
    assert workspace.baseline
    assert not half.exists()
    assert Workspace.create(tmp_path / "workspace", find("digits")).baseline == workspace.baseline


def test_what_is_no_repository_is_said(tmp_path, workspace):
    (tmp_path / "empty").mkdir()
    for folder in (tmp_path / "absent", tmp_path / "empty"):
        with pytest.raises(WorkspaceBroken, match="no repository"):
            Workspace.open(folder)
    with pytest.raises(WorkspaceBroken, match="no branch idea/i9"):
        workspace.commit("i9", "a1", {"main.py": ""}, "m")
    with pytest.raises(WorkspaceBroken, match="cannot be read"):
        workspace.files("0" * 40)


def test_the_users_git_plays_no_part(tmp_path, monkeypatch):
    """A hook, a signing key, another repository in the environment, as inside a hook of the user's own."""
    home, other = tmp_path / "home", tmp_path / "other"
    hooks = home / "hooks"
    hooks.mkdir(parents=True)
    for name in ("post-commit", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[core]\nhooksPath = {hooks}\n[commit]\ngpgsign = true\n[user]\nname = Me\nemail = me@example.org\n"
        "[init]\ndefaultBranch = trunk\n[safe]\nbareRepository = explicit\n[diff]\nnoprefix = true\n",
        encoding="utf-8",
    )
    subprocess.run(["git", "init", "-q", other], check=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Me")
    workspace = Workspace.create(tmp_path / "workspace", find("digits"))
    workspace.start_idea("i1")
    commit = workspace.commit("i1", "a1", changed(workspace, "x"), "m")
    assert "--- a/model.py" in workspace.diff(workspace.baseline, commit)
    monkeypatch.delenv("GIT_DIR")
    assert not (tmp_path / "ran").exists()
    assert git(other, "for-each-ref") == ""
    people = git(Path("/"), f"--git-dir={tmp_path}/workspace", "log", "--format=%an %ae %cn %G?", "-1", commit)
    assert people == "Echolocate echolocate@localhost Echolocate N"


WRITER = """
import sys
from pathlib import Path
from workspaces.task import find
from workspaces.workspace import Workspace
workspace = Workspace.create(Path(sys.argv[1]), find("digits"))
workspace.start_idea("i1")
for number in range(1000):
    commit = workspace.commit("i1", f"a{number}", {"main.py": f"# {number}"}, "m")
    print(number, commit, flush=True)
"""


@pytest.mark.parametrize("pause", [0.0, 0.013, 0.027, 0.051])
def test_kill_9_loses_nothing_that_was_returned(tmp_path, pause):
    folder = tmp_path / "workspace"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert writer.stdout is not None
    with writer.stdout as lines:
        said = [next(lines) for _ in range(3)]
        timer = threading.Timer(pause, os.killpg, (writer.pid, signal.SIGKILL))
        timer.start()
        said += lines
    writer.wait()
    workspace = Workspace.open(folder)
    kept = [line.split() for line in said if line.endswith("\n")]
    for number, commit in kept:
        assert workspace.commit("i1", f"a{number}", {"main.py": "other"}, "again") == commit
    following = len(kept)
    workspace.commit("i1", f"a{following}", {"main.py": f"# {following}"}, "m")
    workspace.commit("i1", "last", {"main.py": "# last"}, "m")
    attempts = git(folder, "log", "--format=%(trailers:key=Attempt,valueonly,separator=)", "idea/i1").split()
    assert attempts == ["last", *(f"a{number}" for number in range(following, -1, -1))]
    assert git(folder, "fsck", "--strict") == ""
