"""The report of a run: one HTML file that a person can mail, the same in Markdown, and tables beside them."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from markupsafe import Markup

from agent.config import RULE_BASED, RunConfig
from agent.evidence.ledger import Source
from agent.literature.ranking import BANK, INSPIRING
from agent.review.dossier import Dossier
from agent.review.exports import (
    RECORDS,
    evidence_json,
    ideas_csv,
    records_csv,
    references_bib,
    usage_csv,
    usage_json,
)
from agent.review.figures import Picture, pictures
from agent.review.notebook import notebook
from agent.review.provenance import provenance_json
from agent.review.quoting import quote_block
from agent.review.reading import read
from agent.review.rendering import TEMPLATES, Format, environment
from agent.review.svg import standalone
from agent.run import Run


def write_report(run: Run) -> Path:
    """Write the report of a run, ended or not, into its folder; returns the path of `report.html`.

    Beside it: `report.md` with `figures/`, `ideas.csv`, `references.bib`, `evidence.json`, `usage.csv` and `.json`,
    `provenance.json`, the tables of `RECORDS` as CSV, and `figures.ipynb`.
    """
    dossier = read(run)
    drawn = pictures(dossier)
    files = {
        "report.html": render(dossier, drawn, "html"),
        "report.md": render(dossier, drawn, "markdown"),
        **{f"figures/{one.name}.svg": standalone(one.svg) for one in drawn},
        "ideas.csv": ideas_csv(dossier),
        "references.bib": references_bib(run),
        "evidence.json": evidence_json(run.config.id, dossier.ledger),
        "usage.csv": usage_csv(dossier),
        "usage.json": usage_json(dossier),
        "provenance.json": provenance_json(run, dossier.ledger),
        **{f"{name}.csv": records_csv(run, table) for name, table in RECORDS.items()},
    }
    if dossier.task is not None:
        files["figures.ipynb"] = notebook(dossier, drawn, dossier.task.metric)
    for name, text in files.items():
        write_file(run.folder / name, text)
    return run.folder / "report.html"


def render(run: Dossier, drawn: Sequence[Picture], form: Format) -> str:
    """The report's text.

    Raises:
        Uncited: a template printed a number that the ledger does not hold.
    """
    css = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    name = "report.html.j2" if form == "html" else "report.md.j2"
    return (
        environment(form, run.ledger)
        .get_template(name)
        .render(
            run=run,
            figures=drawn,
            command=quote_block(command(run.config), "harness"),
            css=Markup(css),
            policy=_policy(css),
            listed=_listed,
            seed_list=_seed_list,
            digests=_digests,
        )
    )


def command(config: RunConfig) -> str:
    """The command that starts the same run again."""
    if config.replays:
        return shlex.join(["echolocate", "run", "--replay", config.replays])
    words = ["echolocate", "run", config.task, "--sandbox", config.sandbox]
    words += ["--rounds", str(config.budget.rounds), "--ideas", str(config.budget.ideas)]
    words += ["--repairs", str(config.budget.max_repairs), "--error-rate", str(config.error_rate)]
    if config.model.serve is not None:
        words += ["--serve", shlex.join(config.model.serve)]
    elif config.model.name != RULE_BASED:
        words += ["--model", config.model.name]
    limits = config.budget.model
    for option, limit in (
        ("--minutes", config.budget.wall_minutes),
        ("--calls", limits.calls),
        ("--tokens", limits.tokens),
        ("--dollars", limits.dollars),
    ):
        words += [] if limit is None else [option, f"{limit:g}" if isinstance(limit, float) else str(limit)]
    if config.seeds is not None:
        words += ["--seeds", ",".join(map(str, config.seeds))]
    for option, value, default in (
        ("--retrieval", config.retrieval, "ranked"),
        ("--feedback", config.feedback, "reasons"),
        ("--bank", str(config.bank), str(BANK)),
        ("--inspiring", f"{config.inspiring:g}", f"{INSPIRING:g}"),
        ("--debug-context", config.debug_context, "full"),
        ("--review", ",".join(config.review.gates) or "never", "never"),
    ):
        words += [option, value] if value != default else []
    words += [word for path in config.papers for word in ("--papers", path)]
    return shlex.join(words)


def _policy(css: str) -> str:
    """Nothing is loaded, run or sent; of styles only this very sheet is taken."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _listed(words: Iterable[str]) -> str:
    return "; ".join(words)


def _seed_list(source: Source) -> str:
    return ", ".join(map(str, source.seeds))


def _digests(source: Source) -> str:
    return ", ".join(digest[:10] for digest in source.predictions)


def write_file(path: Path, text: str) -> None:
    """Write a file so that it is there whole or as it was."""
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8", errors="replace")
    fresh.replace(path)
