"""Running a notebook that a run left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def run_notebook(path: Path) -> subprocess.CompletedProcess[str]:
    """Run its cells one after the other, as a kernel does, without a screen."""
    cells = json.loads(path.read_text())["cells"]
    program = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
    environment = {**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(
        [sys.executable, "-c", program], cwd=path.parent, env=environment, capture_output=True, text=True, check=False
    )
