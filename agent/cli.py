"""The command `echolocate`.

Exit codes: 0 done; 2 something that was typed or configured cannot be right (one line says what); 3 something outside
does not answer (engine, endpoint): try again with `resume`; 130 stopped before the end: `resume` goes on.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from agent.cli_discover import discover
from agent.cli_images import images_app
from agent.cli_models import ask_prices, chosen, export, find_recording, own_settings
from agent.cli_options import (
    GpusOption,
    JsonOption,
    ReviewOption,
    RunArgument,
    RunsOption,
    TimeoutOption,
    WaitOption,
    attend,
    attended,
    open_run,
)
from agent.cli_papers import papers_app
from agent.cli_review import review_app
from agent.cli_serve import SERVE_SETTINGS, ServeOption, choice_served
from agent.cli_serve import serve as serve_command
from agent.cli_tasks import task_app
from agent.cli_tools import tools_app
from agent.cli_work import STOPPED, work_on, write_report_of
from agent.config import Feedback, ModelChoice, SandboxName
from agent.debugging.failure import Ablation
from agent.doctor import examine
from agent.errors import EcholocateError, ModelUnavailable, UserMustAct
from agent.literature.ranking import BANK, INSPIRING
from agent.literature.retrieval import Mode
from agent.models.choose import RULE_BASED
from agent.review.settings import ReviewSettings
from agent.run import Run, run_folders
from agent.session import new_run, replaying
from agent.show import describe, run_rows
from sandboxes.errors import JobRejected, SandboxUnavailable
from tools.errors import ToolError
from workspaces.errors import TaskInvalid

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A closed-loop research agent: papers, ideas, code, sandboxed experiments, honest measurement, next ideas.",
)
app.add_typer(task_app, name="task")
app.add_typer(tools_app, name="tools")
app.add_typer(papers_app, name="papers")
app.add_typer(review_app, name="review")
app.add_typer(images_app, name="images")
app.command()(discover)
app.command()(export)
app.command("serve", context_settings=SERVE_SETTINGS)(serve_command)

_out = Console()
_DISCOVERIES = "Of a discovery: its table, its objectives, and the hypotheses that were accepted."


@app.command()
def run(
    task: Annotated[str, typer.Argument(help="Name of a built-in task, or a task's folder.")] = "",
    model: Annotated[
        str | None, typer.Option(help=f"A model's name at the endpoint OPENAI_BASE_URL; {RULE_BASED} when left out.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(envvar="OPENAI_BASE_URL", help="An OpenAI-compatible endpoint.")
    ] = None,
    sandbox: Annotated[SandboxName, typer.Option(help="Where code runs.")] = "auto",
    gpus: GpusOption = "none",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of ideas.")] = 2,
    ideas: Annotated[int, typer.Option(min=1, help="Ideas a round.")] = 4,
    repairs: Annotated[int, typer.Option(min=0, help="Repairs an idea, at most.")] = 5,
    minutes: Annotated[float | None, typer.Option(help="Minutes of work, at most.")] = None,
    calls: Annotated[int | None, typer.Option(min=1, help="Calls of models, at most.")] = None,
    tokens: Annotated[int | None, typer.Option(min=1, help="Tokens of models, at most.")] = None,
    dollars: Annotated[float | None, typer.Option(help="Dollars for models, at most.")] = None,
    experiments: Annotated[int, typer.Option(min=1, help="Experiments at the same time.")] = 2,
    seeds: Annotated[str | None, typer.Option(help="Seeds, such as 0,1,2; the task's own when left out.")] = None,
    error_rate: Annotated[float, typer.Option(help="Chance that the run calls any idea improved that is not.")] = 0.05,
    sources: Annotated[str, typer.Option(help="Online sources of papers, such as openalex,arxiv.")] = "",
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask no source; use what was kept of its answers.")
    ] = False,
    papers: Annotated[
        list[Path] | None, typer.Option(help="Your papers: .bib, .jsonl or .csv; may be repeated.")
    ] = None,
    retrieval: Annotated[Mode, typer.Option(help="Ablation: no papers, by topic, by topic and attributes.")] = "ranked",
    bank: Annotated[int, typer.Option(min=1, help="Papers that are kept for a round.")] = BANK,
    inspiring: Annotated[float, typer.Option(help="Papers must score above this of 10 to inspire.")] = INSPIRING,
    debug_context: Annotated[Ablation, typer.Option(help="Ablation: what a repair is told.")] = "full",
    feedback: Annotated[Feedback, typer.Option(help="Ablation: what a round is told of earlier ideas.")] = "reasons",
    serve: ServeOption = None,
    config: Annotated[Path | None, typer.Option(help="TOML file: models, prices, an idea's limits.")] = None,
    replay: Annotated[
        str | None, typer.Option(help="Repeat this run, or exported recording, from its answers; no task then.")
    ] = None,
    review: ReviewOption = None,
    review_timeout: TimeoutOption = None,
    wait: WaitOption = False,
    name: Annotated[str | None, typer.Option(help="The run's name.")] = None,
    runs: RunsOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Research a task: papers, ideas, code, experiments, verdicts, a report."""
    if bool(task) == (replay is not None):
        raise UserMustAct("run: name a task, such as digits, or a run to repeat with --replay, and not both")
    if replay is not None:
        work_on(replaying(runs, name, find_recording(replay, runs)), as_json=as_json)
        return
    own = own_settings(config)
    default, others = chosen(own, model, base_url)
    if serve is not None:
        default = choice_served(serve)
    money_is_limited = dollars is not None or own.idea.dollars is not None
    made = new_run(
        runs,
        name=name,
        task=task,
        model=default,
        models=others,
        prices=ask_prices([default, *others.values()], own.prices, needed=money_is_limited),
        sandbox=sandbox,
        gpus=gpus,
        budget={
            "rounds": rounds,
            "ideas": ideas,
            "max_repairs": repairs,
            "wall_minutes": minutes,
            "model": {"calls": calls, "tokens": tokens, "dollars": dollars},
            "idea": own.idea,
        },
        experiments=experiments,
        seeds=seeds,
        error_rate=error_rate,
        sources=sources,
        offline=offline,
        papers=papers or [],
        retrieval=retrieval,
        bank=bank,
        inspiring=inspiring,
        debug_context=debug_context,
        feedback=feedback,
        review=attended(review, review_timeout, ReviewSettings()),
    )
    work_on(made, as_json=as_json, patient=wait)


