"""The history of a run's candidates: a git repository with a branch an idea and a commit an attempt.

The repository is bare: without a work tree and an index, ideas that are written side by side cannot meet, and a
killed process leaves neither half-written. A commit is one `git fast-import`, which writes all objects first and moves
the branch last. The user's git configuration, hooks and signing keys play no part.

One process writes to a run at a time (the run's own lock sees to that); its threads may all write at once.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
import time
from typing import TYPE_CHECKING, BinaryIO, Final

import git

from workspaces.errors import WorkspaceBroken
from workspaces.files import check_files, put_in_place, write_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from workspaces.task import Task

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_AUTHOR: Final = "Echolocate <echolocate@localhost>"
_ENVIRONMENT: Final = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}
_WRITING = threading.Lock()
"""One for all workspaces of this process: a commit takes milliseconds, and a lock file that is met while this is held
belongs to a process that was killed."""


class Workspace:
    """A run's repository. Paths are those of the candidate's folder; the baseline is the branch `main`."""

    def __init__(self, folder: Path) -> None:
        """Use `create` or `open`."""
        self._folder = folder

    @classmethod
    def create(cls, folder: Path, task: Task) -> Workspace:
        """Make the repository with the task's baseline, or open the one that is there already."""
        if folder.exists():
            return cls.open(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.parent / f".{folder.name}.new"
        shutil.rmtree(fresh, ignore_errors=True)  # left by a process that was killed right here
        workspace = cls(fresh)
        workspace._git("init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(fresh))
        workspace._import("main", None, task.baseline(), f"Baseline of {task.name}")
        put_in_place(fresh, folder)
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> Workspace:
        """The repository of an earlier process.

        Raises:
            WorkspaceBroken: there is none, or it has no baseline.
        """
        workspace = cls(folder)
        if not (folder / "HEAD").is_file() or workspace._tip("main") is None:
            raise WorkspaceBroken(f"{folder}: no repository of a run, for it has no branch main")
        return workspace

    @property
    def baseline(self) -> str:
        """The commit that all ideas start from."""
        return self._known_tip("main")

    def start_idea(self, idea_id: str) -> str:
        """Make the idea's branch at the baseline, unless it is there already; returns the commit at its tip."""
        branch = _branch(idea_id)
        with _WRITING:
            if self._tip(branch) is None:
                self._drop_dead_lock(branch)
                self._git("update-ref", f"refs/heads/{branch}", self.baseline)
            return self._known_tip(branch)

    def commit(self, idea_id: str, attempt_id: str, files: Mapping[str, str], message: str) -> str:
        """Keep an attempt: all of the candidate's files, on top of the idea's branch.

        The same attempt is kept once: asking again returns the commit that is there, whatever the files.

        Args:
            idea_id: an idea that was started.
            attempt_id: unique in the run; goes into the commit as the trailer `Attempt:`.
            files: path → text: everything that the candidate consists of.
            message: subject, and a body after a blank line if wanted. Text of any origin.

        Raises:
            EditRefused: a path or text that cannot be a candidate's file.
            WorkspaceBroken: the idea was never started.
        """
        branch = _branch(idea_id)
        check_files(files)
        subject = _CONTROL.sub(" ", message).strip() or "Attempt without a message"
        trailers = f"Idea: {idea_id}\nAttempt: {_checked(attempt_id)}"
        with _WRITING:
            if (kept := self.attempt(idea_id, attempt_id)) is not None:
                return kept
            self._drop_dead_lock(branch)
            return self._import(branch, self._known_tip(branch), files, f"{subject}\n\n{trailers}\n")

    def attempt(self, idea_id: str, attempt_id: str) -> str | None:
        """The commit of an attempt, or None when it was never kept."""
        trailer = "%(trailers:key=Attempt,valueonly,separator=%x2C)"
        tip = self._known_tip(_branch(idea_id))
        for line in self._git("log", f"--format=%H {trailer}", tip, "--").splitlines():
            commit, _, attempts = line.partition(" ")
            if attempts == attempt_id:
                return commit
        return None

    def files(self, commit: str) -> dict[str, str]:
        """The candidate's files as they were in a commit: path → text."""
        try:
            with git.Repo(self._folder) as repo:  # a new one, because none may be shared by threads
                tree = repo.commit(commit).tree
                blobs = [item for item in tree.traverse() if isinstance(item, git.Blob)]
                return {str(blob.path): blob.data_stream.read().decode() for blob in blobs}
        except (git.GitError, git.BadName, git.BadObject, ValueError) as error:
            raise WorkspaceBroken(f"{self._folder}: commit {commit} cannot be read: {error}") from error

    def export(self, commit: str, target: Path) -> str:
        """Make the folder `target` hold a commit's files, whole or not at all, and return their `content_hash`.

        A target that holds them already is not touched: a running job may see it.
        """
        return write_folder(self.files(commit), target)

    def diff(self, before: str, after: str) -> str:
        """What changed between two commits, as a unified diff; empty when nothing did."""
        return self._git("diff", "--no-ext-diff", "--no-textconv", "--no-color", before, after, "--")

    def changed(self, commit: str) -> bool:
        """Whether a commit's files differ from its parent's: an attempt that changed nothing has its parent's tree."""
        trees = self._git("log", "-2", "--first-parent", "--format=%T", commit, "--").split()
        return len(trees) < 2 or trees[0] != trees[1]

    def _import(self, branch: str, parent: str | None, files: Mapping[str, str], message: str) -> str:
        """Write a commit and move the branch to it; returns the commit."""
        who = f"{_AUTHOR} {int(time.time())} +0000"
        head = f"commit refs/heads/{branch}\nmark :1\nauthor {who}\ncommitter {who}\n"
        stream = [head.encode(), _data(message), f"from {parent}\n".encode() if parent else b"", b"deleteall\n"]
        for path, text in sorted(files.items()):
            stream += [f"M 100644 inline {path}\n".encode(), _data(text)]
        stream.append(b"get-mark :1\ndone\n")
        with tempfile.TemporaryFile() as pipe:
            pipe.write(b"".join(stream))
            pipe.seek(0)
            return self._git("fast-import", "--quiet", "--done", stdin=pipe)

    def _tip(self, branch: str) -> str | None:
        return self._git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}") or None

    def _known_tip(self, branch: str) -> str:
        if (tip := self._tip(branch)) is None:
            raise WorkspaceBroken(f"{self._folder}: the repository has no branch {branch}")
        return tip

    def _drop_dead_lock(self, branch: str) -> None:
        (self._folder / f"refs/heads/{branch}.lock").unlink(missing_ok=True)

    def _git(self, *command: str, stdin: BinaryIO | None = None) -> str:
        """Run git on this repository and none other, whatever the environment says; returns its output."""
        try:
            runner = git.Git(self._folder.parent)
            environment = _ENVIRONMENT | {"GIT_DIR": str(self._folder.resolve())}
            return str(runner.execute(["git", *command], istream=stdin, env=environment))
        except git.GitCommandError as error:
            raise WorkspaceBroken(f"{self._folder}: git {command[0]} failed: {error.stderr.strip()}") from error


def _branch(idea_id: str) -> str:
    return f"idea/{_checked(idea_id)}"


def _checked(identifier: str) -> str:
    if not _ID.fullmatch(identifier):
        raise ValueError(f"{identifier!r} is no identifier: letters, digits, _ and -, at most 63")
    return identifier


def _data(text: str) -> bytes:
    content = text.encode(errors="replace")
    return b"data %d\n%b\n" % (len(content), content)
