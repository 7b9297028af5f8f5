"""Discovery from a table to a report, in real sandboxed jobs, on generated data whose truth is known."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent.discover.records import HypothesisRecord, ObjectiveRecord, RefinementRecord, StepRecord
from agent.run import Run

pytest.importorskip("anndata")

from tools.proteomics.generate import SpikeIn, write_spike_in

pytestmark = pytest.mark.slow
SMALL = SpikeIn(
    features=240, samples_per_group=4, levels=(1.0, 4.0), spiked_share=0.1, missing_share=0.05, batch_spread=0.1
)
COMMAND = (sys.executable, "-m", "agent.cli")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_spike_in(tmp_path_factory.mktemp("spike"), SMALL)


def discover(files, runs, name, *more, samples=None):
    words = (str(files["table"]), "--samples", str(samples or files["samples"]), "--sandbox", "process", "--offline")
    return (
        *COMMAND,
        "discover",
        *words,
        "--rounds",
        "1",
        "--objectives",
        "1",
        "--runs",
        str(runs),
        "--name",
        name,
        *more,
    )


def run_of(command, expect=0):
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert ended.returncode == expect, ended.stderr[-2000:] + ended.stdout[-2000:]
    return ended


def jobs_of(folder: Path) -> dict[str, int]:
    """Every job that ended, and when."""
    return {path.parent.name: path.stat().st_mtime_ns for path in (folder / "jobs").glob("*/outcome.json")}


def test_a_killed_discovery_goes_on_where_it_was_and_ends_with_what_is_true(files, tmp_path):
    """Killed in the middle, it does nothing twice, and what it then asks to believe is true and can be traced."""
    process = subprocess.Popen(discover(files, tmp_path, "killed"), stdout=subprocess.DEVNULL, start_new_session=True)
    folder = tmp_path / "killed"
    deadline = time.monotonic() + 300
    while len(jobs_of(folder)) < 5:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = jobs_of(folder)
    run_of((*COMMAND, "resume", "killed", "--runs", str(tmp_path)))
    after = jobs_of(folder)
    assert {job: after[job] for job in before} == before
    with Run.open(folder) as run:
        _accepted_are_true(run, files["truth"])
        _each_number_has_its_source(run)
        assert {row.level for row in run.all(RefinementRecord)} == {"steps", "workflows"}
        steps = run.all(StepRecord)
        assert len({row.id for row in steps}) == len(steps)


def _accepted_are_true(run: Run, truth: Path) -> None:
    with truth.open(newline="", encoding="utf-8") as opened:
        change = {
            row["protein"]: float(row["log2_per_level"]) for row in csv.DictReader(opened) if row["changed"] == "True"
        }
    (objective,) = run.all(ObjectiveRecord)
    sign = 1 if objective.draft["numerator"] == "level4" else -1
    accepted = run.all(HypothesisRecord, status="accepted")
    assert accepted
    for row in accepted:
        for claim in row.evidence["claims"]:
            expected = sign * change[claim["at"]["row"]]
            assert claim["direction"] == ("higher" if expected > 0 else "lower")


def _each_number_has_its_source(run: Run) -> None:
    evidence = json.loads((run.folder / "evidence.json").read_text(encoding="utf-8"))
    report = (run.folder / "report.md").read_text(encoding="utf-8")
    assert all(one["source"] in evidence["sources"] for one in evidence["numbers"])
    anchors = set(re.findall(r'<a id="(from-[^"]+)">', report))
    assert set(re.findall(r"\]\(#(from-[^)]+)\)", report)) <= anchors
    statistics = [one for one in evidence["sources"].values() if one["kind"] == "statistic"]
    assert statistics
    for one in statistics:
        step = run.get(StepRecord, one["step"])
        assert step is not None
        assert one["job"] == step.job
    rows = list(csv.DictReader((run.folder / "hypotheses.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["hypothesis"] for row in rows} == {row.id for row in run.all(HypothesisRecord)}


def _sheet(files, target: Path, change) -> Path:
    with files["samples"].open(newline="", encoding="utf-8") as opened:
        rows = list(csv.DictReader(opened))
    for number, row in enumerate(rows):
        change(number, row)
    with target.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return target


def test_a_batch_that_equals_the_groups_stops_the_objective_with_the_reason(files, tmp_path):
    def confound(_, row):
        row["batch"] = f"b-{row['group']}"

    sheet = _sheet(files, tmp_path / "samples.csv", confound)
    run_of(discover(files, tmp_path, "confounded", samples=sheet))
    with Run.open(tmp_path / "confounded") as run:
        (objective,) = run.all(ObjectiveRecord)
        assert objective.status == "stopped"
        assert "batch" in objective.reason
        assert not run.all(HypothesisRecord)
        assert "batch" in (run.folder / "report.md").read_text(encoding="utf-8")


def test_without_a_sample_sheet_it_says_what_is_lacking(files, tmp_path):
    """And all that follows works on the features by the genes that were handed in."""
    ids = [line.partition("\t")[0] for line in files["table"].read_text(encoding="utf-8").splitlines()]
    genes = tmp_path / "symbols.tsv"
    genes.write_text("".join(f"{one}\tGENE{n}\n" for n, one in enumerate(ids)), encoding="utf-8")
    words = (str(files["table"]), "--file", f"genes={genes}", "--sandbox", "process", "--runs", str(tmp_path))
    said = run_of((*COMMAND, "discover", *words, "--name", "named")).stdout
    with Run.open(tmp_path / "named") as run:
        assert run.get(StepRecord, "profile-quality").data == run.get(StepRecord, "profile-named").job
    assert "240 of 240 features got a gene symbol" in said
    assert "brought no new objective: without a sample sheet (--samples) there are no groups to compare" in said
    assert re.search(r"profile-read +note +there is no sample sheet", said)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--group", "colour"), "--group colour: the sample sheet has no such column; it has "),
        (("--group", "_group"), ". Is `group` meant?"),
        (("--file", "sets"), "--file sets: should be a name of its own and a path"),
        (("--no-refine", "everything"), "should be some of steps,workflows,objectives"),
    ],
)
def test_what_cannot_be_right_is_one_line(files, tmp_path, more, says):
    ended = run_of(discover(files, tmp_path, "wrong", *more), expect=2)
    assert says in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
