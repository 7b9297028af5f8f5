"""The commands below `echolocate review`: what a person can do on the pages, in a terminal."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agent.cli_options import JsonOption, RunsOption, open_run
from agent.errors import UserMustAct, VerdictRefused
from agent.review.asking import ask as ask_model
from agent.review.editing import edit_in_editor
from agent.review.item_text import describe
from agent.review.queue import ReviewItem, item, items, pending, submit
from agent.review.quoting import quote
from agent.review.verdicts import VERDICT, Edit, Verdict
from agent.run import Run
from agent.session import session_model

review_app = typer.Typer(add_completion=False, help="Judge what a run came up with: on pages in your browser, or here.")

RunArgument = Annotated[str, typer.Argument(help="A run's name, or its folder.")]
ItemArgument = Annotated[str, typer.Argument(help="An item, such as r1-2/idea.")]
ItemsArgument = Annotated[list[str], typer.Argument(help="Items, such as r1-2/idea.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; the next rounds are told.")]
WhoOption = Annotated[str, typer.Option("--who", envvar="ECHOLOCATE_WHO", help="Your name; your login when left out.")]
VersionOption = Annotated[
    int | None, typer.Option("--version", help="The item's version that you looked at; the newest when left out.")
]

_out = Console()


@review_app.callback(invoke_without_command=True)
def pages(
    context: typer.Context,
    runs: RunsOption = Path("runs"),
    port: Annotated[int, typer.Option(help="On 127.0.0.1; any free one when left out.")] = 0,
    browser: Annotated[bool, typer.Option(help="Show the pages in your browser.")] = True,
) -> None:
    """Judge what a run came up with: on pages in your browser, or with the commands below."""
    if context.invoked_subcommand is None:
        from agent.review.pages.serve import serve  # a web server, which no other command needs

        serve(runs, port, browser)


@review_app.command("list")
def list_(
    run: RunArgument,
    kind: Annotated[str | None, typer.Option(help="Only these: idea, code, result, hypothesis.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what the run does not wait for.")] = False,
    runs: RunsOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """List what the run waits for."""
    with open_run(run, runs) as opened:
        found = [one for one in (items(opened) if everything else pending(opened)) if kind in (None, one.kind)]
    if as_json:
        for one in found:
            typer.echo(one.model_dump_json())
        return
    _out.print(_table(found) if found else f"{opened.config.id}: nothing waits for you; --all lists everything")


@review_app.command()
def show(run: RunArgument, id_: ItemArgument, runs: RunsOption = Path("runs")) -> None:
    """Show an item: what it is, what was said of it, what was asked."""
    with open_run(run, runs) as opened:
        _print(describe(opened, item(opened, id_)))


@review_app.command()
def accept(
    run: RunArgument,
    ids: ItemsArgument,
    reason: ReasonOption = "",
    who: WhoOption = "",
    version: VersionOption = None,
    runs: RunsOption = Path("runs"),
) -> None:
    """Let the run go on with items as they are."""
    _submit_all(run, runs, ids, {"action": "accept", "reason": reason}, who, version)


@review_app.command()
def reject(
    run: RunArgument,
    ids: ItemsArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why; the next rounds are told.")],
    who: WhoOption = "",
    version: VersionOption = None,
    runs: RunsOption = Path("runs"),
) -> None:
    """Let the run go on without items."""
    _submit_all(run, runs, ids, {"action": "reject", "reason": reason}, who, version)


@review_app.command()
def edit(
    run: RunArgument,
    id_: ItemArgument,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="field=text, or field=@file; may be repeated. Else your editor.")
    ] = None,
    reason: ReasonOption = "",
    who: WhoOption = "",
    version: VersionOption = None,
    runs: RunsOption = Path("runs"),
) -> None:
    """Let the run go on with an item as you change it."""
    with open_run(run, runs) as opened:
        on = item(opened, id_)
        changes = _changes(change) if change else edit_in_editor(on.is_of.fields(opened, on.subject))
        if not changes:
            raise VerdictRefused(f"{id_}: nothing was changed")
        # The version from before the editor: whoever was faster meanwhile must not be overruled unseen.
        _submit(opened, on, Edit(changes=changes, reason=reason), who, version)


@review_app.command()
def rerun(
    run: RunArgument,
    id_: ItemArgument,
    seeds: Annotated[str, typer.Option(help="Seeds, such as 3,4,5: at least two.")],
    seconds: Annotated[float | None, typer.Option(help="How long one run may take.")] = None,
    reason: ReasonOption = "",
    who: WhoOption = "",
    version: VersionOption = None,
    runs: RunsOption = Path("runs"),
) -> None:
    """Let a result be measured again, beside the baseline, and judged on these seeds."""
    data: dict[str, object] = {"action": "rerun", "seeds": seeds.split(","), "wall_s": seconds, "reason": reason}
    _submit_all(run, runs, [id_], data, who, version)


@review_app.command()
def ask(
    run: RunArgument, id_: ItemArgument, question: str, who: WhoOption = "", runs: RunsOption = Path("runs")
) -> None:
    """Ask the run's model about an item; it answers from what was measured."""
    with open_run(run, runs) as opened:
        model, _ = session_model(opened)
        answered = asyncio.run(ask_model(opened, id_, question, _name(who), model))
    _print(f"{model.name}: {answered}")
    for cited in answered.cited:
        _print(f"  {cited.text}: {cited.name} of {cited.source.id}")


@review_app.command()
def walk(
    run: RunArgument,
    everything: Annotated[bool, typer.Option("--all", help="Also what the run does not wait for.")] = False,
    who: WhoOption = "",
    runs: RunsOption = Path("runs"),
) -> None:
    """Walk through the queue with the arrow keys."""
    from agent.review.walk import walk as walk_through  # draws on the terminal, which no other command does

    with open_run(run, runs) as opened:
        model, _ = session_model(opened)
        walk_through(opened, model, _name(who), everything=everything)


def _submit_all(run: str, runs: Path, ids: list[str], data: dict[str, object], who: str, version: int | None) -> None:
    verdict = _verdict(data)
    with open_run(run, runs) as opened:
        for on in [item(opened, id_) for id_ in ids]:
            _submit(opened, on, verdict, who, version)


def _submit(run: Run, on: ReviewItem, verdict: Verdict, who: str, version: int | None) -> None:
    now = submit(run, on.id, on.version if version is None else version, verdict, _name(who))
    if run.holder() is not None or now.state == "passed":
        then = ""
    else:
        then = f"; go on with: echolocate resume {run.config.id}"
    _print(f"{on.id}: {verdict.action}{then}")


def _verdict(data: dict[str, object]) -> Verdict:
    try:
        return VERDICT.validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        raise UserMustAct(f"--{first['loc'][-1]}: {first['msg']}") from None


def _changes(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise UserMustAct(f"--set {word}: should be field=text or field=@file")
        found[name] = _read(text[1:]) if text.startswith("@") else text
    return found


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserMustAct(f"{path}: cannot be read ({error})") from None


def _name(who: str) -> str:
    return who or getpass.getuser()


def _table(found: Iterable[ReviewItem]) -> Table:
    table = Table("item", "what", "state", "verdict", "since")
    for one in found:
        since = f"{one.opened.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(one.id, Text(quote(one.title, "model", 160).text), one.state, one.verdict, since)
    return table


def _print(text: str) -> None:
    _out.print(text, markup=False, highlight=False, soft_wrap=True)
