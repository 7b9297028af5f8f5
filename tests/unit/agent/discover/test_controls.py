"""Which controls a workflow gets, and where they begin."""

from __future__ import annotations

from types import SimpleNamespace

from agent.discover.controls import Main, _imputed
from agent.discover.records import StepRecord
from agent.discover.steps import PlannedStep, Standing
from agent.models.discover_answers import StepDraft
from tools.data import DataState
from tools.registry import find_tools

GAPS = DataState(samples=12, features=500, scale="log2", missing_share=0.2).model_dump(mode="json")


def ran(*tools: str) -> list[Main]:
    spec = find_tools()
    made = []
    for number, tool in enumerate(tools, start=1):
        label = f"s{number}"
        tests = [table.name for table in spec.get(tool).spec.tables if table.tests]
        row = StepRecord(
            id=f"o1-1-w1-{label}", workflow_id="o1-1-w1", number=number, tool=tool, status="ok", tests=tests, tables={}
        )
        row.state, row.job, row.data = GAPS, f"job-{number}", f"job-{number}"
        made.append(Main(PlannedStep(label=label, draft=StepDraft(tool=tool)), row))
    return made


def test_gaps_are_filled_before_the_first_test_of_values_and_not_before_one_of_presence():
    """Filled gaps leave a test of presence nothing to test, and the test of values was never tried with them."""
    context = SimpleNamespace(toolbox=find_tools())
    workflow = ran("log_transform", "test_presence", "filter_features", "test_differential")
    (variant,) = _imputed(context, workflow, Standing())
    assert variant.first == 4
    assert [step.draft.tool for step in variant.steps] == ["impute", "test_differential"]
    assert _imputed(context, ran("log_transform", "test_presence"), Standing()) == []
