"""The command `echolocate discover`."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from agent.cli_models import ask_prices, chosen, own_settings
from agent.cli_options import (
    BaseUrlOption,
    CallsOption,
    ConfigOption,
    DollarsOption,
    JsonOption,
    McpOption,
    MinutesOption,
    ModelOption,
    NameOption,
    OfflineOption,
    PapersOption,
    ReviewOption,
    RunsOption,
    SandboxOption,
    SourcesOption,
    TimeoutOption,
    TokensOption,
    ToolsOption,
    WaitOption,
    attended,
)
from agent.cli_work import work_on
from agent.discover.settings import REFINEMENTS, Refinement
from agent.discover.starting import SAMPLES, named_files, new_discovery
from agent.discover.subject import EXAMPLE, subject_of
from agent.errors import BadConfiguration, UserMustAct
from agent.review.settings import ReviewSettings
from tools.servers import McpServer


def discover(
    data: Annotated[
        str, typer.Argument(help="Table of quantities; or a task that discovers, by its name or folder.")
    ] = "",
    samples: Annotated[Path | None, typer.Option(help="Sample sheet: one row a sample.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help=f"Discover in generated data: the task {EXAMPLE}.")] = False,
    question: Annotated[str, typer.Option(help="What you want to know, in your words.")] = "",
    group: Annotated[str, typer.Option(help="Column of the groups to compare.")] = "",
    covariate: Annotated[list[str] | None, typer.Option(help="Column to adjust for; may be repeated.")] = None,
    pairs: Annotated[str, typer.Option(help="Column of what belongs together, such as a patient.")] = "",
    time: Annotated[str, typer.Option(help="Column of a time.")] = "",
    event: Annotated[str, typer.Option(help="Column that says whether the event came.")] = "",
    reference: Annotated[str, typer.Option(help="What the values are ratios to, such as untreated; not a pool.")] = "",
    file: Annotated[
        list[str] | None,
        typer.Option(help="NAME=PATH: gene_sets=go.gmt, genes=symbols.tsv, a network …; may be repeated."),
    ] = None,
    tools: ToolsOption = None,
    mcp: McpOption = None,
    no_refine: Annotated[str, typer.Option(help="Ablation: steps,workflows,objectives.")] = "",
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    sandbox: SandboxOption = "auto",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of objectives.")] = 2,
    objectives: Annotated[int, typer.Option(min=1, help="Objectives a round.")] = 3,
    minutes: MinutesOption = None,
    calls: CallsOption = None,
    tokens: TokensOption = None,
    dollars: DollarsOption = None,
    experiments: Annotated[int, typer.Option(min=1, help="Tools at the same time.")] = 2,
    sources: SourcesOption = "",
    offline: OfflineOption = False,
    papers: PapersOption = None,
    config: ConfigOption = None,
    review: ReviewOption = None,
    review_timeout: TimeoutOption = None,
    wait: WaitOption = False,
    name: NameOption = None,
    runs: RunsOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Discover in data: objectives, workflows of tools, hypotheses with evidence and controls, a report."""
    if demo == bool(data):
        raise UserMustAct("discover: name a table of quantities or a task, or --demo, and not both")
    columns = {"group": group, "pairs": pairs, "time": time, "event": event, "covariates": tuple(covariate or ())}
    hints = {"question": question, "reference": reference, **columns}
    own = own_settings(config)
    default, others = chosen(own, model, base_url)
    money_is_limited = dollars is not None or own.idea.dollars is not None
    with tempfile.TemporaryDirectory(prefix="echolocate-") as folder:
        subject = subject_of(data or EXAMPLE, Path(folder))
        made = new_discovery(
            runs,
            name=name,
            subject=subject.name,
            files=subject.files | named_files(file or []) | ({SAMPLES: samples} if samples else {}),
            hints=subject.hints.model_copy(update={key: value for key, value in hints.items() if value}),
            tools=[*subject.tools, *(tools or [])],
            servers=[McpServer.parse(server) for server in mcp or ()],
            refine=_refined(no_refine),
            model=default,
            models=others,
            prices=ask_prices([default, *others.values()], own.prices, needed=money_is_limited),
            sandbox=sandbox,
            budget={
                "rounds": rounds,
                "ideas": objectives,
                "wall_minutes": minutes,
                "model": {"calls": calls, "tokens": tokens, "dollars": dollars},
                "idea": own.idea,
            },
            experiments=experiments,
            sources=sources,
            offline=offline,
            papers=papers or [],
            review=attended(review, review_timeout, ReviewSettings()),
        )
    work_on(made, as_json=as_json, patient=wait)


def _refined(without: str) -> tuple[Refinement, ...]:
    words = [word.strip() for word in without.split(",") if word.strip()]
    if wrong := [word for word in words if word not in REFINEMENTS]:
        raise BadConfiguration(f"--no-refine {without}: {wrong[0]!r} should be some of {','.join(REFINEMENTS)}")
    return tuple(level for level in REFINEMENTS if level not in words)
