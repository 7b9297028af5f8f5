"""How a candidate's predictions become a number: the scorer's job, laid out here and read back here.

The program of the job is `score.py` beside this file. Its answer comes out of a sandbox and is read as text from
outside: by size, by shape, number by number.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr, ValidationError, model_validator

from workspaces.errors import ScoreUnreadable
from workspaces.files import write_folder

if TYPE_CHECKING:
    from workspaces.task import Task

SCORE_FILE: Final = "score.json"
"""What the job leaves in `out/`."""
_PROGRAM: Final = Path(__file__).parent / "score.py"
_SEED: Final = 20240501
_MAX_BYTES: Final = 8 * 1024 * 1024


class Score(BaseModel):
    """What the scorer found."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    status: Literal["ok", "invalid"]
    reason: StrictStr = Field(max_length=2000)
    """Why predictions are invalid, in one line. May quote them: untrusted text."""
    metric: StrictFloat | None
    """The task's metric over all rows, in its unit; None when the predictions are invalid."""
    rows: StrictInt = Field(ge=1)
    """Number of labels."""
    replicates: tuple[StrictFloat | None, ...]
    """The metric on resamples of the rows: replicate i of two scores with equal `rows` is a pair. None where the metric
    is not defined."""

    @model_validator(mode="after")
    def _metric_when_ok(self) -> Self:
        if (self.status == "ok") != (self.metric is not None):
            raise ValueError("a metric is there exactly when the status is ok")
        return self


def scorer_code(task: Task, target: Path) -> str:
    """Lay out the scorer's `code/` folder: score.py and the task's evaluate.py. Returns its content hash."""
    programs = {"score.py": _PROGRAM, "evaluate.py": task.folder / "evaluate.py"}
    return write_folder({name: file.read_text(encoding="utf-8") for name, file in programs.items()}, target)


def scorer_command(replicates: int = 2000) -> tuple[str, ...]:
    """The job's command; it expects `in/labels.npz` and `in/predictions.csv` and writes `out/score.json`."""
    files = ("--labels", "in/labels.npz", "--predictions", "in/predictions.csv", "--out", f"out/{SCORE_FILE}")
    return ("python", "code/score.py", *files, "--replicates", str(replicates), "--seed", str(_SEED))


def read_score(file: Path) -> Score:
    """What the scorer's job left.

    Raises:
        ScoreUnreadable: the file is not what the scorer writes.
    """
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise ScoreUnreadable(f"{SCORE_FILE} is larger than {_MAX_BYTES // 2**20} MiB")
        content = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_without_duplicates)
        return Score.model_validate(content)
    except (OSError, ValueError, RecursionError) as error:
        what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise ScoreUnreadable(f"{SCORE_FILE} is not what the scorer writes: {what}") from error


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found
