"""What can go wrong around a job, by who must act next.

    SandboxError
    ├── SandboxUnavailable      the person at the machine: start the engine, build the image; then ask again
    │   └── PackagesUnavailable    the same: the package index
    ├── JobRejected             the caller: the job as described cannot be run here
    │   └── PackagesRefused        whoever wrote the candidate: it must do without these packages
    └── JobCancelled            nobody: it was asked for

A program that fails is no error: see `sandboxes.sandbox.Outcome`.
"""

from __future__ import annotations


class SandboxError(Exception):
    """Base of all trouble with a sandbox itself."""


class SandboxUnavailable(SandboxError):
    """The sandbox cannot run jobs now. The message says what is missing and what to do."""


class JobRejected(SandboxError):
    """This job cannot be run in this sandbox. The message says what about it."""


class JobCancelled(SandboxError):
    """The job was cancelled before it ran."""


class PackagesUnavailable(SandboxUnavailable):
    """Packages cannot be fetched now: no index answers."""


class PackagesRefused(JobRejected):
    """Packages that a candidate asks for cannot be had. The message says which and why, and may be shown to a model."""
