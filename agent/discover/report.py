"""The report of a discovery: what to believe first, then what was tried and not shown, then how it was done."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from agent.discover.dossier import Discovery, read_discovery
from agent.discover.records import HypothesisRecord, JudgementRecord, ObjectiveRecord, StepRecord
from agent.discover.report_notebook import notebook
from agent.discover.report_provenance import provenance_json
from agent.discover.rows import steps_of, workflows
from agent.discover.settings import REFINEMENTS
from agent.discover.view import HypothesisView
from agent.records import Record, ReviewRecord
from agent.review.exports import cell, evidence_json, records_csv, references_bib
from agent.review.rendering import TEMPLATES, Format, environment
from agent.review.report import write_file
from agent.run import Run

RECORDS: Mapping[str, type[Record]] = {
    "objectives": ObjectiveRecord,
    "steps": StepRecord,
    "judgements": JudgementRecord,
    "reviews": ReviewRecord,
}
"""The tables that are exported whole, by the name of the file."""

_HERE = Path(__file__).with_name("templates")
_MOST_PICTURES = 8
_MOST_BYTES = 2 << 20
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Picture:
    """A figure that a tool drew. Only its pixels are shown: drawings of others can hold programs."""

    step: str
    file: str
    """Its name among the step's figures."""
    caption: str
    png: bytes

    @property
    def name(self) -> str:
        """Unique in the run."""
        return f"{self.step}-{self.file.removesuffix('.png')}"

    @property
    def inline(self) -> Markup:
        """For a page."""
        data = base64.b64encode(self.png).decode("ascii")
        return Markup('<img alt="{}" src="data:image/png;base64,{}">').format(self.caption, data)


def write_discovery(run: Run) -> Path:
    """Write the report of a discovery, ended or not, into its folder; returns the path of `report.html`.

    Beside it: `report.md` with `figures/`, `hypotheses.csv`, the tables of `RECORDS` as CSV, `references.bib`,
    `evidence.json`, `provenance.json` and `figures.ipynb`.
    """
    found = read_discovery(run)
    drawn = pictures(run)
    files = {
        "report.html": render(found, drawn, "html"),
        "report.md": render(found, drawn, "markdown"),
        "hypotheses.csv": hypotheses_csv(found),
        "references.bib": references_bib(run),
        "evidence.json": evidence_json(run.config.id, found.ledger),
        "provenance.json": provenance_json(run, found.ledger),
        **{f"{name}.csv": records_csv(run, table) for name, table in RECORDS.items()},
        "figures.ipynb": notebook(run, [(one.step, one.file) for one in drawn]),
    }
    for one in drawn:
        path = run.folder / "figures" / f"{one.name}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(one.png)
    for name, text in files.items():
        write_file(run.folder / name, text)
    return run.folder / "report.html"


def render(found: Discovery, drawn: Sequence[Picture], form: Format) -> str:
    """The report's text.

    Raises:
        Uncited: a template printed a number that the ledger does not hold.
    """
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    name = "discovery.html.j2" if form == "html" else "discovery.md.j2"
    template = environment(form, found.ledger, folders=[_HERE]).get_template(name)
    return template.render(
        run=found,
        figures=drawn,
        css=Markup(css),
        policy=_policy(css),
        listed="; ".join,
        refinements=REFINEMENTS,
    )


def pictures(run: Run) -> tuple[Picture, ...]:
    """Figures of the workflows behind the hypotheses, accepted ones first."""
    accepted = {row.objective_id for row in run.all(HypothesisRecord, status="accepted")}
    rows = sorted(run.all(ObjectiveRecord, ObjectiveRecord.id), key=lambda row: (row.id not in accepted, row.id))
    last = [made[-1].id for row in rows if (made := workflows(run, row.id))]
    drawn = [
        _picture(run, step, name, digest)
        for workflow in last
        for step in steps_of(run, workflow)
        for name, digest in step.figures.items()
        if name.endswith(".png")
    ]
    return tuple(one for one in drawn if one.png.startswith(_PNG) and len(one.png) <= _MOST_BYTES)[:_MOST_PICTURES]


def _picture(run: Run, step: StepRecord, name: str, digest: str) -> Picture:
    stem = name.removesuffix(".png")
    return Picture(step.id, name, f"{stem} of step {step.id}, drawn by {step.tool}", run.artefacts.read(digest))


_COLUMNS = (
    "hypothesis", "status", "reason", "statement", "entities", "direction", "conditions", "objective", "score", "step",
    "table_row", "effect", "effect_name", "p", "q", "q_run", "survived", "trials", "experiment",
)  # fmt: skip


def hypotheses_csv(found: Discovery) -> str:
    """A row a hypothesis, with its first claim. Numbers are whole, not rounded."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for one in found.hypotheses:
        writer.writerow({name: cell(value) for name, value in _csv_row(one).items()})
    return out.getvalue()


def _csv_row(one: HypothesisView) -> dict[str, str | float]:
    row: dict[str, str | float] = {
        "hypothesis": one.id,
        "status": one.status,
        "reason": one.reason.text,
        "statement": one.statement.text,
        "entities": "; ".join(name.text for name in one.entities),
        "conditions": one.conditions.text,
        "objective": one.objective,
        "experiment": one.experiment.text,
    }
    numbers = {"score": one.score, "survived": one.survived, "trials": one.trials}
    if one.claims:
        first = one.claims[0]
        row |= {"direction": first.direction, "step": first.step}
        row |= {"effect_name": first.effect.name if first.effect else ""}
        numbers |= {"effect": first.effect.value if first.effect else None, "q_run": first.q_run}
        numbers |= {name: first.statistic(name) for name in ("p", "q")}
        row["table_row"] = first.statistics[0].value.source.row.partition("/")[2] if first.statistics else ""
    return row | {name: number.value for name, number in numbers.items() if number is not None}


def _policy(css: str) -> str:
    """Nothing is loaded, run or sent; of styles only this very sheet is taken, of pictures those within the page."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
