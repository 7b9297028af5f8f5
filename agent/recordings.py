"""What was asked and answered in a run, as one file: to repeat the run without an endpoint, or as a test's fixture."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import ValidationError

from agent.answers import answers_of, calls_of
from agent.config import RunConfig, Settings
from agent.errors import BadConfiguration
from agent.models.keys import find_key
from agent.models.recording import AnswerRecord
from agent.models.usage import CallRecord
from agent.review.inbox import Letter
from agent.review.queue import reviews
from agent.run import Run

_KEY_LIKE = re.compile(r"\b(?:sk|pk|hf|gsk|xai|ghp|gho)[-_][A-Za-z0-9_-]{16,}|\bBearer\s+[A-Za-z0-9._~+/-]{8,}=*")
"""What looks like a key of a well-known service, whoever wrote it."""


class Recording(Settings):
    """A run's configuration, its answers, and what they cost."""

    config: RunConfig
    answers: tuple[AnswerRecord, ...]
    calls: tuple[CallRecord, ...]
    reviews: tuple[Letter, ...] = ()
    """What people said, in the order in which they said it."""


def record_of(run: Run) -> Recording:
    """The recording of a run, ended or not."""
    said = (
        Letter(item=one.item_id, version=one.version, who=one.who, verdict=one.verdict)
        for one in reviews(run)
        if one.counts
    )
    return Recording(config=run.config, answers=answers_of(run), calls=tuple(calls_of(run)), reviews=tuple(said))


def write_recording(recording: Recording, path: Path) -> None:
    """Write a recording as JSON.

    Raises:
        BadConfiguration: the file cannot be written.
    """
    try:
        path.write_text(recording.model_dump_json(indent=1), encoding="utf-8")
    except OSError as error:
        raise BadConfiguration(f"{path}: cannot be written ({error.strerror})") from None


def read_recording(path: Path) -> Recording:
    """Read a recording.

    Raises:
        BadConfiguration: there is none, or the file is not one.
    """
    try:
        return Recording.model_validate_json(path.read_bytes())
    except OSError as error:
        raise BadConfiguration(f"{path}: no run and no recording ({error.strerror})") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise BadConfiguration(f"{path}: not a recording: {where}: {first['msg']}") from None


def scrubbed(recording: Recording) -> Recording:
    """A recording to give away: without keys, in whatever text they stand, and without addresses of endpoints."""
    choices = recording.config.all_models
    secrets = {key: "[key]" for choice in choices if (key := find_key(choice.key).get_secret_value())}
    secrets |= {choice.base_url: "[endpoint]" for choice in choices if choice.base_url}
    clean = {name: one.model_copy(update={"base_url": None}) for name, one in recording.config.models.items()}
    config = recording.config.model_copy(
        update={"models": clean, "model": recording.config.model.model_copy(update={"base_url": None})}
    )
    text = recording.model_copy(update={"config": config}).model_dump_json()
    for secret, name in sorted(secrets.items(), key=lambda item: len(item[0]), reverse=True):
        text = text.replace(secret, name)
    return Recording.model_validate_json(_KEY_LIKE.sub("[key]", text))
