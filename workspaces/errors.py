"""What can go wrong with tasks and workspaces, by who must act next.

WorkspaceError
├── TaskInvalid        the author of the task: `problems` has one line per mistake
├── EditRefused        the model that proposed the edit: the message says what would be right
└── WorkspaceBroken    the person at the machine: the git repository is not as it was left
"""

from __future__ import annotations


class WorkspaceError(Exception):
    """Base of all trouble with tasks and workspaces."""


class TaskInvalid(WorkspaceError):
    """A task folder is not a task.

    Attributes:
        problems: one line per mistake: file, key, what is wrong and what would be right.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class EditRefused(WorkspaceError):
    """An edit that cannot be applied: a path outside the candidate's files, a file that is no text, too large."""


class ScoreUnreadable(WorkspaceError):
    """What came out of the scorer's job is no score."""


class WorkspaceBroken(WorkspaceError):
    """The repository of a run lacks what the run's record says it holds."""
