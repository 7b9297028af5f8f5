"""The evidence graph of a run as PROV-JSON.

Number → verdict → measurement → code → idea → papers, with the data, the models and the people that had a hand in it.
"""

from __future__ import annotations

from agent.evidence.ledger import Ledger
from agent.history import BASELINE, draft_of
from agent.records import AttemptRecord, IdeaRecord, MeasurementRecord, VerdictRecord
from agent.review.prov import MODEL, Graph, add_numbers, add_papers, add_reviews, prov_id
from agent.review.quoting import quote
from agent.run import Run


def provenance_json(run: Run, ledger: Ledger) -> str:
    """The graph of everything that the run's records hold and the ledger has cited."""
    graph = Graph(run)
    add_papers(graph, run)
    _ideas(graph, run)
    _code(graph, run)
    _measurements(graph, run)
    _verdicts(graph, run, ledger)
    add_reviews(graph, run)
    add_numbers(graph, ledger)
    return graph.text()


def _ideas(graph: Graph, run: Run) -> None:
    for row in run.all(IdeaRecord, IdeaRecord.round):
        draft = draft_of(row)
        idea = graph.add(
            "entity", prov_id("idea", row.id), title=quote(draft.title, "model").text, decision=row.decision
        )
        graph.relate("wasAttributedTo", entity=idea, agent=MODEL)
        cited = (prov_id("paper", cite.paper) for cite in draft.cites)
        built_on = (prov_id("idea", one) for one in draft.builds_on)
        graph.derive(idea, (one for one in (*cited, *built_on) if graph.holds(one)))


def _code(graph: Graph, run: Run) -> None:
    for row in run.all(AttemptRecord, AttemptRecord.idea_id, AttemptRecord.number):
        facts = {"commit": row.commit, "code_hash": row.code_hash, "status": row.status, "seconds": row.wall_s}
        code = graph.add("entity", prov_id("attempt", row.id), **facts)
        graph.relate("wasAttributedTo", entity=code, agent=MODEL)
        before = [prov_id("attempt", f"{row.idea_id}-a{row.number - 1}")] if row.number > 1 else []
        graph.derive(code, [prov_id("idea", row.idea_id), *before])


def _measurements(graph: Graph, run: Run) -> None:
    by_commit = {row.commit: prov_id("attempt", row.id) for row in run.all(AttemptRecord, AttemptRecord.number)}
    for row in run.all(MeasurementRecord):
        data = graph.add("entity", prov_id("data", row.data_hash), sha256=row.data_hash)
        code = f"run:{BASELINE}" if row.subject == BASELINE else by_commit.get(row.commit, prov_id("idea", row.subject))
        if row.subject == BASELINE:
            graph.add("entity", code, commit=row.commit, code_hash=row.code_hash)
        facts = {name: getattr(row, name) for name in ("split", "seed", "status", "metric", "predictions", "score")}
        graph.make(
            graph.add("entity", prov_id("measurement", row.id), **facts), prov_id("measuring", row.id), (code, data)
        )


def _verdicts(graph: Graph, run: Run, ledger: Ledger) -> None:
    for row in run.all(VerdictRecord):
        verdict = graph.add("entity", prov_id("verdict", row.id), verdict=row.verdict)
        measured = (prov_id(*one.split(":", 1)) for one in ledger.source_of(row).follows_from)
        graph.make(verdict, prov_id("judging", row.id), (prov_id("idea", row.idea_id), *measured))
