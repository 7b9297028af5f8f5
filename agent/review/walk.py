"""The queue as a full-screen list: arrow keys to walk, one key a verdict."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from prompt_toolkit.application import Application, get_app, run_in_terminal
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import ConditionalContainer, HSplit, Layout, VSplit, Window
from prompt_toolkit.layout.controls import FormattedTextControl
from prompt_toolkit.widgets import TextArea
from pydantic import ValidationError

from agent.errors import EcholocateError, UserMustAct
from agent.models.model import Model
from agent.review.asking import ask
from agent.review.editing import edit_in_editor
from agent.review.item_text import describe, heading
from agent.review.queue import ReviewItem, items, submit
from agent.review.verdicts import VERDICT
from agent.run import Run

_REFRESH_S = 2.0
_PAGE = 10
_WIDTH = 46
_MARKS = {"": "·", "accept": "✓", "reject": "✗", "edit": "✎", "rerun": "↻"}
_KEYS = "↑↓ walk   PgUp PgDn read   a accept   r reject   e edit   s rerun   ? ask   q quit"


def walk(run: Run, model: Model, who: str, *, everything: bool) -> None:
    """Walk through the queue until the person leaves it.

    Raises:
        UserMustAct: there is no terminal.
    """
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise UserMustAct("review walk: needs a terminal; elsewhere use review list, show, accept and reject")
    asyncio.run(_Walk(run, model, who, everything=everything).application().run_async())


class _Walk:
    """What is on the screen."""

    def __init__(self, run: Run, model: Model, who: str, *, everything: bool) -> None:
        self._run = run
        self._model = model
        self._who = who
        self._everything = everything
        self._items: tuple[ReviewItem, ...] = ()
        self._place = 0
        self._shown: tuple[object, ...] = ()
        self._message = ""
        self._typed: Callable[[str], None] | None = None
        """What is done with the line that is being typed."""
        self._queue = Window(FormattedTextControl(self._rows, focusable=True), width=_WIDTH, always_hide_cursor=True)
        self._detail = TextArea(read_only=True, scrollbar=True, focusable=False)
        self._line = TextArea(height=1, multiline=False, accept_handler=lambda _: self._line_done())

    def application(self) -> Application[None]:
        """The application, ready to run."""
        typing = Condition(lambda: self._typed is not None)
        rows = [
            VSplit([self._queue, Window(width=1, char="│"), self._detail]),
            Window(FormattedTextControl(lambda: self._message), height=1, style="bold"),
            ConditionalContainer(self._line, typing),
            Window(FormattedTextControl(_KEYS), height=1, style="reverse"),
        ]
        return Application(
            Layout(HSplit(rows), focused_element=self._queue),
            key_bindings=self._keys(typing),
            full_screen=True,
            refresh_interval=_REFRESH_S,  # what others say meanwhile shows by itself
            before_render=lambda _: self._look(),
        )

    def _keys(self, typing: Condition) -> KeyBindings:
        keys = KeyBindings()
        commands: Mapping[str, Callable[[], object]] = {
            "down": lambda: self._go(1),
            "up": lambda: self._go(-1),
            "pagedown": lambda: self._detail.buffer.cursor_down(_PAGE),
            "pageup": lambda: self._detail.buffer.cursor_up(_PAGE),
            "a": lambda: self._on(lambda here: self._say(here, {"action": "accept"})),
            "r": lambda: self._on(lambda here: self._type("Why?", lambda text: self._reject(here, text))),
            "s": lambda: self._on(
                lambda here: self._type("Seeds, such as 3,4,5:", lambda text: self._rerun(here, text))
            ),
            "?": lambda: self._on(lambda here: self._type("Ask:", lambda text: self._later(self._ask(here, text)))),
            "e": lambda: self._on(lambda here: self._later(self._edit(here))),
            "q": lambda: get_app().exit(),
        }
        for key, command in commands.items():
            keys.add(key, filter=~typing)(_calling(command))
        keys.add("escape", filter=typing, eager=True)(_calling(self._line_left))
        keys.add("c-c")(_calling(lambda: get_app().exit()))
        return keys

    # -- what is shown ------------------------------------------------------------------------------------------

    @property
    def _here(self) -> ReviewItem | None:
        return self._items[self._place] if self._items else None

    def _look(self) -> None:
        """Read the queue anew; the place stays with its item."""
        here = self._here
        self._items = tuple(one for one in items(self._run) if self._everything or one.state != "passed")
        ids = [one.id for one in self._items]
        self._place = ids.index(here.id) if here and here.id in ids else min(self._place, max(0, len(ids) - 1))
        self._show()

    def _show(self) -> None:
        """Show the item at the place, unless that is what is shown."""
        here = self._here
        wanted = (here, self._message)
        if wanted != self._shown:
            self._detail.text = describe(self._run, here) if here else "Nothing waits for you."
            self._shown = wanted

    def _rows(self) -> StyleAndTextTuples:
        rows: StyleAndTextTuples = []
        for place, one in enumerate(self._items):
            style = "reverse" if place == self._place else ""
            if place == self._place:
                rows.append(("[SetCursorPosition]", ""))
            rows.append((style, f"{_MARKS[one.verdict]} {heading(one)}"[: _WIDTH - 1].ljust(_WIDTH - 1) + "\n"))
        return rows

    # -- what is done -------------------------------------------------------------------------------------------

    def _go(self, steps: int) -> None:
        self._place = max(0, min(len(self._items) - 1, self._place + steps))
        self._message = ""
        self._show()

    def _on(self, command: Callable[[ReviewItem], None]) -> None:
        """Do something with the item as it is shown now. It stays with that item and version, whatever comes while a
        person types: a verdict must not fall on another."""
        if self._items:
            command(self._items[self._place])

    def _say(self, on: ReviewItem, verdict: Mapping[str, object]) -> None:
        """Give a verdict, and go to the next item."""
        try:
            submit(self._run, on.id, on.version, VERDICT.validate_python(verdict), self._who)
        except ValidationError as error:
            self._message = f"{verdict['action']}: {error.errors()[0]['msg']}"
        except UserMustAct as refused:
            self._message = str(refused)
        else:
            self._go(1)
            self._message = f"{on.id}: {verdict['action']}"

    def _reject(self, on: ReviewItem, reason: str) -> None:
        self._say(on, {"action": "reject", "reason": reason})

    def _rerun(self, on: ReviewItem, seeds: str) -> None:
        self._say(on, {"action": "rerun", "seeds": seeds.split(",")})

    async def _edit(self, on: ReviewItem) -> None:
        fields = on.is_of.fields(self._run, on.subject)
        changes = await run_in_terminal(lambda: edit_in_editor(fields))
        if changes:
            self._say(on, {"action": "edit", "changes": changes})
        else:
            self._message = f"{on.id}: nothing was changed"

    async def _ask(self, on: ReviewItem, question: str) -> None:
        self._message = f"asking {self._model.name} …"
        try:
            await ask(self._run, on.id, question, self._who, self._model)
            self._message = f"{self._model.name} has answered"
        except EcholocateError as error:
            self._message = str(error)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        get_app().create_background_task(work)

    # -- a line that is typed -----------------------------------------------------------------------------------

    def _type(self, prompt: str, then: Callable[[str], None]) -> None:
        self._message, self._typed = prompt, then
        get_app().layout.focus(self._line)

    def _line_done(self) -> bool:
        text, then = self._line.text, self._typed
        self._line_left()
        if then is not None:
            then(text)
        return False

    def _line_left(self) -> None:
        self._message, self._typed = "", None
        get_app().layout.focus(self._queue)


def _calling(command: Callable[[], object]) -> Callable[[KeyPressEvent], None]:
    def call(_: KeyPressEvent) -> None:
        command()

    return call
