"""What a person's command becomes: a new run's configuration, and the model and sandbox that work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NotRequired, TypedDict, Unpack

from pydantic import ValidationError

from agent.answers import calls_of, keep_call
from agent.config import RULE_BASED, Budget, Feedback, ModelChoice, RunConfig, SandboxName, versions_here
from agent.debugging.failure import Ablation
from agent.errors import BadConfiguration
from agent.literature.embedding import find_embedder
from agent.literature.files import read_papers
from agent.literature.retrieval import Mode
from agent.literature.sources.choose import answer_cache, choose_sources, names_of
from agent.literature.sources.local import papers_source
from agent.models.budget import BudgetedModel, Spending
from agent.models.choose import FALLBACK, Hooks, choose_model
from agent.models.keys import find_key
from agent.models.model import Model
from agent.models.prices import Price, known_prices, require_prices
from agent.models.probing import Prober
from agent.models.replay import ReplayModel
from agent.models.usage import CallRecord
from agent.recordings import Recording, read_recording, write_recording
from agent.review.inbox import post
from agent.review.settings import ReviewSettings
from agent.run import Run
from sandboxes.choose import choose
from sandboxes.errors import SandboxUnavailable
from sandboxes.gpu_inventory import nvidia_smi, select
from sandboxes.sandbox import Sandbox
from workspaces import task as tasks

_NAMES = "should be letters from a to z, digits, dots, hyphens and underscores, a letter or digit first, at most 81"


class Wishes(TypedDict):
    """What was asked for."""

    name: str | None
    task: str
    model: ModelChoice
    models: NotRequired[Mapping[str, ModelChoice]]
    prices: NotRequired[Mapping[str, Price]]
    review: NotRequired[ReviewSettings]
    sandbox: SandboxName
    gpus: NotRequired[str]
    budget: Mapping[str, object]
    experiments: int
    seeds: str | None
    error_rate: float
    sources: str
    offline: bool
    papers: list[Path]
    retrieval: Mode
    debug_context: Ablation
    bank: NotRequired[int]
    inspiring: NotRequired[float]
    feedback: NotRequired[Feedback]


def new_run(runs: Path, **wishes: Unpack[Wishes]) -> Run:
    """Make a run, after everything that can be checked beforehand was checked; on an error nothing is written.

    Raises:
        BadConfiguration: a value or file that cannot be right, or a run of this name exists.
        ModelUnavailable: nobody listens at the address of a model, and there is none to fall back on.
        JobRejected: a GPU that this machine does not have.
        TaskInvalid: no such task, or the folder is not one.
    """
    task = tasks.find(wishes["task"])
    _check_gpus(task, wishes.get("gpus", "none"))
    built_in = task.folder.parent == tasks.BUILT_IN
    fields = {
        **wishes,
        "name": wishes["name"] or f"{task.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}",
        "task": task.name if built_in else str(task.folder),
        "task_hash": tasks.fingerprint(task),
        "seeds": _seeds(wishes["seeds"]),
        "sources": parse_sources(wishes["sources"]),
        "papers": [str(path.resolve()) for path in wishes["papers"]],
    }
    return make_run(runs, fields)


def make_run(runs: Path, fields: Mapping[str, object]) -> Run:
    """Make a run of the fields of its configuration; `name` is its id.

    Raises:
        BadConfiguration: a value that cannot be right, or a run of this name exists.
        ModelUnavailable: nobody listens at the address of a model, and there is none to fall back on.
    """
    known = {key: value for key, value in fields.items() if key != "name"}
    known |= {"id": fields["name"], "created": datetime.now(UTC), "versions": versions_here()}
    try:
        config = RunConfig.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"] == ("id",):
            raise BadConfiguration(f"--name {fields['name']}: {_NAMES}") from None
        option = str(first["loc"][-1]).removeprefix("wall_").replace("_", "-")
        raise BadConfiguration(f"--{option}: {first['msg']}") from None
    choose_model(config, Hooks())
    priced = _with_prices(config)
    _require_endpoints(config)
    return _create(runs, priced)


def replaying(runs: Path, name: str | None, recording: Recording) -> Run:
    """Make a run that repeats a recorded one from its answers: with its settings, and asking nobody anything.

    Raises:
        BadConfiguration: a run of this name exists, or files of the recorded run are gone.
        TaskInvalid: its task is gone.
    """
    recorded, created = recording.config, datetime.now(UTC)
    fresh = {
        "id": name or f"{recorded.id}-replay-{created:%H%M%S}",
        "created": created,
        "offline": True,
        "replays": recorded.id,
        "versions": versions_here(),
    }
    run = _create(runs, RunConfig.model_validate(recorded.model_dump() | fresh))
    write_recording(recording, run.recording)
    post(run, recording.reviews)
    return run


def _create(runs: Path, config: RunConfig) -> Run:
    read = [read_papers(Path(path)) for path in config.papers]
    run = Run.create(runs, config)
    if read:
        # Kept with the run, so that it does not change when the files do.
        papers = [paper for one in read for paper in one.papers]
        papers_source("your papers", papers, run.own_papers, find_embedder())
    for problem in (problem for one in read for problem in one.problems):
        run.tell("paper left out", "", problem)
    return run


def _require_endpoints(config: RunConfig) -> None:
    """A server that was not started is found out now, not when the first question comes, minutes into the run."""
    if FALLBACK in config.models:
        return
    asked = [one for one in config.all_models if one.name != RULE_BASED and one.serve is None]
    for base_url, key in dict.fromkeys((one.base_url, one.key) for one in asked if one.base_url):
        Prober(base_url, find_key(key)).require_listener()


def _with_prices(config: RunConfig) -> RunConfig:
    """The configuration with every price that is known; all must be where money is limited."""
    models = billed(config.all_models)
    prices = known_prices(models, config.prices)
    if limits_money(config.budget):
        require_prices(models, prices)
    return config.model_copy(update={"prices": prices})


def billed(choices: Iterable[ModelChoice]) -> list[str]:
    """Names of the models whose tokens may cost something."""
    return list(dict.fromkeys(choice.name for choice in choices if choice.name != RULE_BASED))


def limits_money(budget: Budget) -> bool:
    """Whether the run, or an idea of it, has a limit of dollars."""
    return budget.model.dollars is not None or budget.idea.dollars is not None


def parse_sources(text: str) -> tuple[str, ...]:
    """The value of `--sources`: names of online sources, with commas between.

    Raises:
        BadConfiguration: a name that no source has.
    """
    names = names_of(text)
    choose_sources(names, offline=True, cache=answer_cache())
    return names


def _seeds(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        seeds = tuple(int(part) for part in text.split(","))
    except ValueError:
        seeds = ()
    if len(seeds) < 2 or len(set(seeds)) < len(seeds) or min(seeds) < 0:
        raise BadConfiguration(f"--seeds {text}: should be at least two different whole numbers, such as 0,1,2")
    return seeds


def _check_gpus(task: tasks.Task, selection: str) -> None:
    devices = select(selection, nvidia_smi)
    if task.run.gpus > len(devices):
        raise BadConfiguration(
            f"--gpus {selection}: the task {task.name} needs {task.run.gpus} GPU(s) for one run, and this is "
            f"{len(devices)}; give all, or UUIDs as `nvidia-smi -L` lists them"
        )


def choose_sandbox(config: RunConfig, gpus: str = "", tell: Callable[[str], None] = lambda _: None) -> Sandbox:
    """The sandbox that a run's code runs in.

    Only the rule-based model's code, which is this project's own, may run as a plain process without being asked for.

    Args:
        config: of the run.
        gpus: devices that its experiments may have now; the configuration's when empty.
        tell: is told in a line when a weaker sandbox has to be taken than the strongest, and why.

    Raises:
        SandboxUnavailable: with what is missing and what to do.
    """
    image = tasks.find(config.task).run.image if config.discover is None else "base"
    try:
        return choose(config.sandbox, image=image, gpus=gpus or config.gpus, spares=config.experiments, tell=tell)
    except SandboxUnavailable:
        if config.sandbox != "auto" or config.model.name != RULE_BASED:
            raise
        return choose("process")


def session_model(run: Run) -> tuple[Model, Spending]:
    """The run's model, and what it has cost so far. Each call is kept with the run.

    Raises:
        BadConfiguration: an endpoint needs a key and there is none.
    """
    budget = run.config.budget
    spending = Spending(
        budget.model,
        run.config.prices,
        idea_limits=budget.idea,
        earlier=calls_of(run),
        notice=lambda text: run.tell("budget", "", text),
    )

    def on_call(call: CallRecord) -> None:
        keep_call(run, call)
        spending.charge(call)

    return BudgetedModel(_model(run, Hooks(on_call, spending.check, _teller(run))), spending), spending


def _model(run: Run, hooks: Hooks) -> Model:
    if not run.config.replays:
        return choose_model(run.config, hooks)
    recording = read_recording(run.recording)
    return ReplayModel(recording.answers, recording.calls, on_call=hooks.on_call, before_call=hooks.before_call)


def _teller(run: Run) -> Callable[[str], None]:
    return lambda text: run.tell("model", "", text)
