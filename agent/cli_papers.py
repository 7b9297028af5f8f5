"""The commands below `echolocate papers`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agent.errors import BadConfiguration, UserMustAct

papers_app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Papers: your library, the starter library, online sources."
)
LibraryOption = Annotated[
    Path | None, typer.Option(envvar="ECHOLOCATE_LIBRARY", help="File of your library; one for each user if left out.")
]
_out = Console()


@papers_app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files (.bib, .jsonl, .csv, .pdf), or folders of them.")],
    library: LibraryOption = None,
) -> None:
    """Add papers to your library, which every run searches. What is there already is not added twice."""
    from agent.literature.embedding import find_embedder
    from agent.literature.library import add_to_library, library_path

    with _out.status("reading") as status:
        added = add_to_library(library or library_path(), paths, find_embedder(), status.update)
    for problem in added.problems:
        _print(problem)
    remarks = len(added.problems)
    _print(f"papers read: {added.read}; new or changed: {added.new}; left out or remarked on: {remarks}")


@papers_app.command()
def search(
    query: Annotated[str, typer.Argument(help="Any words.")],
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="Papers to show.")] = 10,
    sources: Annotated[str, typer.Option(help="Online sources, such as openalex,arxiv.")] = "",
    offline: Annotated[bool, typer.Option("--offline", help="Use only what was kept of online answers.")] = False,
    library: LibraryOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Search your library, the starter library and the online sources that you name."""
    from agent.literature.searching import search_everywhere

    if not query.strip():
        raise UserMustAct("papers search: name some words to search for")
    found = search_everywhere(query, count, sources, offline=offline, library=library)
    if as_json:
        for paper in found.papers:
            typer.echo(paper.model_dump_json(exclude_defaults=True))
        return
    table = Table("id", "year", "title", box=None)
    for paper in found.papers:
        table.add_row(*(escape(_visible(text)) for text in (paper.id, str(paper.year or ""), paper.title)))
    _out.print(table)
    for one in found.searched:
        _print(f"{one.source}: {one.detail}" if one.status == "error" else f"searched: {one.coverage or one.source}")


@papers_app.command()
def show(
    paper: Annotated[str, typer.Argument(help="A paper's id, as `search` prints it.")], library: LibraryOption = None
) -> None:
    """Show what is known of a paper in the libraries on this machine."""
    from agent.literature.searching import local_sources

    for source in local_sources(library):
        if (known := source.find(paper)) is None:
            continue
        for name, value in known.model_dump(exclude_defaults=True).items():
            _print(f"{name}: {'; '.join(value) if isinstance(value, tuple) else value}")
        passages = source.full_text(known)
        _print(f"full text: {f'{passages[-1].page} pages' if passages else 'none'}; in {source.name}")
        return
    raise BadConfiguration(f"{paper}: no paper of this id here; `echolocate papers search` prints ids")


@papers_app.command()
def stats(library: LibraryOption = None) -> None:
    """Say how many papers there are on this machine, from when, and what is known of them."""
    from agent.literature.searching import local_sources

    table = Table("library", "papers", "years", "with vector", "with full text", "MB")
    for source in local_sources(library):
        size = source.stats()
        years = f"{size.first_year}–{size.last_year}" if size.first_year else "–"
        megabytes = f"{source.path.stat().st_size / 1e6:.1f}"
        table.add_row(source.name, f"{size.papers:,}", years, f"{size.embedded:,}", f"{size.with_text:,}", megabytes)
    _out.print(table)


def _print(text: str) -> None:
    """Text of others stays text: no markup, and no control characters, which would move a terminal's cursor."""
    _out.print(_visible(text), markup=False, highlight=False, soft_wrap=True)


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
