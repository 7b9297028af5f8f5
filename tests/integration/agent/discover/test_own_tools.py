"""Tools of a user's own in whole discoveries: each way to plug one in, and each way in which one can break its word."""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path

import mcp_stations
import pytest
from example_tools import MISBEHAVING

from agent.config import ModelChoice
from agent.discover import steps
from agent.discover.records import StepRecord
from agent.discover.starting import new_discovery
from agent.discover.subject import subject_of
from agent.discover.work import DISCOVER, open_discovery
from agent.loop import work
from agent.models.discover_answers import ObjectiveDraft, Objectives, StepDraft, WorkflowPlan
from agent.records import EventRecord
from agent.run import Run
from agent.testing import ScriptedModel
from sandboxes.process import ProcessSandbox
from tools.scaffold import new_tool
from tools.servers import McpServer
from tools.validation import run_tests

pytest.importorskip("anndata")

from tools.proteomics.generate import SpikeIn, write_spike_in

pytestmark = pytest.mark.slow
DOCUMENTED = re.findall(
    r"```python\n(.*?)```", (Path(__file__).parents[4] / "docs" / "tools.md").read_text(encoding="utf-8"), re.DOTALL
)
"""The tool and the test that docs/tools.md goes through."""
OBJECTIVE = ObjectiveDraft(title="Groups", question="What differs?", aim="several_groups", column="group")
TASK = """
name = "mine"
question = "Are there samples that were swapped?"
[discover]
table = "proteins.tsv"
samples = "samples.csv"
"""


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """A task's folder with small generated data."""
    home = tmp_path / "mine"
    write_spike_in(home, SpikeIn(features=60, samples_per_group=3, levels=(1.0, 4.0)))
    (home / "task.toml").write_text(TASK)
    (home / "README.md").write_text("Generated.")
    return home


def discover(task: Path, *planned: StepDraft, tools: tuple[Path, ...] = (), servers: tuple[McpServer, ...] = ()) -> Run:
    """A discovery to its end, with this plan for its one objective."""
    subject = subject_of(str(task), task)
    new_discovery(
        task.parent / "runs",
        name="run",
        files=subject.files,
        hints=subject.hints,
        tools=(*subject.tools, *tools),
        servers=servers,
        refine=(),
        model=ModelChoice(),
        sandbox="process",
        budget={"rounds": 1, "ideas": 1},
        experiments=2,
        sources="",
        offline=True,
        papers=(),
    ).close()
    run = Run.open(task.parent / "runs" / "run")
    model = ScriptedModel(
        {
            "propose_objectives": lambda _: Objectives(objectives=(OBJECTIVE,)),
            "plan_workflow": lambda _: WorkflowPlan(steps=planned),
        }
    )
    with run.locked(), open_discovery(run, model, ProcessSandbox()) as context:
        assert asyncio.run(work(context, DISCOVER)) == "finished"
    return run


def planned_steps(run: Run) -> list[StepRecord]:
    return list(run.all(StepRecord, StepRecord.number, workflow_id="o1-1-w1", variant=""))


def test_tools_of_every_kind_are_steps_of_a_workflow(task, tmp_path, monkeypatch):
    """By the documentation in a folder, in the task's own folder, in a package, and on an MCP server."""
    for written, text in zip(new_tool("rank_by_similarity", tmp_path / "own"), DOCUMENTED, strict=True):
        written.write_text(text)
    assert run_tests(tmp_path / "own")[0]
    new_tool("beside_the_task", task / "tools")
    _install(tmp_path / "site", "packaged", (task / "tools" / "beside_the_task.py").read_text())
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.chdir(Path(mcp_stations.__file__).parent)
    server = McpServer.parse(f"lab={sys.executable} mcp_stations.py")
    monkeypatch.chdir(tmp_path)
    with discover(
        task,
        StepDraft.of("log_transform"),
        StepDraft.of("rank_by_similarity", group="group"),
        StepDraft.of("beside_the_task", least=1),
        StepDraft.of("packaged", least=1),
        StepDraft.of("lab_count_measured", least=1),
        tools=(tmp_path / "own",),
        servers=(server,),
    ) as run:
        rows = planned_steps(run)
        assert [(row.tool, row.status, row.reason) for row in rows] == [
            (name, "ok", "")
            for name in ("log_transform", "rank_by_similarity", "beside_the_task", "packaged", "lab_count_measured")
        ]
        assert [sorted(row.tables) for row in rows] == [[], ["similarity"], ["samples"], ["samples"], ["rows"]]
        assert [row.origin for row in rows[1:]] == [
            str(tmp_path / "own" / "rank_by_similarity.py"),
            str(task / "tools" / "beside_the_task.py"),
            "packaged 1.2",
            "MCP server lab",
        ]
        assert "is the least like its group" in (run.folder / "report.md").read_text(encoding="utf-8")


def _install(site: Path, name: str, text: str) -> None:
    """A package with one tool, as an installer leaves it."""
    (site / name).mkdir(parents=True)
    (site / name / "__init__.py").write_text('"""A package of tools."""\n')
    (site / name / "samples.py").write_text(text.replace("beside_the_task", name))
    metadata = site / f"{name}-1.2.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
    (metadata / "entry_points.txt").write_text(f"[echolocate.tools]\n{name} = {name}.samples\n")


def test_a_tool_that_breaks_its_word_costs_its_step_only(task, monkeypatch):
    """It crashes, hangs, returns garbage, or not what it declared; and the same of a server's tools."""
    # Of no other tool here: a busy machine makes reading a table take longer than anybody wants to wait for this one.
    monkeypatch.setitem(steps._WALL_S, "minutes", 4.0)
    folder = task / "tools"
    folder.mkdir()
    (folder / "misbehaving.py").write_text(
        MISBEHAVING.replace("@tool(tables=SCORES)\ndef hang", '@tool(tables=SCORES, cost="minutes")\ndef hang')
    )
    (folder / "broken.py").write_text("import nothing_of_this_name")
    server = McpServer(name="lab", command=(sys.executable, str(mcp_stations.__file__)))
    names = ("crash", "hang", "garbage", "lie", "lab_die", "no_such_tool", "log_transform")
    with discover(task, *map(StepDraft.of, names), servers=(server,)) as run:
        rows = planned_steps(run)
        assert [(row.tool, row.status) for row in rows] == [
            *((name, "failed") for name in names[:5]),
            ("no_such_tool", "not applicable"),
            ("log_transform", "ok"),
        ]
        told = [row.reason for row in rows]
        assert "ZeroDivisionError" in told[0]
        assert "timeout" in told[1]
        assert "returned str, not a Result" in told[2]
        assert "lacks the columns ['p']" in told[3]
        assert "MCP server `lab`" in told[4]
        assert "broken.py: ModuleNotFoundError" in run.all(EventRecord, kind="tools left out")[0].text
        assert (run.folder / "report.html").is_file()
