"""The agent's errors, by who must act next.

    EcholocateError
    ├── UserMustAct          the person who typed the command: one clear line, exit code 2
    │   ├── BadConfiguration     a setting, argument or file that cannot be right
    │   ├── RunBusy              another process works on this run
    │   ├── ReplayDeparted       a replay asks what the recorded run did not
    │   ├── VerdictRefused       a verdict that cannot be given on this item
    │   ├── StaleItem            a verdict on an item that has changed meanwhile: kept, and does not count
    │   └── Unanswered           a question about an item that got no usable answer
    ├── ModelFailed          nobody now: this one question got no usable answer; the idea fails, the run goes on
    ├── BudgetSpent          the loop: it asks no more, and ends the run in order, with its report
    ├── SourceFailed         nobody: this source's answer is an error, the other sources go on
    ├── ModelUnavailable     the person at the machine: the endpoint is gone; the run stops in order, resume works
    └── RecordBroken         us: a run folder contradicts itself

Trees of the lower packages, which know nothing of this one: `sandboxes.errors`, `workspaces.errors`, `tools.errors`.
The command line turns `UserMustAct`, `TaskInvalid` and `JobRejected` into one line and exit code 2,
`SandboxUnavailable`, `ModelUnavailable` and a full disk into one line and exit code 3 (try again with `resume`).
"""

from __future__ import annotations


class EcholocateError(Exception):
    """Base of the agent's errors."""


class UserMustAct(EcholocateError):
    """Something that only the person who started the command can put right."""


class BadConfiguration(UserMustAct):
    """A setting, argument or file that cannot be right. The message says what, where, and what would be right."""


class RunBusy(UserMustAct):
    """Another process works on this run."""


class ReplayDeparted(UserMustAct):
    """A replay asks what the recorded run did not. The message says where the questions differ."""


class VerdictRefused(UserMustAct):
    """A verdict that cannot be given on this item. The message says what can."""


class StaleItem(UserMustAct):
    """The item changed since the reviewer looked at it. The verdict is kept but does not count; look again."""


class Unanswered(UserMustAct):
    """A reviewer's question that got no usable answer. The message says why; it may be asked in another way."""


class BudgetSpent(EcholocateError):
    """A limit of money, tokens or calls is reached. Nothing is wrong: the run ends in order, with its report."""


class ModelFailed(EcholocateError):
    """A question that got no usable answer, after all repairs."""


class SourceFailed(EcholocateError):
    """A source of papers gave no usable answer. Never the same as an answer that names no paper."""


class ModelUnavailable(EcholocateError):
    """The model's endpoint does not answer at all. The run stops in order; `resume` goes on."""


class RecordBroken(EcholocateError):
    """A run folder contradicts itself."""
