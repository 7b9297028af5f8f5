"""What is kept of a run's files can be what a later job reads."""

from __future__ import annotations

import os

from agent.artefacts import Artefacts
from sandboxes.bwrap import check_readable
from sandboxes.sandbox import Job


def test_an_artefact_is_readable_by_whoever_a_job_runs_as(tmp_path):
    before = os.umask(0o022)
    try:
        artefacts = Artefacts(tmp_path / "artefacts")
        table = artefacts.path(artefacts.keep(b"x,y\n"))
        (tmp_path / "code").mkdir()
        check_readable(Job(id="next", command=("true",), code=tmp_path / "code", inputs={"table.csv": table}))
    finally:
        os.umask(before)
