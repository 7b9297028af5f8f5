"""The frozen configuration of a run: everything that decides what it does, in `run.toml`."""

from __future__ import annotations

import json
import platform
import tomllib
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal, TypeVar

import tomli_w
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.debugging.failure import Ablation
from agent.discover.settings import DiscoverSettings
from agent.errors import BadConfiguration
from agent.literature.ranking import BANK, INSPIRING
from agent.literature.retrieval import Mode
from agent.models.limits import IdeaLimits, ModelLimits
from agent.models.prices import Price
from agent.review.settings import ReviewSettings

Feedback = Literal["none", "verdicts", "reasons"]
"""What a new round is told of earlier ideas: nothing, how they ended (Dolphin, arXiv 2501.03916), or also why."""
SandboxName = Literal["auto", "docker", "bubblewrap", "process"]
RULE_BASED = "rule-based"
"""Name of the built-in model, which asks no network. It stands here so that naming it imports no model."""

_VERSIONS = ("echolocate", "langgraph", "numpy", "openai", "pydantic", "scikit-learn", "scipy", "sqlalchemy")


class Settings(BaseModel):
    """Of `run.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


S = TypeVar("S", bound=Settings)


class Budget(Settings):
    """What may be spent. A run that reaches a limit ends in order, with a report."""

    rounds: int = Field(default=2, ge=1)
    ideas: int = Field(default=4, ge=1)
    """Ideas a round."""
    max_repairs: int = Field(default=5, ge=0)
    """Repairs an idea (Dolphin, arXiv 2501.03916: 5)."""
    wall_minutes: float | None = Field(default=None, gt=0)
    """Minutes of work, over all sessions of the run."""
    model: ModelLimits = ModelLimits()
    """What may be spent on the model: calls, tokens, dollars."""
    idea: IdeaLimits = IdeaLimits()
    """What one idea may take of it."""


class ModelChoice(Settings):
    """Who answers questions. The key is never kept, only the name under which it is found."""

    name: str = Field(default=RULE_BASED, min_length=1)
    base_url: str | None = None
    """An OpenAI-compatible endpoint; None is OpenAI itself."""
    key: str = Field(default="OPENAI_API_KEY", pattern=r"^[A-Z][A-Z0-9_]*$")
    """Name of the environment variable, or of the keyring's entry, that holds the key."""
    temperature: float | None = Field(default=None, ge=0)
    """None leaves it to the endpoint."""
    seed: int | None = None
    max_tokens: int = Field(default=4096, ge=1)
    """Longest answer, so that a model that repeats itself without end comes to one."""
    samples: int = Field(default=1, ge=1)
    """Answers to each question, of which the likeliest usable one is taken."""
    serve: tuple[str, ...] | None = None
    """What `vllm serve` is given, for a model that the run serves itself; its address is found when it is."""
    timeout_s: float = Field(default=600.0, gt=0)
    """Seconds for one call."""


class RunConfig(Settings):
    """What a run was started with. Written once; `resume` reads it and takes no other."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$")
    created: datetime
    task: str
    """Name of a built-in task, or the absolute path of a task folder; of a discovery, the name of its task or table."""
    task_hash: str = ""
    """Content of the task's files when the run began (`workspaces.task.fingerprint`)."""
    model: ModelChoice = ModelChoice()
    models: dict[str, ModelChoice] = Field(default_factory=dict)
    """Other models by kind of question; `fallback` answers once another one is gone."""
    prices: dict[str, Price] = Field(default_factory=dict)
    """Of the models whose price is known, by name: what the run reckons with, whatever changes later."""
    sandbox: SandboxName = "auto"
    gpus: str = "none"
    """Devices that experiments may have: `none`, `all`, or UUIDs with commas between."""
    budget: Budget = Budget()
    experiments: int = Field(default=1, ge=1)
    """Experiments that run at the same time."""
    seeds: tuple[int, ...] | None = None
    """None: the task's own."""
    error_rate: float = Field(default=0.05, gt=0, lt=0.5)
    """Largest chance that the run calls any idea improved that is not."""
    replicates: int = Field(default=2000, ge=200)
    """Bootstrap replicates a score."""
    debug_context: Ablation = "full"
    retrieval: Mode = "ranked"
    bank: int = Field(default=BANK, ge=1)
    """Papers that are kept for a round."""
    inspiring: float = Field(default=INSPIRING, ge=0, lt=10)
    """Papers must score above this of 10 to inspire ideas."""
    feedback: Feedback = "reasons"
    sources: tuple[str, ...] = ()
    """Online sources of papers, asked beside the local library."""
    offline: bool = False
    """Online sources answer from what was kept of earlier answers, and nothing is asked."""
    papers: tuple[str, ...] = ()
    """Files of the user's own papers, beside the starter library."""
    replays: str = ""
    """Id of the run whose recorded answers this one repeats."""
    review: ReviewSettings = ReviewSettings()
    """How the run is attended. The one part that `resume` may change: see `Run.attend`."""
    discover: DiscoverSettings | None = None
    """Of a run that discovers; None for one that improves a method."""
    versions: dict[str, str] = Field(default_factory=dict)

    @property
    def all_models(self) -> tuple[ModelChoice, ...]:
        """Every model that may be asked."""
        return (self.model, *self.models.values())

    def model_for(self, kind: str) -> ModelChoice:
        """The model that is asked a kind of question."""
        return self.models.get(kind, self.model)

    @property
    def sampling(self) -> str:
        """What decides the models' answers beside their names and the questions."""
        decisive = {"temperature", "seed", "max_tokens", "samples"}
        return json.dumps([one.model_dump(include=decisive) for one in self.all_models])

    @property
    def planned_ideas(self) -> int:
        """Ideas that the budget allows: the number of comparisons that the error rate is shared between."""
        return self.budget.rounds * self.budget.ideas


class OwnSettings(Settings):
    """A person's own TOML file (`--config`), for what hardly fits a command line."""

    models: dict[str, ModelChoice] = Field(default_factory=dict)
    """By kind of question; `default` answers all others, `fallback` once another one is gone."""
    prices: dict[str, Price] = Field(default_factory=dict)
    """By model, in dollars for a million tokens."""
    idea: IdeaLimits = IdeaLimits()
    """What one idea may take."""


def versions_here() -> dict[str, str]:
    """Versions of what computes: kept with each run so that it can be repeated."""
    return {"python": platform.python_version(), **{name: version(name) for name in _VERSIONS}}


def write_config(config: RunConfig, path: Path) -> None:
    """Write `run.toml`; it must not exist yet."""
    with path.open("xb") as out:
        tomli_w.dump(config.model_dump(mode="json", exclude_none=True), out)


def read_config(path: Path) -> RunConfig:
    """Read `run.toml`.

    Raises:
        BadConfiguration: the file is missing or not a run's configuration.
    """
    if not path.exists():
        raise BadConfiguration(f"{path}: no such file, so this folder is not a run; `echolocate list` shows runs")
    return read_settings(path, RunConfig)


def read_settings(path: Path, form: type[S]) -> S:
    """Read a TOML file as settings.

    Raises:
        BadConfiguration: it cannot be read, or is not of this form.
    """
    try:
        return form.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadConfiguration(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path}: not a TOML file: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadConfiguration(f"{path}: {where}: {first['msg']}") from None
