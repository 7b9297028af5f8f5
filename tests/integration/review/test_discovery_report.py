"""What a discovery leaves: a report whose numbers lead to their sources, the evidence graph, tables, a notebook."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from discovered_run import STEP, discovery
from notebooks import run_notebook
from prov.model import ProvAssociation, ProvDerivation, ProvDocument, ProvGeneration, ProvUsage
from report_pages import Page

from agent.discover.dossier import read_discovery
from agent.discover.records import HypothesisRecord, StepRecord
from agent.discover.report import RECORDS, write_discovery
from agent.discover.rows import DISCOVERY, PROFILE
from agent.evidence.ledger import Cited, Stated
from agent.review.queue import offer, submit
from agent.review.rendering import anchor
from agent.review.verdicts import Reject
from agent.run import Run

NO_NUMBERS = re.compile(r"\b[oh]\d[\w@-]*| of 5\b")
"""Ids of steps and hypotheses, and the scale of the judges. (`log2_fc` is the name of a column.)"""
STATISTIC = f"run:statistic/{STEP}/test/MAPT"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A discovery whose one hypothesis somebody rejected, with its report."""
    with discovery(tmp_path, "MAPT is found higher in disease.") as made:
        offer(made, "hypothesis", "h1-1", 1, "MAPT is found higher in disease.")
        submit(made, "h1-1/hypothesis", 1, Reject(reason="a known contaminant"), "ada")
        write_discovery(made)
        yield made


def test_every_number_of_the_report_is_one_of_the_ledgers_and_leads_to_its_source(run: Run) -> None:
    page = Page((run.folder / "report.html").read_text())
    ledger = read_discovery(run).ledger
    known = {(f"#{anchor(one.source)}", one.text) for one in ledger.entries if isinstance(one, Cited | Stated)}
    printed = [one for one in page.own() if re.search(r"(?<!\w)\d", NO_NUMBERS.sub("", one.text))]
    assert len(printed) > 20
    assert [one.text for one in printed if one.link[1:] not in page.ids or (one.link, one.text) not in known] == []


def test_the_notebook_looks_up_every_claim_and_draws_what_it_rests_on(run: Run) -> None:
    path = run.folder / "figures.ipynb"
    nbformat.validate(nbformat.read(path, as_version=4))
    cells = [cell["id"] for cell in json.loads(path.read_text())["cells"]]
    assert [one for one in cells if one.startswith("draw-")] == [f"draw-{STEP}-test"]
    done = run_notebook(path)
    assert done.returncode == 0, done.stderr
    assert "1 tests, 1 claims as the run wrote them down" in done.stdout


def test_what_a_reader_must_know_before_he_believes_stands_at_the_top(tmp_path: Path) -> None:
    """One claim confirmed and one not is no confirmation; and neither a warning nor a step without result is hidden."""
    with discovery(tmp_path, "MAPT is found higher in disease.") as run:
        row = run.get(HypothesisRecord, "h1-1")
        (claim,) = row.evidence["claims"]
        held = {"variant": "confirmation", "at": claim["at"], "direction": "higher", "called": True}
        claims = [{**claim, "held": {**held, "survived": survived}} for survived in (True, False)]
        row.evidence = {**row.evidence, "claims": claims}
        run.save(row)
        state = {"samples": 2, "features": 1, "scale": "log2", "missing_share": 0.0}
        step = {"number": 1, "tool": "read_quantities", "parameters": {}, "status": "ok", "state": state}
        run.save(StepRecord(id="profile-read", workflow_id=PROFILE, warnings=["a sample is named twice"], **step))
        run.save(StepRecord(id="profile-held@d", workflow_id=PROFILE, variant=DISCOVERY, **step))
        unfit = step | {"status": "not applicable", "reason": "no gene set fits"}
        run.save(StepRecord(id="o1-1-w1-s2", workflow_id="o1-1-w1", **unfit))
        write_discovery(run)
        text = re.sub(r"\(#[^)]*\)", "", (run.folder / "report.md").read_text())
    assert "held-back samples confirm [0] in every claim" in text
    assert "| [1] of [2] confirm |" in text
    assert "No result: read\\_quantities (o1-1-w1-s2, not applicable): “no gene set fits”" in text
    assert "- “a sample is named twice”" in text


@pytest.mark.parametrize(("where", "value"), [("q_run", 0.0002), ("numbers", {"q": 0.002})])
def test_the_notebook_stops_where_a_claim_is_not_what_the_tables_say(run: Run, where: str, value: object) -> None:
    (row,) = run.all(HypothesisRecord)
    row.evidence = {**row.evidence, "claims": [{**row.evidence["claims"][0], where: value}]}
    run.save(row)
    assert "AssertionError: ('h1-1', {'step':" in run_notebook(run.folder / "figures.ipynb").stderr


def test_the_evidence_graph_leads_from_a_hypothesis_to_tool_version_and_data(run: Run) -> None:
    text = (run.folder / "provenance.json").read_text()
    graph = ProvDocument.deserialize(content=text, format="json")

    def ends(relation: type) -> set[tuple[str, str]]:
        return {(str(one.args[0]), str(one.args[1])) for one in graph.get_records(relation)}

    assert ("run:hypothesis/h1-1", STATISTIC) in ends(ProvDerivation)
    assert (STATISTIC, f"run:table/{STEP}/test") in ends(ProvDerivation)
    assert (f"run:table/{STEP}/test", f"run:step/{STEP}") in ends(ProvGeneration)
    assert (f"run:step/{STEP}", "run:tool/test_groups") in ends(ProvAssociation)
    assert (f"run:step/{STEP}", "run:file/table") in ends(ProvUsage)
    assert ("run:review/1", "run:hypothesis/h1-1") in ends(ProvDerivation)
    whole = json.loads(text)
    assert json.loads(whole["agent"]["run:tool/test_groups"]["el:versions"]) == {"scipy": "1.15"}
    known = {id_ for part in ("entity", "activity", "agent") for id_ in whole[part]}
    relations = (part for part in whole if part not in {"prefix", "entity", "activity", "agent"})
    assert {end for part in relations for one in whole[part].values() for end in one.values()} <= known


def test_tables_hold_every_record(run: Run) -> None:
    for name, table in RECORDS.items():
        with (run.folder / f"{name}.csv").open() as opened:
            assert len(list(csv.DictReader(opened))) == len(run.all(table)), name
    assert "a known contaminant" in (run.folder / "reviews.csv").read_text()
