"""The evidence graph of a discovery as PROV-JSON.

Number → statistic → table → step → tool with its version, and data; hypothesis → statistics; judges, papers and people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from agent.discover.evidence import Evidence
from agent.discover.plans import start_of
from agent.discover.records import HypothesisRecord, JudgementRecord, ObjectiveRecord, StepRecord
from agent.discover.rows import PROFILE
from agent.evidence.ledger import Ledger
from agent.review.prov import MODEL, Graph, add_numbers, add_papers, add_reviews, prov_id
from agent.review.quoting import quote
from agent.run import Run


def provenance_json(run: Run, ledger: Ledger) -> str:
    """The graph of everything that the discovery's records hold and the ledger has cited."""
    graph = Graph(run)
    add_papers(graph, run)
    _steps(graph, run)
    _hypotheses(graph, run)
    _judgements(graph, run)
    add_reviews(graph, run)
    add_numbers(graph, ledger)
    return graph.text()


def _steps(graph: Graph, run: Run) -> None:
    """Calls of tools, controls among them, each with the data that it began with and what it left."""
    files = run.config.discover.files if run.config.discover else {}
    read = [graph.add("entity", prov_id("file", name), name=path) for name, path in files.items()]
    start, data = start_of(run).data, dict[tuple[str, str], str]()
    for row in run.all(StepRecord, StepRecord.workflow_id, StepRecord.variant, StepRecord.number):
        chain = row.workflow_id, row.variant
        before = data.get(chain, "" if row.workflow_id == PROFILE else start)
        _step(graph, row, [prov_id("data", before)] if before else read)
        data[chain] = row.data or before


def _step(graph: Graph, row: StepRecord, used: Iterable[str]) -> None:
    facts = {"parameters": json.dumps(row.parameters), "variant": row.variant or None, "status": row.status}
    step = graph.add("activity", prov_id("step", row.id), job=row.job or None, seconds=row.wall_s, **facts)
    tool = graph.add("agent", prov_id("tool", row.tool), origin=row.origin, versions=json.dumps(row.versions))
    graph.typed("agent", tool, "prov:SoftwareAgent")
    graph.relate("wasAssociatedWith", activity=step, agent=tool)
    for one in used:
        graph.relate("used", activity=step, entity=graph.known(one))
    made = [graph.add("entity", prov_id("table", f"{row.id}/{name}"), sha256=sha) for name, sha in row.tables.items()]
    made += [
        graph.add("entity", prov_id("figure", f"{row.id}/{name}"), sha256=sha) for name, sha in row.figures.items()
    ]
    if row.job and row.data == row.job:
        made.append(graph.known(prov_id("data", row.data)))
    for one in made:
        graph.relate("wasGeneratedBy", entity=one, activity=step)


def _hypotheses(graph: Graph, run: Run) -> None:
    for asked in run.all(ObjectiveRecord):
        graph.add("entity", prov_id("objective", asked.id), title=quote(str(asked.draft["title"]), "model").text)
    for row in run.all(HypothesisRecord, HypothesisRecord.id):
        facts = {"statement": quote(str(row.draft["statement"]), "model", 1000).text, "status": row.status}
        hypothesis = graph.add("entity", prov_id("hypothesis", row.id), reason=row.reason, **facts)
        graph.relate("wasAttributedTo", entity=hypothesis, agent=MODEL)
        evidence = Evidence.model_validate(row.evidence)
        rests_on = [prov_id("objective", row.objective_id)]
        for fact in (*evidence.claims, *evidence.against):
            statistic = graph.add("entity", prov_id("statistic", str(fact.at)), entity=fact.entity, **fact.numbers)
            graph.derive(statistic, [graph.known(prov_id("table", f"{fact.at.step}/{fact.at.table}"))])
            rests_on.append(statistic)
        papers = (prov_id("paper", one.paper) for one in evidence.literature)
        graph.derive(hypothesis, [*rests_on, *filter(graph.holds, papers)])


def _judgements(graph: Graph, run: Run) -> None:
    for row in run.all(JudgementRecord):
        facts = {"criterion": row.criterion, "score": row.score, "reason": quote(row.reason, "model").text}
        judged = graph.add("entity", prov_id("judgement", row.id), **facts)
        judge = graph.add("agent", prov_id("judge", row.judge))
        graph.typed("agent", judge, "prov:SoftwareAgent")
        graph.relate("wasAttributedTo", entity=judged, agent=judge)
        graph.derive(judged, [prov_id("hypothesis", row.hypothesis_id)])
