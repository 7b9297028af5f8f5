"""Arguments that several commands share, and what they stand for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.config import RULE_BASED, SandboxName
from agent.errors import BadConfiguration, UserMustAct
from agent.review.settings import ReviewSettings, parse_gates, parse_timeout
from agent.run import Run, run_folders

RunsOption = Annotated[Path, typer.Option("--runs", envvar="ECHOLOCATE_RUNS", help="Folder of the runs.")]
RunArgument = Annotated[str, typer.Argument(help="A run's name, or its folder; the newest when left out.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
ReviewOption = Annotated[
    str | None, typer.Option("--review", help="Wait for people at: ideas, code, results, hypotheses; or never.")
]
TimeoutOption = Annotated[
    str | None,
    typer.Option("--review-timeout", help="How long, and what then: 8h:accept, 30m:reject, 2d:wait."),
]
GpusOption = Annotated[
    str, typer.Option("--gpus", help="GPUs that experiments may have: none, all, or UUIDs with commas between.")
]
WaitOption = Annotated[bool, typer.Option("--wait", help="Stay until people have judged, however long.")]

# What every new run is asked for, whether it improves a method or discovers.
NameOption = Annotated[str | None, typer.Option("--name", help="The run's name.")]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", help=f"A model's name at the endpoint OPENAI_BASE_URL; {RULE_BASED} when left out."),
]
BaseUrlOption = Annotated[
    str | None, typer.Option("--base-url", envvar="OPENAI_BASE_URL", help="An OpenAI-compatible endpoint.")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="TOML file: models, prices, limits of one idea or objective.")
]
SandboxOption = Annotated[SandboxName, typer.Option("--sandbox", help="Where code and tools run.")]
MinutesOption = Annotated[float | None, typer.Option("--minutes", help="Minutes of work, at most.")]
CallsOption = Annotated[int | None, typer.Option("--calls", min=1, help="Calls of models, at most.")]
TokensOption = Annotated[int | None, typer.Option("--tokens", min=1, help="Tokens of models, at most.")]
DollarsOption = Annotated[float | None, typer.Option("--dollars", help="Dollars for models, at most.")]
SourcesOption = Annotated[str, typer.Option("--sources", help="Online sources of papers, such as openalex,arxiv.")]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Ask no source; use what was kept of its answers.")]
PapersOption = Annotated[
    list[Path] | None, typer.Option("--papers", help="Your papers: .bib, .jsonl or .csv; may be repeated.")
]

# Of commands that use tools.
ToolsOption = Annotated[list[Path] | None, typer.Option("--tools", help="A folder of your tools; may be repeated.")]
McpOption = Annotated[
    list[str] | None, typer.Option("--mcp", help="An MCP server, as name='program argument'; may be repeated.")
]


def open_run(name: str, runs: Path) -> Run:
    """The run of this name or folder; the newest for an empty name.

    Raises:
        UserMustAct: there is none.
    """
    if not name:
        newest = run_folders(runs)
        if not newest:
            raise UserMustAct(f"{runs}: no runs here; `echolocate run digits` makes one, --runs names another folder")
        return Run.open(newest[0])
    return Run.open(runs / name if (runs / name / "run.toml").is_file() else Path(name))


def attended(review: str | None, timeout: str | None, before: ReviewSettings) -> ReviewSettings:
    """How a run is attended from now on; what is left out stays as before.

    Raises:
        BadConfiguration: an option that cannot be right.
    """
    changed: dict[str, object] = {}
    if review is not None:
        changed["gates"] = parse_gates(review)
    if timeout is not None:
        changed["timeout_s"], changed["then"] = parse_timeout(timeout)
    return before.model_copy(update=changed)


def attend(run: Run, review: str | None, timeout: str | None) -> None:
    """Change how a run is attended where that was asked for.

    Raises:
        BadConfiguration: an option that cannot be right, or results are to be reviewed and were not from the start.
    """
    before = run.config.review
    wanted = attended(review, timeout, before)
    if "results" in wanted.gates and "results" not in before.gates:
        raise BadConfiguration("--review results: only from a run's start, when reruns get a share of the error rate")
    if wanted != before:
        run.attend(wanted)
