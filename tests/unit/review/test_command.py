from __future__ import annotations

import shlex
from datetime import UTC, datetime

from agent.config import Budget, ModelChoice, RunConfig
from agent.models.limits import ModelLimits
from agent.review.report import command
from agent.review.settings import ReviewSettings


def config(**settings: object) -> RunConfig:
    return RunConfig.model_validate({"id": "r", "created": datetime.now(UTC), "task": "digits", **settings})


def test_the_command_says_what_was_not_left_to_defaults() -> None:
    text = command(
        config(
            budget=Budget(
                rounds=3,
                ideas=5,
                max_repairs=1,
                wall_minutes=2.5,
                model=ModelLimits(calls=7, tokens=10_000_000, dollars=0.5),
            ),
            model=ModelChoice(name="qwen"),
            seeds=(4, 5),
            retrieval="plain",
            review=ReviewSettings(gates=("ideas", "results")),
            papers=("/my papers/a.bib",),
        )
    )
    words = shlex.split(text)
    for option, value in {
        "--rounds": "3", "--ideas": "5", "--repairs": "1", "--minutes": "2.5", "--model": "qwen", "--seeds": "4,5",
        "--retrieval": "plain", "--review": "ideas,results", "--papers": "/my papers/a.bib",
        "--calls": "7", "--tokens": "10000000", "--dollars": "0.5",
    }.items():  # fmt: skip
        assert words[words.index(option) + 1] == value


def test_the_command_cannot_be_broken_out_of() -> None:
    assert shlex.split(command(config(task="/a; rm -rf b $(c)")))[2] == "/a; rm -rf b $(c)"


def test_the_command_of_a_replay_replays() -> None:
    assert command(config(replays="one")) == "echolocate run --replay one"
