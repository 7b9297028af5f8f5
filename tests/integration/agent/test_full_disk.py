"""A run on a disk that fills up: one clear line, nothing finished is lost, and `resume` goes on once there is room."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from quick_runs import QUICK

COMMAND = shlex.join([sys.executable, "-m", "agent.cli"])


@pytest.mark.skipif(shutil.which("unshare") is None, reason="a disk of its own needs unshare (util-linux)")
@pytest.mark.parametrize("kilobytes", [150, 550])
def test_a_run_on_a_full_disk_stops_in_one_line_and_resumes(tmp_path: Path, kilobytes: int) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    run = f"run {shlex.quote(str(QUICK))} --sandbox process --rounds 1 --ideas 1 --retrieval none --name one"
    script = f"""
        mount -t tmpfs -o size={kilobytes}k tmpfs {disk} || exit 99
        {COMMAND} {run} --runs {disk} >{tmp_path}/first.out 2>{tmp_path}/first.err; echo $? >{tmp_path}/first.code
        mount -o remount,size=50m {disk}
        {COMMAND} resume one --runs {disk} && cp -r {disk}/one {tmp_path}/kept
    """
    alone = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script]
    resumed = subprocess.run(alone, capture_output=True, text=True, check=False, timeout=240)
    if resumed.returncode == 99:
        pytest.skip("this machine lets nobody but root mount a disk")
    said = (tmp_path / "first.err").read_text()
    assert (tmp_path / "first.code").read_text().strip() == "3", said
    assert said.count("\n") == 1
    assert "no space is left on the disk" in said
    assert resumed.returncode == 0, resumed.stderr
    assert "verdict" in (tmp_path / "kept" / "report.md").read_text().lower()
