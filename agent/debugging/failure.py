"""What is known of a failed attempt, as a repair request holds it; and when to stop asking for repairs."""

from __future__ import annotations

import hashlib
import json
import re
import signal
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent.debugging.lint import LintFinding
from agent.debugging.parser import parse
from agent.debugging.structure import Spot, extract, spots_of
from agent.debugging.traceback import Frame, Traceback, clipped, located, without_varying

Ablation = Literal["full", "no_structure", "no_traceback"]
"""What a repair request is given, as in Table 4 of Dolphin (arXiv 2501.03916): traceback and local code structure; the
traceback alone; the structure alone."""

_ENDINGS = {
    "ok": "The program ended but did not do its work",
    "error": "The program failed",
    "timeout": "The program ran out of time and was stopped",
    "oom": "The program ran out of memory and was stopped",
    "output_limit": "The program wrote more than it may and was stopped",
    "cancelled": "The program was cancelled",
}
_LEFT_OUT = re.compile(r"^\[\.\.\. [0-9]+ bytes left out \.\.\.\]$", re.MULTILINE)
"""What a sandbox's log has in place of its middle."""
_TAIL = 3_000
"""Characters of the log that stand for a traceback where there is none."""
_MOST_FINDINGS = 20
_SAME_FAILURE = 3
_SAME_CODE = 2


class Ended(BaseModel):
    """How a run of the candidate's code ended. The log is untrusted text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: str
    """As a sandbox's outcome has it: `error`, `timeout`, …; `ok` when what the program handed back is no good."""
    exit_code: int | None = None
    detail: str = ""
    """One line on what was wrong, where something is known beside the log."""
    log: str = ""


class Failure(BaseModel):
    """A failed attempt."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["traceback", "lint", "no_traceback"]
    """What it was known by: the traceback that ended the program, a mistake seen before it ran, or neither."""
    summary: str
    """One line."""
    traceback: str = ""
    """The traceback, the findings, or where there is neither the end of the log."""
    structure: str = ""
    """The code that it can be about, as Markdown."""
    notes: tuple[str, ...] = ()
    """What the attempts before show, and what is lacking here: plain sentences for the next request."""
    files: tuple[str, ...] = ()
    """Paths of the candidate's files that it touches; empty when nothing says which."""
    signature: str
    """Equal for failures that are the same but for numbers, addresses, folders and line numbers."""
    code: str
    """Hash of the candidate's files."""


def describe(
    ended: Ended,
    files: Mapping[str, str],
    history: Sequence[Failure] = (),
    *,
    ablation: Ablation = "full",
    code_root: str | None = None,
) -> Failure:
    """Describe a run that failed.

    Args:
        ended: how it ended.
        files: the candidate's files that ran, path relative to its folder → text.
        history: the failures of the attempts before, oldest first.
        ablation: what to leave out.
        code_root: the candidate's folder as the program saw it; see `traceback.located`.
    """
    found = parse(ended.log)
    traceback = None if found is None else located(found, files, code_root)
    fatal = traceback is not None and ended.status == "error" and not _signal_name(ended.exit_code or 0)
    ending = _ending(ended)
    cut = ["The middle of the output was left out, because it was long."] if _LEFT_OUT.search(ended.log) else []
    if traceback is None:
        shown, notes, signature = _tail(ended.log), cut, f"{ended.exit_code} {without_varying(ended.detail)}"
    else:
        shown, notes, signature = traceback.render(), cut + _doubts(traceback, fatal=fatal), traceback.signature()
    failure = Failure(
        kind="traceback" if fatal else "no_traceback",
        summary=_place(traceback) if traceback is not None and fatal else ending,
        traceback=shown,
        notes=tuple(notes),
        signature=f"{'traceback' if fatal else ended.status} {signature}",
        code=_hash(files),
    )
    spots = [] if traceback is None else spots_of(traceback)
    return _ablated(_compared(_with_structure(failure, files, spots), history), ablation, ending)


