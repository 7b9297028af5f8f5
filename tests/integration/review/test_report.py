"""The report: every number has its source, nothing of others is more than text, and any run can be reported."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from bibtexparser import loads as parse_bibtex
from report_pages import Page

from agent.evidence.ledger import Cited, Stated
from agent.records import AttemptRecord, IdeaRecord, MeasurementRecord, PaperRecord, VerdictRecord
from agent.review.reading import read
from agent.review.rendering import anchor
from agent.review.report import write_report
from agent.run import Run


def page_of(run: Run) -> Page:
    return Page(write_report(run).read_text())


def numbers(text: str) -> list[float]:
    return [float(one.replace("−", "-").replace(",", "")) for one in re.findall(r"[-−+]?\d[\d,]*\.?\d*", text)]


def test_every_number_in_the_page_is_one_of_the_ledgers_and_leads_to_its_source(finished: Run) -> None:
    page = page_of(finished)
    ledger = read(finished).ledger
    cited = {(f"#{anchor(one.source)}", one.text) for one in ledger.entries if isinstance(one, Cited)}
    stated = {(f"#{anchor(one.source)}", one.text) for one in ledger.entries if isinstance(one, Stated)}
    printed = [one for one in page.own() if re.search(r"\d", one.text)]
    assert len(printed) > 100
    clock = re.compile(r"[\d.]+ s$")  # the time worked goes on between the two readings of an open session
    for one in printed:
        assert one.link[1:] in page.ids, f"{one.text!r} leads nowhere"
        assert (one.link, one.text) in cited | stated or (
            one.link == "#from-journal-sessions" and clock.match(one.text)
        )


def test_a_sentence_of_the_harness_has_only_numbers_of_its_record(finished: Run) -> None:
    ledger = read(finished).ledger
    for row in finished.all(VerdictRecord):
        if row.comparison is None:
            assert ledger.reason(row) is None
            continue
        known = [abs(float(value)) for value in row.comparison.values() if isinstance(value, float)] + [0.005]
        for number in numbers(row.reason):
            assert any(abs(abs(number) - one) <= 1e-3 * one for one in known), row.reason


def test_the_page_says_first_what_was_found(finished: Run) -> None:
    page = page_of(finished)
    headline = " ".join("".join(one.text for one in page.texts if "headline" in one.classes).split())
    difference = finished.get(VerdictRecord, "r1-1/validation")
    assert difference is not None
    assert difference.comparison is not None
    value = f"{difference.comparison['difference']:+.4f}"
    assert headline.startswith(
        "3 of 8 ideas improved accuracy; the best, r1-1 Support vectors with a radial kernel, by"
    )
    assert value in headline
    assert "on the held-out test" in headline


def test_the_page_is_one_file_that_loads_and_runs_nothing(finished: Run) -> None:
    html = write_report(finished).read_text()
    page = Page(html)
    assert page.policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in page.policy
    assert not {"script", "img", "link", "iframe", "object", "base", "form"} & page.tags
    assert "style" not in page.attributes
    assert all(link.startswith(("#", "https://", "http://")) for link in page.links)
    assert len(page.ids) == len(set(page.ids))


def test_links_within_the_page_lead_somewhere(finished: Run) -> None:
    page = page_of(finished)
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_markdown_tells_the_same(finished: Run) -> None:
    write_report(finished)
    markdown = (finished.folder / "report.md").read_text()
    for one in read(finished).ideas:
        assert one.title.text in markdown
        if one.validation and one.validation.numbers:
            difference = one.validation.numbers.difference
            assert f"[{difference.text}](#{anchor(difference.source)})" in markdown
    for name in re.findall(r"\]\((figures/[^)]+)\)", markdown):
        assert (finished.folder / name).read_text().startswith("<?xml")
    assert set(re.findall(r"\]\(#([^)]+)\)", markdown)) <= set(re.findall(r'<a id="([^"]+)">', markdown))


def test_the_same_records_give_the_same_figures(finished: Run) -> None:
    write_report(finished)
    first = {path.name: path.read_bytes() for path in (finished.folder / "figures").iterdir()}
    write_report(finished)
    assert first == {path.name: path.read_bytes() for path in (finished.folder / "figures").iterdir()}
    assert set(first) == {"differences.svg", "attempts.svg"}


def test_a_failed_attempt_shows_its_traceback_and_the_code_around_it(finished: Run) -> None:
    page = page_of(finished)
    programs = [one.text for one in page.texts if "by-program" in one.classes and "pre" in one.tags]
    assert any("gama" in text and "Traceback" in text for text in programs)
    assert any("model.py" in text and "####" in text for text in programs)


def test_only_papers_of_the_runs_library_are_cited(new_run: Callable[..., object]) -> None:
    filler = new_run(id="citations")
    filler.baseline()
    filler.papers()
    real = filler.run.all(PaperRecord)[0].paper["id"]
    cites = [{"paper": real, "passage": "said so"}, {"paper": "doi:10.1000/made-up", "passage": "never said"}]
    filler.idea("r1-1", "An idea with citations", "It builds on papers.", cites=cites)
    assert [one.id for one in read(filler.run).details[0].cites] == [real]


def test_a_passage_that_the_paper_does_not_have_is_said_to_be_missing(new_run: Callable[..., object]) -> None:
    filler = new_run(id="passages")
    filler.papers()
    row = next(row for row in filler.run.all(PaperRecord) if row.paper["notes"])
    said = [row.paper["title"], row.paper["notes"][:40], "It is the best of all."]
    cites = [{"paper": row.paper["id"], "passage": passage} for passage in said]
    filler.idea("r1-1", "An idea with citations", "It builds on papers.", cites=cites)
    passages = [one.passage for one in read(filler.run).details[0].cites]
    assert [one.by for one in passages if one] == ["paper", "source", "model"]
    assert "Not found in what is known of the paper" in write_report(filler.run).read_text()


def test_the_ledger_as_data_resolves_to_the_records(finished: Run) -> None:
    write_report(finished)
    evidence = json.loads((finished.folder / "evidence.json").read_text())
    assert all(one["source"] in evidence["sources"] for one in evidence["numbers"])
    metrics = {one["source"]: one["value"] for one in evidence["numbers"] if one["name"] == "metric"}
    rows = finished.all(MeasurementRecord)
    assert metrics == {f"measurement:{row.id}": row.metric for row in rows}
    for row in rows:
        source = evidence["sources"][f"measurement:{row.id}"]
        assert (source["commit"], source["data_hash"], source["seeds"]) == (row.commit, row.data_hash, [row.seed])
        assert finished.artefacts.path(source["predictions"][0]).is_file()
    for one in evidence["sources"].values():
        assert set(one.get("follows_from", [])) <= set(evidence["sources"])


def test_references_are_the_runs_library_as_bibtex(finished: Run) -> None:
    write_report(finished)
    entries = parse_bibtex((finished.folder / "references.bib").read_text()).entries
    assert len(entries) == len({row.paper["id"] for row in finished.all(PaperRecord)})


def test_the_process_backends_warning_stays_visible(new_run: Callable[..., object]) -> None:
    filler = new_run(id="process")
    filler.isolation = {
        "backend": "process",
        "summary": "A plain process on this machine.",
        "lacks": ["a network that is off", "read-only inputs"],
    }
    filler.baseline()
    page = page_of(filler.run)
    alerts = " ".join(one.text for one in page.texts if "alert" in one.classes)
    assert "A plain process on this machine." in alerts
    assert "a network that is off; read-only inputs" in alerts


def test_a_language_model_is_named_and_not_called_rule_based(new_run: Callable[..., object]) -> None:
    filler = new_run(id="model", model={"name": "qwen2.5-coder", "base_url": "http://user:secret@127.0.0.1:8000/v1"})
    html = write_report(filler.run).read_text()
    assert "qwen2.5-coder" in html
    assert "no language model" not in html
    assert "secret" not in html + (filler.run.folder / "report.md").read_text()


class TestUnfinished:
    def test_a_run_that_has_only_begun(self, new_run: Callable[..., object]) -> None:
        run = new_run(id="empty").run
        text = write_report(run).read_text()
        assert "This run has not ended." in text
        assert "The baseline has not been measured" in text
        assert "No idea has been judged yet." in text
        assert not (run.folder / "figures").exists()

    def test_a_run_without_its_repository(self, tmp_path: Path, finished: Run) -> None:
        with Run.create(tmp_path, finished.config.model_copy(update={"id": "bare"})) as run:
            assert "has not ended" in write_report(run).read_text()

    def test_a_run_that_was_stopped_in_its_first_round(self, new_run: Callable[..., object]) -> None:
        filler = new_run(id="stopped")
        filler.baseline()
        filler.papers()
        filler.idea("r1-1", "A first idea", "It changes the classifier.")
        filler.verdict("r1-1", "validation", 0.03, filler.attempt("r1-1", 1))
        filler.idea("r1-2", "A second idea", "It changes the features.")
        filler.attempt("r1-2", 1, "error")
        page = page_of(filler.run)
        alert = " ".join(" ".join(one.text for one in page.texts if "alert" in one.classes).split())
        assert "No verdict yet: r1-2" in alert
        assert "not yet measured on the held-out test: r1-1" in alert
        assert "the held-out test has not been scored" in " ".join(one.text for one in page.texts)

    def test_a_task_that_is_gone(self, new_run: Callable[..., object]) -> None:
        filler = new_run(id="gone")
        filler.everything()
        config = filler.run.config.model_copy(update={"task": "/nowhere/at/all"})
        moved = Run(filler.run.folder, config)
        text = write_report(moved).read_text()
        moved.close()
        assert "is not where it was" in text
        assert "3 of 8" in re.sub(r"<[^>]+>", "", text)


def test_a_large_run_gives_a_report_that_can_be_opened(new_run: Callable[..., object]) -> None:
    filler = new_run(id="large")
    rows = []
    for number in range(1, 601):
        draft = {"title": f"Idea {number}", "summary": "s" * 2000, "motivation": "m" * 2000}
        ids = {"id": f"r1-{number}", "round": 1}
        rows.append(IdeaRecord(**ids, draft=draft, decision="accepted", decision_reason="new", nearest={}))
    tried = [
        AttemptRecord(id=f"{row.id}-a1", idea_id=row.id, number=1, commit=filler.workspace.baseline, code_hash="")
        for row in rows
    ]
    judged = [
        VerdictRecord(id=f"{row.id}/validation", idea_id=row.id, split="validation", verdict="failed", reason="no")
        for row in rows
    ]
    for part in (rows, tried, judged):
        filler.run.save(*part)
    path = write_report(filler.run)
    assert path.stat().st_size < 3_000_000
    assert "r1-600" in path.read_text()


def test_a_measurement_that_failed_says_why(new_run: Callable[..., object]) -> None:
    filler = new_run(id="no-metric")
    filler.baseline()
    filler.idea("r1-1", "An idea", "It writes nothing.")
    filler.measurement("r1-1", "validation", 0, filler.attempt("r1-1", 1), None)
    assert "the program wrote no predictions.csv" in write_report(filler.run).read_text()
    assert filler.run.all(MeasurementRecord, status="failed")
