"""What can go wrong with a domain tool, named by who must act next."""

from __future__ import annotations


class ToolError(Exception):
    """Root of this package's errors."""


class NotApplicable(ToolError):
    """The tool does not fit the data or the parameters as they are: whoever plans must choose otherwise.

    Each entry of `reasons` says what is missing and what would make the tool applicable.
    """

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class ToolInvalid(ToolError):
    """The tool's own code breaks the contract: its author must act."""


class ToolFailed(ToolError):
    """One call came to nothing: the tool crashed, hung, or did not return what it declared. Only its step is lost."""


class ToolUnknown(ToolError):
    """No tool of this name was found: whoever asked must name another, or install it."""


class DataUnreadable(ToolError):
    """A file of the user's is not what it was taken for: the message names the file, the place and what would be
    right."""
