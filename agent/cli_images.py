"""The commands below `echolocate images`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status
from rich.table import Column, Table
from rich.text import Text

from agent.errors import BadConfiguration

images_app = typer.Typer(no_args_is_help=True, add_completion=False, help="Images: what experiments run in, in Docker.")
_out = Console()
# To build or to remove an image can take minutes in which the engine says nothing.
_PATIENCE_S = 600


@images_app.command()
def build(names: Annotated[list[str] | None, typer.Argument(help="All when left out.")] = None) -> None:
    """Build images that are missing, with the network; experiments then run without it."""
    from sandboxes import image_store
    from sandboxes.engine import connect

    known = image_store.names()
    for name in names or []:
        if name not in known:
            raise BadConfiguration(f"{name}: no image of this name; there are {', '.join(known)}")
    settings = image_store.BuildSettings.from_environment()
    with connect(_PATIENCE_S) as client:
        for name in names or known:
            with _out.status(f"{name} …") as status:

                def tell(line: str, name: str = name, status: Status = status) -> None:
                    if line.startswith("Step "):
                        _out.print(f"{name}: {line}", markup=False, highlight=False)
                    else:
                        status.update(Text(f"{name}: {line}", overflow="ellipsis", no_wrap=True))

                made = image_store.build(client, name, settings, tell)
            _out.print(f"{name}: {made}", markup=False, highlight=False)


@images_app.command("list")
def list_() -> None:
    """List the images that were built here, and say which of them are current."""
    from sandboxes import image_store
    from sandboxes.engine import connect

    # Names and tags are copied from here: they stay whole, whatever the width.
    table = Table(Column("image", no_wrap=True), Column("tag", no_wrap=True), "size", "built", "")
    with connect() as client:
        settings = image_store.BuildSettings.from_environment()
        current = image_store.current_images(client, settings)
        found = image_store.list_images(client)
        for reference, image in sorted(found.items()):
            name, _, tag = reference.partition(":")
            built = datetime.fromisoformat(image.attrs["Created"])
            size = f"{image.attrs['Size'] / 1e6:,.0f} MB"
            table.add_row(name, tag, size, _age(built), "current" if reference in current else "not current")
        for name in image_store.names():
            if image_store.reference(name, settings) not in found:
                table.add_row(f"echolocate/{name}", "", "", "", "not built")
    _out.print(table)


@images_app.command()
def prune() -> None:
    """Remove images of earlier versions that were built here, and no others."""
    from sandboxes import image_store
    from sandboxes.engine import connect

    with connect(_PATIENCE_S) as client:
        removed = image_store.prune(client, image_store.BuildSettings.from_environment())
    for reference in removed:
        _out.print(f"removed {reference}", markup=False, highlight=False)
    if not removed:
        _out.print("Nothing to remove: all images that were built here are current or in use.")


def _age(built: datetime) -> str:
    seconds = (datetime.now(UTC) - built).total_seconds()
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit} ago"
    return "just now"
