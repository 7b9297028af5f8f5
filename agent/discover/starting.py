"""What a person's command becomes: a run that discovers, with copies of the files that were handed in."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NotRequired, TypedDict, Unpack

from agent.config import ModelChoice, SandboxName
from agent.discover.context import DATA_FOLDER
from agent.discover.settings import DiscoverSettings, GivenFile, Hints, Refinement
from agent.errors import BadConfiguration
from agent.models.prices import Price
from agent.review.settings import ReviewSettings
from agent.run import Run
from agent.session import make_run, parse_sources
from tools.servers import McpServer

TABLE, SAMPLES = "table", "samples"
"""Names of the table of quantities and of the sample sheet among the files."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class Wishes(TypedDict):
    """What was asked for."""

    name: str | None
    subject: NotRequired[str]
    """What the run is called after; the table's file name when left out."""
    files: Mapping[str, Path]
    hints: Hints
    tools: Sequence[Path]
    servers: NotRequired[Sequence[McpServer]]
    refine: tuple[Refinement, ...]
    model: ModelChoice
    models: NotRequired[Mapping[str, ModelChoice]]
    prices: NotRequired[Mapping[str, Price]]
    review: NotRequired[ReviewSettings]
    sandbox: SandboxName
    budget: Mapping[str, object]
    experiments: int
    sources: str
    offline: bool
    papers: Sequence[Path]


def new_discovery(runs: Path, **wishes: Unpack[Wishes]) -> Run:
    """Make a run that discovers; on an error nothing is written.

    Raises:
        BadConfiguration: a value or file that cannot be right, or a run of this name exists.
    """
    files = dict(wishes["files"])
    for name, path in files.items():
        _check_file(name, path)
    for folder in wishes["tools"]:
        if not folder.is_dir():
            raise BadConfiguration(f"--tools {folder}: no such folder")
    kept = {
        name: name + "".join(suffix for suffix in path.suffixes if suffix[1:].isalnum()) for name, path in files.items()
    }
    settings = DiscoverSettings(
        files=kept,
        given={name: GivenFile(name=path.name, sha256=_sha256(path)) for name, path in files.items()},
        hints=wishes["hints"],
        tools=tuple(str(folder.resolve()) for folder in wishes["tools"]),
        servers=tuple(wishes.get("servers", ())),
        refine=wishes["refine"],
    )
    if idle := [gate for gate in wishes.get("review", ReviewSettings()).gates if gate != "hypotheses"]:
        raise BadConfiguration(f"--review {','.join(idle)}: a discovery waits at hypotheses, or never")
    subject = wishes.get("subject", files[TABLE].name)
    stem = re.sub(r"[^A-Za-z0-9]+", "-", subject.partition(".")[0]).strip("-") or "table"
    own = {"subject", "files", "hints", "tools", "servers", "refine"}
    taken = {key: value for key, value in wishes.items() if key not in own}
    fields = {
        **taken,
        "name": wishes["name"] or f"{stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}",
        "task": subject,
        "sources": parse_sources(wishes["sources"]),
        "papers": [str(path.resolve()) for path in wishes["papers"]],
        "discover": settings,
    }
    run = make_run(runs, fields)
    (run.folder / DATA_FOLDER).mkdir()
    for name, path in files.items():
        shutil.copyfile(path, run.folder / DATA_FOLDER / kept[name])
    return run


def named_files(texts: Sequence[str]) -> dict[str, Path]:
    """The values of `--file`: names for paths.

    Raises:
        BadConfiguration: one that is not of the form NAME=PATH.
    """
    found: dict[str, Path] = {}
    for text in texts:
        name, equals, path = text.partition("=")
        if not equals or not _NAME.fullmatch(name) or not path or name in {TABLE, SAMPLES, *found}:
            raise BadConfiguration(f"--file {text}: should be a name of its own and a path, such as gene_sets=go.gmt")
        found[name] = Path(path)
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _check_file(name: str, path: Path) -> None:
    option = {TABLE: "the table", SAMPLES: "--samples"}.get(name, f"--file {name}")
    if not path.is_file():
        raise BadConfiguration(f"{option}: {path}: no such file")
    if path.stat().st_size == 0:
        raise BadConfiguration(f"{option}: {path}: the file is empty")