def describe_lint(
    findings: Sequence[LintFinding],
    files: Mapping[str, str],
    history: Sequence[Failure] = (),
    *,
    ablation: Ablation = "full",
) -> Failure:
    """Describe code that was not run, because of at least one finding of `lint`. Arguments as for `describe`."""
    shown = [str(one) for one in findings[:_MOST_FINDINGS]]
    if len(findings) > len(shown):
        shown.append(f"[{len(findings) - len(shown)} more]")
    count = "A mistake was" if len(findings) == 1 else f"{len(findings)} mistakes were"
    failure = Failure(
        kind="lint",
        summary=f"{count} found before the program ran: {clipped(shown[0], 300)}",
        traceback="\n".join(clipped(line, 500) for line in shown),
        signature="lint " + "; ".join(sorted(f"{one.path}: {without_varying(one.message)}" for one in findings)),
        code=_hash(files),
    )
    spots = [Spot("mistake", one.path, one.line) for one in findings]
    ending = "The program was not run: mistakes in it were found before"
    return _ablated(_compared(_with_structure(failure, files, spots), history), ablation, ending)


def stop_reason(history: Sequence[Failure]) -> str | None:
    """Why no further repair of these failures (oldest first) is worth its cost, or None when one is.

    A repair that changes nothing, or goes back to code that has failed before, is told so in the next request; when
    that happens twice, the request's words do not help. The same failure is allowed to come three times: the first is
    the failure, the second a repair that did not work, the third one that did not work although the request said that
    the failure came back. Both may happen with other failures in between, as when two repairs undo each other.
    """
    if not history:
        return None
    seen_before = sum(one.code in {earlier.code for earlier in history[:n]} for n, one in enumerate(history))
    if seen_before >= _SAME_CODE:
        return f"{seen_before} repairs gave code that had failed before"
    same = sum(one.signature == history[-1].signature for one in history)
    if same >= _SAME_FAILURE:
        return f"the same failure came {same} times: {history[-1].summary}"
    return None


def _with_structure(failure: Failure, files: Mapping[str, str], spots: Sequence[Spot]) -> Failure:
    structure = extract(files, spots)
    touched = structure.files if spots else ()
    return failure.model_copy(update={"structure": structure.render(), "files": touched})


def _compared(failure: Failure, history: Sequence[Failure]) -> Failure:
    """With notes on what the attempts before show."""
    notes: list[str] = []
    tried = [number for number, one in enumerate(history, 1) if one.code == failure.code]
    if tried and tried[-1] == len(history):
        notes.append("The last repair changed nothing: the files are what they were before it.")
    elif tried:
        notes.append(f"The files are what they were in attempt {tried[-1]}, which failed as well.")
    same = sum(one.signature == failure.signature for one in history)
    if same:
        notes.append(f"The same failure came back: it has come {same + 1} times. Another kind of repair is needed.")
    return failure.model_copy(update={"notes": (*notes, *failure.notes)})


def _ablated(failure: Failure, ablation: Ablation, ending: str) -> Failure:
    if ablation == "no_structure":
        # Without the structure, which files are touched is unknown too: the request holds the whole candidate.
        return failure.model_copy(update={"structure": "", "files": ()})
    if ablation == "no_traceback":
        return failure.model_copy(update={"traceback": "", "summary": ending})
    return failure


def _doubts(traceback: Traceback, *, fatal: bool) -> list[str]:
    notes = []
    if not traceback.exception:
        notes.append("The end of the traceback is lacking.")
    if not any(one.own_frames for one in traceback.all_raised()):
        notes.append("No line of the traceback is in the candidate's own files.")
    if not fatal:
        notes.append("The program printed this traceback but did not end by it.")
    return notes


def _place(traceback: Traceback) -> str:
    own: list[Frame] = [frame for one in traceback.all_raised() for frame in one.own_frames[-1:]]
    return f"{traceback.summary} ({own[0].file}, line {own[0].line})" if own else traceback.summary


def _ending(ended: Ended) -> str:
    words = _ENDINGS.get(ended.status, ended.status)
    if ended.exit_code:
        words += f" with exit code {ended.exit_code}{_signal_name(ended.exit_code)}"
    return f"{words}: {clipped(ended.detail, 500)}" if ended.detail else words


def _signal_name(exit_code: int) -> str:
    # A shell and a container report death by a signal as 128 plus its number, Python as its negative.
    number = -exit_code if exit_code < 0 else exit_code - 128
    return f" ({signal.Signals(number).name})" if number in set(signal.Signals) else ""


def _tail(log: str) -> str:
    text = log.strip()
    return text if len(text) <= _TAIL else f"[...]\n{text[-_TAIL:]}"


def _hash(files: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(files), sort_keys=True).encode()).hexdigest()
