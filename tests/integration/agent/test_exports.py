"""What a finished run leaves for other programs: a notebook, the evidence graph, tables."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import nbformat
import pytest
from notebooks import run_notebook
from prov.model import ProvDerivation, ProvDocument, ProvEntity, ProvUsage
from quick_runs import BETTER, go, make_run, proposing, writing

from agent.records import MeasurementRecord
from agent.review.figures import pictures
from agent.review.notebook import CELLS
from agent.review.queue import item, submit
from agent.review.reading import read
from agent.review.report import write_report
from agent.review.settings import ReviewSettings
from agent.review.verdicts import Accept, Reject, Rerun
from agent.run import Run
from agent.testing import ScriptedModel

REASON = '=HYPERLINK("x") <script>alert(1)</script>'


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two ideas: one accepted after it was measured again, one rejected."""
    model = ScriptedModel({"propose_ideas": proposing("mean", "same"), "write_code": writing(model=BETTER)})
    settings = ReviewSettings(gates=("results",))
    with make_run(tmp_path_factory.mktemp("runs"), replicates=1000, review=settings) as run:
        go(run, model)
        submit(run, "r1-1/result", 1, Rerun(seeds=(5, 6, 7)), "ada")
        submit(run, "r1-2/result", 1, Reject(reason=REASON), "bob")
        go(run, model)
        submit(run, "r1-1/result", item(run, "r1-1/result").version, Accept(), "ada")
        assert go(run, model) == "finished"
        return run.folder


def test_the_notebook_draws_each_figure_of_the_report_anew(finished: Path) -> None:
    path = finished / "figures.ipynb"
    nbformat.validate(nbformat.read(path, as_version=4))
    with Run.open(finished) as run:
        names = [one.name for one in pictures(read(run))]
    assert [cell["id"] for cell in json.loads(path.read_text())["cells"] if cell["id"] in CELLS] == names
    assert sorted(names) == sorted(CELLS)
    done = run_notebook(path)
    assert done.returncode == 0, done.stderr


def test_the_notebook_stops_where_an_artefact_does_not_say_what_the_run_wrote_down(finished: Path) -> None:
    with Run.open(finished) as run:
        (row,) = run.all(MeasurementRecord, subject="r1-1", split="validation", seed=5)
        assert row.score is not None
        path = run.artefacts.path(row.score)
    kept = path.read_text()
    score = json.loads(kept)
    try:
        path.write_text(json.dumps(score | {"metric": score["metric"] + 0.01}))
        done = run_notebook(finished / "figures.ipynb")
    finally:
        path.write_text(kept)
    assert "AssertionError: ('r1-1/validation', 'difference'" in done.stderr


def test_the_evidence_graph_leads_from_a_number_to_the_data(finished: Path) -> None:
    graph = ProvDocument.deserialize(content=(finished / "provenance.json").read_text(), format="json")
    entities = {str(one.identifier): one for one in graph.get_records(ProvEntity)}
    verdict = "run:verdict/r1-1/validation"
    assert verdict in entities
    judging = "run:judging/r1-1/validation"
    used = {str(one.args[1]) for one in graph.get_records(ProvUsage) if str(one.args[0]) == judging}
    # The verdict after the rerun rests on the seeds that were asked for, and on no others.
    assert used == {"run:idea/r1-1"} | {
        f"run:measurement/{subject}/validation/{seed}" for subject in ("baseline", "r1-1") for seed in (5, 6, 7)
    }
    derived = {(str(one.args[0]), str(one.args[1])) for one in graph.get_records(ProvDerivation)}
    numbers = [number for number, origin in derived if origin == verdict]
    assert numbers
    assert all(number.startswith(("run:number/", "run:review/")) for number in numbers)
    assert ("run:attempt/r1-1-a1", "run:idea/r1-1") in derived
    assert {"run:agent/ada", "run:agent/bob"} <= {str(one.identifier) for one in graph.get_records() if one.identifier}


def test_every_end_of_the_evidence_graph_is_in_it(finished: Path) -> None:
    whole = json.loads((finished / "provenance.json").read_text())
    known = {id_ for part in ("entity", "activity", "agent") for id_ in whole[part]}
    relations = [part for part in whole if part not in {"prefix", "entity", "activity", "agent"}]
    ends = {end for part in relations for relation in whole[part].values() for end in relation.values()}
    assert ends <= known


def test_tables_hold_every_record_and_no_formula(finished: Path) -> None:
    with Run.open(finished) as run, (finished / "measurements.csv").open() as table:
        rows = list(csv.DictReader(table))
        assert {row["id"] for row in rows} == {row.id for row in run.all(MeasurementRecord)}
    assert {"attempts.csv", "verdicts.csv", "reviews.csv"} <= {path.name for path in finished.iterdir()}
    cells = [
        cell for path in finished.glob("*.csv") for row in csv.reader(path.read_text().splitlines()) for cell in row
    ]
    assert not [cell for cell in cells if cell[:1] in set("=@\t")]


def test_the_report_says_what_people_said_and_how_often_they_agreed(finished: Path) -> None:
    html = (finished / "report.html").read_text()
    assert "<script>alert" not in html
    for text in ("What people said", "People accepted", "bob", "&lt;script&gt;"):
        assert text in html
    with Run.open(finished) as run:
        (results,) = read(run).agreement
        assert (results.what, results.judge) == ("results", "the measurement")
        assert (str(results.agreed), str(results.of)) == ("1", "2")
        assert write_report(run).is_file()
