"""What a normal experiment does is refused nowhere: a box that is too tight is a bug too."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
import pytest

from sandboxes.sandbox import Job, Limits

if TYPE_CHECKING:
    from sandboxes.sandbox import Sandbox

PROGRAMS = Path(__file__).parent / "benign"
NAMES = sorted(path.stem for path in PROGRAMS.glob("*.py"))
_HEADER = re.compile(r"^# ([a-z-]+): (.+)$", re.MULTILINE)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_runs(name: str, sandbox: Sandbox, tmp_path: Path) -> None:
    header = dict(_HEADER.findall((PROGRAMS / f"{name}.py").read_text(encoding="utf-8")))
    code = tmp_path / "code"
    code.mkdir()
    shutil.copy(PROGRAMS / f"{name}.py", code / "main.py")
    np.save(tmp_path / "table.npy", np.ones((8000, 20)))
    job = Job(
        id=f"b{uuid4().hex[:12]}",
        command=("python", "code/main.py"),
        code=code,
        inputs={"table.npy": tmp_path / "table.npy"},
        outputs=tuple(header.get("outputs", "").split()),
        # Much more than needed: with eight programs to a core the pool of scikit-learn took 54 s instead of 8.
        limits=Limits(wall_s=240, cpus=2),
        image="ml",
    )
    outcome = sandbox.run(job, tmp_path / "keep")
    assert (outcome.status, outcome.detail) == ("ok", ""), outcome.log[-3000:]
    assert set(outcome.outputs) == set(job.outputs)
    assert all(path.stat().st_size > 0 for path in outcome.outputs.values())
    assert re.search(header.get("log", ""), outcome.log, re.DOTALL), outcome.log[-3000:]
