"""Following a run: a live table on a terminal, plain lines elsewhere, JSON lines for programs."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from agent.config import RunConfig
from agent.records import EventRecord
from agent.run import Run

Style = Literal["live", "plain", "json"]
_VERDICTS = {"improved": "bold green", "worse": "red", "failed": "red", "same": "dim", "inconclusive": "yellow"}
_RECENT = 5


@contextmanager
def following(run: Run, style: Style, console: Console) -> Iterator[None]:
    """Show a run's events as they come; what an earlier session did is shown first, in short."""
    if style != "live":
        run.listen(_writing(as_json if style == "json" else lambda event: as_line(event).plain))
        yield
    else:
        progress = Progress(run.config, run.seconds_worked())
        for event in run.all(EventRecord, EventRecord.n):
            progress(event)
        run.listen(progress)
        with Live(get_renderable=progress.render, console=console, refresh_per_second=4):
            yield


def _writing(form: Callable[[EventRecord], str]) -> Callable[[EventRecord], None]:
    """Write each event as a line of standard output. When nobody reads any more the run goes on without saying so."""

    def write(event: EventRecord) -> None:
        try:
            sys.stdout.write(form(event) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # What is still in the buffer would fail again when the interpreter flushes it at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return write


def as_json(event: EventRecord) -> str:
    """One event as a line of JSON."""
    at = event.at.isoformat()
    return json.dumps({"at": at, "kind": event.kind, "subject": event.subject, "text": event.text, **event.data})


def as_line(event: EventRecord) -> Text:
    """One event as a line for a person."""
    line = Text(f"{event.at:%H:%M:%S}  {event.subject or '·':<9} ", style="dim")
    # What a search says of an idea's novelty is no verdict on the idea, and says itself what it came to.
    word = event.kind if event.kind == "novelty" else str(event.data.get("verdict", event.kind))
    line.append(word, style=_VERDICTS.get(word, "bold"))
    if event.kind == "measured":
        metric = event.data["metric"]
        line.append(
            f"  {event.data['split']}, seed {event.data['seed']}: " + ("" if metric is None else f"{metric:.4g}")
        )
    if event.text:
        line.append(f"  {event.text}", style="none")
    return line


class Progress:
    """The picture of a run that its events make: one row an idea, side by side."""

    def __init__(self, config: RunConfig, worked_before_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._worked_before_s = worked_before_s
        self._clock = clock
        self._started = clock()
        self._round = 1
        self._ideas: dict[str, dict[str, str]] = {}
        self._recent: list[EventRecord] = []

    def __call__(self, event: EventRecord) -> None:
        """Take in an event."""
        self._recent = [*self._recent, event][-_RECENT:]
        if event.subject.startswith("r") and "-" not in event.subject:
            self._round = int(event.subject[1:])
        if event.kind == "proposed":
            self._ideas[event.subject] = {"title": event.text, "attempt": "", "now": "proposed", "verdict": ""}
        idea = self._ideas.get(event.subject)
        if idea is None:
            return
        if "attempt" in event.data:
            idea["attempt"] = str(event.data["attempt"])
        if event.kind == "verdict":
            idea["verdict"] = str(event.data["verdict"]) + (" (held-out)" if event.data.get("split") == "test" else "")
        idea["now"] = doing(event)

    def render(self) -> RenderableType:
        """The picture now."""
        table = Table(title=self._head(), title_justify="left", title_style="bold", expand=True)
        for name, share in (("idea", 1), ("what", 6), ("code", 1), ("now", 4), ("verdict", 2)):
            table.add_column(name, ratio=share, no_wrap=True, overflow="ellipsis")
        for key, idea in self._ideas.items():
            style = _VERDICTS.get(idea["verdict"].split(" ")[0], "")
            table.add_row(
                key, Text(idea["title"]), idea["attempt"], Text(idea["now"]), Text(idea["verdict"], style=style)
            )
        return Group(table, *(as_line(event) for event in self._recent))

    def _head(self) -> str:
        budget, worked = self._config.budget, self._worked_before_s + self._clock() - self._started
        left = f", {max(0.0, budget.wall_minutes - worked / 60):.0f} min left" if budget.wall_minutes else ""
        return (
            f"{self._config.id}   round {self._round} of {budget.rounds}   "
            f"{int(worked // 60)}:{int(worked % 60):02d}{left}   {self._config.model.name}"
        )


def doing(event: EventRecord) -> str:
    """What an idea is doing after an event, in a few words."""
    match event.kind:
        case "accepted":
            return "writing code"
        case "written":
            return "running"
        case "ran" if event.data["status"] == "ok":
            return "measuring"
        case "ran" | "refused":
            return f"repairing: {event.text}"
        case "measured":
            return f"measured seed {event.data['seed']}"
        case "verdict":
            return "judged"
        case _:
            return f"{event.kind}: {event.text}" if event.text else event.kind
