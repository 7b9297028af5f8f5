"""Whether what a run's ideas cite exists and still stands, kept with the run's library."""

from __future__ import annotations

from collections.abc import Sequence

from agent.history import draft_of
from agent.literature.citation import Checked, check_citation
from agent.literature.papers import Paper
from agent.literature.sources.online import OnlineSource
from agent.literature.sources.source import Source
from agent.records import IdeaRecord, PaperRecord
from agent.run import Run


def check_cited(run: Run, sources: Sequence[Source]) -> None:
    """Look up each paper that an accepted idea cites, where an online source is there to be asked.

    What comes of it stands in the paper's own record, where report, pages and `references.bib` read it. Without an
    online source nothing is asked, and what was not checked before stays unchecked.
    """
    if not any(isinstance(source, OnlineSource) for source in sources):
        return
    cited = {cite.paper for row in run.all(IdeaRecord, decision="accepted") for cite in draft_of(row).cites}
    rows = [row for row in run.all(PaperRecord) if row.paper["id"] in cited]
    checked = {paper: check_citation(Paper.model_validate(record), sources) for paper, record in _records(rows).items()}
    for row in rows:
        row.paper = {**row.paper, **_found(checked[row.paper["id"]], row.paper)}
    run.save(*rows)
    for paper, one in checked.items():
        if one.status in {"retracted", "not found"}:
            run.tell("citation", paper, f"{paper}: {one.status}, says {', '.join(one.by)}")


def _records(rows: Sequence[PaperRecord]) -> dict[str, dict[str, object]]:
    return {row.paper["id"]: row.paper for row in rows}


def _found(checked: Checked, record: dict[str, object]) -> dict[str, object]:
    """The fields of a paper's record that change."""
    if checked.status == "unchecked":
        return {}
    found: dict[str, object] = {"checked": f"{checked.status} by {', '.join(checked.by)}"}
    if checked.status == "retracted" or (checked.status == "found" and not checked.detail):
        found["retracted"] = checked.status == "retracted"
    return found if found["checked"] != record.get("checked") else {}
