"""The commands `echolocate run` and `echolocate resume`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli_models import ask_prices, chosen, find_recording, own_settings
from agent.cli_options import (
    BaseUrlOption,
    CallsOption,
    ConfigOption,
    DollarsOption,
    GpusOption,
    JsonOption,
    MinutesOption,
    ModelOption,
    NameOption,
    OfflineOption,
    PapersOption,
    ReviewOption,
    RunArgument,
    RunsOption,
    SandboxOption,
    SourcesOption,
    TimeoutOption,
    TokensOption,
    WaitOption,
    attend,
    attended,
    open_run,
)
from agent.cli_serve import ServeOption, choice_served
from agent.cli_work import work_on
from agent.config import Feedback
from agent.debugging.failure import Ablation
from agent.errors import UserMustAct
from agent.literature.ranking import BANK, INSPIRING
from agent.literature.retrieval import Mode
from agent.review.settings import ReviewSettings
from agent.session import new_run, replaying


def run(
    task: Annotated[str, typer.Argument(help="Name of a built-in task, or a task's folder.")] = "",
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    sandbox: SandboxOption = "auto",
    gpus: GpusOption = "none",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of ideas.")] = 2,
    ideas: Annotated[int, typer.Option(min=1, help="Ideas a round.")] = 4,
    repairs: Annotated[int, typer.Option(min=0, help="Repairs an idea, at most.")] = 5,
    minutes: MinutesOption = None,
    calls: CallsOption = None,
    tokens: TokensOption = None,
    dollars: DollarsOption = None,
    experiments: Annotated[int, typer.Option(min=1, help="Experiments at the same time.")] = 2,
    seeds: Annotated[str | None, typer.Option(help="Seeds, such as 0,1,2; the task's own when left out.")] = None,
    error_rate: Annotated[float, typer.Option(help="Chance that the run calls any idea improved that is not.")] = 0.05,
    sources: SourcesOption = "",
    offline: OfflineOption = False,
    papers: PapersOption = None,
    retrieval: Annotated[Mode, typer.Option(help="Ablation: no papers, by topic, by topic and attributes.")] = "ranked",
    bank: Annotated[int, typer.Option(min=1, help="Papers that are kept for a round.")] = BANK,
    inspiring: Annotated[float, typer.Option(help="Papers must score above this of 10 to inspire.")] = INSPIRING,
    debug_context: Annotated[Ablation, typer.Option(help="Ablation: what a repair is told.")] = "full",
    feedback: Annotated[Feedback, typer.Option(help="Ablation: what a round is told of earlier ideas.")] = "reasons",
    serve: ServeOption = None,
    config: ConfigOption = None,
    replay: Annotated[
        str | None, typer.Option(help="Repeat this run, or exported recording, from its answers; no task then.")
    ] = None,
    review: ReviewOption = None,
    review_timeout: TimeoutOption = None,
    wait: WaitOption = False,
    name: NameOption = None,
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
        default = choice_served(serve, own)
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
