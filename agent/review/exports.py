"""What other programs read of a run: ideas as a table, references, the ledger as data."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime

from sqlalchemy import inspect, select

from agent.evidence.ledger import Cited, Ledger
from agent.literature.bibliography import to_bibtex
from agent.literature.papers import Paper
from agent.records import AttemptRecord, MeasurementRecord, PaperRecord, Record, ReviewRecord, VerdictRecord
from agent.review.dossier import Dossier, IdeaView, UsageView
from agent.review.quoting import SHORT, quote
from agent.run import Run

RECORDS: Mapping[str, type[Record]] = {
    "attempts": AttemptRecord,
    "measurements": MeasurementRecord,
    "verdicts": VerdictRecord,
    "reviews": ReviewRecord,
}
"""The tables that are exported whole, by the name of the file."""

_COLUMNS = (
    "idea", "round", "title", "summary", "outcome", "reason", "difference", "low", "high", "confidence", "baseline",
    "candidate", "test_outcome", "test_difference", "test_low", "test_high", "attempts", "commit",
)  # fmt: skip


def ideas_csv(run: Dossier) -> str:
    """A row an idea. Numbers are whole, not rounded; differences are positive where better."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for idea in run.ideas:
        writer.writerow({name: cell(value) for name, value in _row(idea).items()})
    return out.getvalue()


def usage_csv(run: Dossier) -> str:
    """A row for each kind of question, model and round."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(UsageView)], lineterminator="\n")
    writer.writeheader()
    for row in _usage(run):
        writer.writerow({name: "" if value is None else cell(value) for name, value in row.items()})
    return out.getvalue()


def usage_json(run: Dossier) -> str:
    """The same as `usage_csv`, as a list of objects."""
    return json.dumps(list(_usage(run)), indent=1)


def _usage(run: Dossier) -> Iterator[dict[str, str | float | None]]:
    for one in run.usage:
        values = ((field.name, getattr(one, field.name)) for field in fields(one))
        yield {name: value.value if isinstance(value, Cited) else value for name, value in values}


def records_csv(run: Run, table: type[Record]) -> str:
    """A row a record of a table, in the order of its key. Nested values are JSON."""
    mapper = inspect(table)
    names = [column.key for column in mapper.column_attrs]
    out = io.StringIO()
    writer = csv.DictWriter(out, names, lineterminator="\n", restval="")
    writer.writeheader()
    rows = run.query(select(table).order_by(*mapper.primary_key))
    for values in ({name: getattr(row, name) for name in names} for row in rows):
        writer.writerow({name: _plain(value) for name, value in values.items() if value is not None})
    return out.getvalue()


def _plain(value: object) -> str:
    if isinstance(value, str | float | int):
        return cell(value)
    return value.isoformat() if isinstance(value, datetime) else json.dumps(value)


def references_bib(run: Run) -> str:
    """The run's library as BibTeX."""
    rows = run.all(PaperRecord, PaperRecord.round, PaperRecord.rank)
    papers = {paper.id: paper for paper in (Paper.model_validate(row.paper) for row in rows)}
    return to_bibtex(list(papers.values()))


def evidence_json(run: str, ledger: Ledger) -> str:
    """Every number that a run's report prints, and where each comes from."""
    numbers = [
        {"value": one.value, "printed": one.text, "name": one.name, "source": one.source.id}
        for one in ledger.entries
        if isinstance(one, Cited)
    ]
    sources = {one.id: one.model_dump(mode="json", exclude_defaults=True) for one in ledger.sources}
    return json.dumps({"run": run, "numbers": numbers, "sources": sources}, indent=1, ensure_ascii=False)


def _row(idea: IdeaView) -> dict[str, str | float]:
    judged = idea.validation
    row: dict[str, str | float] = {
        "idea": idea.id,
        "round": idea.round,
        "title": idea.title.text,
        "summary": idea.summary.text,
        "outcome": idea.outcome,
        "reason": str(judged.reason if judged else idea.why),
        "test_outcome": idea.test.verdict if idea.test else "",
        "attempts": str(len(idea.attempts)),
        "commit": idea.attempts[-1].commit if idea.attempts else "",
    }
    if judged and judged.numbers:
        row |= {name: cited.value for name, cited in judged.numbers._asdict().items()}
    if idea.test and idea.test.numbers:
        row |= {f"test_{name}": getattr(idea.test.numbers, name).value for name in ("difference", "low", "high")}
    return row


def cell(value: str | float) -> str:
    """A cell that a spreadsheet takes for text when it is text: one that begins like a formula gets an apostrophe
    (OWASP, "CSV injection")."""
    if not isinstance(value, str):
        return repr(value)
    text = quote(value, "model", 5 * SHORT).text
    return f"'{text}" if text[:1] in set("=+-@\t\r") else text
