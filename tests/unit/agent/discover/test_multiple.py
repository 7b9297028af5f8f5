"""Every test of a run counts, once."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from agent.config import RunConfig
from agent.discover.evidence import Row
from agent.discover.multiple import RunWideTests, adjusted
from agent.discover.records import StepRecord
from agent.run import Run


def test_adjusting_is_benjamini_and_hochbergs():
    """Worked by hand: each p times the number of tests over its rank, never above what a larger p gets."""
    assert adjusted(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert adjusted(np.array([0.9, 0.2])) == pytest.approx([0.9, 0.4])
    assert adjusted(np.zeros(0)).size == 0


@pytest.fixture
def run(tmp_path):
    with Run.create(tmp_path, RunConfig(id="r", created=datetime.now(UTC), task="table.tsv")) as made:
        yield made


def step(run, id_, job, p, variant=""):
    text = "feature,p,q\n" + "".join(f"g{n},{value},1\n" for n, value in enumerate(p))
    row = StepRecord(id=id_, workflow_id=id_[:7], number=1, variant=variant, tool="test", parameters={}, status="ok")
    row.job, row.tests, row.tables = job, ["t"], {"t": run.artefacts.keep_text(text)}
    run.save(row)


def test_each_further_test_makes_the_correction_harsher(run):
    step(run, "o1-1-w1-s1", "job-a", [0.01])
    at = Row(step="o1-1-w1-s1", table="t", row="g0")
    assert RunWideTests(run).q(at) == pytest.approx(0.01)
    step(run, "o1-2-w1-s1", "job-b", [0.9, "", 0.8])
    tests = RunWideTests(run)
    assert len(tests) == 3
    assert tests.q(at) == pytest.approx(0.03)


def test_a_call_that_two_workflows_share_is_one_test(run):
    step(run, "o1-1-w1-s1", "job-a", [0.01, 0.5])
    step(run, "o1-2-w1-s1", "job-a", [0.01, 0.5])
    tests = RunWideTests(run)
    assert len(tests) == 2
    assert tests.q(Row(step="o1-2-w1-s1", table="t", row="g0")) == pytest.approx(0.02)


def test_controls_are_no_tests(run):
    step(run, "o1-1-w1-s1", "job-a", [0.01])
    step(run, "o1-1-w1-s1@shuffled-1", "job-b", [0.5] * 9, variant="shuffled-1")
    assert len(RunWideTests(run)) == 1


def test_what_is_no_test_has_no_q(run):
    step(run, "o1-1-w1-s1", "job-a", [0.01])
    assert RunWideTests(run).q(Row(step="o1-1-w1-s1", table="t", row="g9")) is None