@app.command()
def resume(
    run_: RunArgument = "",
    gpus: GpusOption = "",
    review: ReviewOption = None,
    review_timeout: TimeoutOption = None,
    wait: WaitOption = False,
    runs: RunsOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Go on with a run that was stopped or killed, or waits for people: nothing that was finished is done again."""
    opened = open_run(run_, runs)
    with opened.locked():
        attend(opened, review, review_timeout)
    work_on(opened, as_json=as_json, patient=wait, gpus=gpus)


@app.command()
def status(run_: RunArgument = "", runs: RunsOption = Path("runs")) -> None:
    """Say where a run stands."""
    with open_run(run_, runs) as opened:
        _out.print(describe(opened, ""))


@app.command()
def stop(run_: RunArgument = "", runs: RunsOption = Path("runs")) -> None:
    """Ask the process that works on a run to stop in order."""
    with open_run(run_, runs) as opened:
        holder = opened.holder()
        if holder is None:
            _out.print(f"{opened.config.id}: no process works on it")
            return
        os.kill(holder, signal.SIGINT)
        _out.print(f"{opened.config.id}: process {holder} stops when what is running has ended")


@app.command("list")
def list_runs(runs: RunsOption = Path("runs")) -> None:
    """List the runs, newest first."""
    table = Table("run", "task", "model", "state", "ideas", "improved", caption=_DISCOVERIES)
    for folder in run_folders(runs):
        with Run.open(folder) as opened:
            table.add_row(*run_rows(opened))
    _out.print(table)


@app.command()
def show(
    what: Annotated[
        str, typer.Argument(help="An idea (r1-2) or an attempt (r1-2-a1); the whole run when left out.")
    ] = "",
    run_: Annotated[str, typer.Option("--run", help="A run's name, or its folder; the newest when left out.")] = "",
    runs: RunsOption = Path("runs"),
) -> None:
    """Show a run, an idea or an attempt: diff, traceback, log."""
    with open_run(run_, runs) as opened:
        _out.print(describe(opened, what))


@app.command()
def report(run_: RunArgument = "", runs: RunsOption = Path("runs")) -> None:
    """Write a run's report anew, finished or not, and say where it is."""
    with open_run(run_, runs) as opened:
        _out.print(str(write_report_of(opened)), soft_wrap=True)


@app.command()
def doctor(
    model: Annotated[str, typer.Option(help="A model of the endpoint, to see what it can do.")] = RULE_BASED,
    base_url: Annotated[
        str | None, typer.Option(envvar="OPENAI_BASE_URL", help="An OpenAI-compatible endpoint.")
    ] = None,
    runs: RunsOption = Path("runs"),
) -> None:
    """Say what works on this machine, what does not, and what to do."""
    for finding in examine(ModelChoice(name=model, base_url=base_url), runs):
        mark = "[green]works[/]" if finding.works else "[yellow]no[/]   "
        _out.print(f"{mark}  {finding.what:<20}", end=" ")
        _out.print(finding.detail, markup=False, soft_wrap=True)


def main() -> None:
    """Run the command; errors that a person can act on are one line each, on standard error."""
    try:
        app()
    except (UserMustAct, TaskInvalid, JobRejected, ToolError) as error:
        _complain(error, 2)
    except (SandboxUnavailable, ModelUnavailable) as error:
        _complain(error, 3)
    except KeyboardInterrupt:
        sys.exit(STOPPED)


def _complain(error: EcholocateError | TaskInvalid | JobRejected | ToolError | SandboxUnavailable, code: int) -> None:
    for line in str(error).splitlines():
        sys.stderr.write(f"echolocate: {line}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
