"""What only bubblewrap can get wrong: it binds this machine's own interpreter into the job."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def test_an_interpreter_below_tmp_is_not_hidden_by_the_jobs_own_tmp(usable, tmp_path: Path) -> None:
    """As in a clone below /tmp: the job's scratch folder lies there too."""
    usable("bubblewrap")
    if not tmp_path.is_relative_to("/tmp"):
        pytest.skip("temporary folders lie elsewhere here")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    program = "from sandboxes.bubblewrap import BubblewrapSandbox; BubblewrapSandbox().check()"
    places = [str(Path(__file__).parents[3]), *(path for path in sys.path if "site-packages" in path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
    command = [tmp_path / "venv/bin/python", "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
