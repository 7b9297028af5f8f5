"""The evidence graph of a run as PROV-JSON (W3C member submission, 2013).

Number → verdict → measurement → code → idea → papers, with the data, the models and the people that had a hand in it.

Any PROV tool reads it. Ids are the run's own: `run:verdict/r1-2/validation` is that row of `run.db`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import quote as quote_name

from agent.evidence.ledger import Cited, Ledger, Source
from agent.history import BASELINE, draft_of
from agent.literature.papers import Paper
from agent.records import AttemptRecord, IdeaRecord, MeasurementRecord, PaperRecord, VerdictRecord
from agent.review.queue import reviews
from agent.review.quoting import quote
from agent.run import Run

_HARNESS = "run:agent/echolocate"


def _id(kind: str, row: str) -> str:
    """What the graph calls a row; PROV's names take no spaces and no marks."""
    return f"run:{kind}/{quote_name(row, safe='/')}"


class _Graph:
    """A PROV document as it grows. Relations need no names of their own, so they are numbered."""

    def __init__(self, run: str) -> None:
        self._parts: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
        self._prefix = {"run": f"urn:echolocate:run:{run}:", "el": "urn:echolocate:terms:"}

    def add(self, part: str, id_: str, **facts: object) -> str:
        """An entity, activity or agent; facts that are None are left out."""
        self._parts[part][id_] = {f"el:{name}": value for name, value in facts.items() if value is not None}
        return id_

    def typed(self, part: str, id_: str, type_: str) -> None:
        """Give something one of PROV's own types."""
        self._parts[part][id_]["prov:type"] = {"$": type_, "type": "prov:QUALIFIED_NAME"}

    def relate(self, relation: str, **ends: str) -> None:
        """A relation; ends by PROV's names."""
        known = self._parts[relation]
        known[f"_:{relation}{len(known)}"] = {f"prov:{name}": id_ for name, id_ in ends.items()}

    def derive(self, entity: str, origins: Iterable[str]) -> None:
        """Say what an entity comes from."""
        for origin in origins:
            self.relate("wasDerivedFrom", generatedEntity=entity, usedEntity=origin)

    def make(self, entity: str, activity: str, used: Iterable[str]) -> None:
        """Say that the harness made an entity of others."""
        self.add("activity", activity)
        self.relate("wasGeneratedBy", entity=entity, activity=activity)
        self.relate("wasAssociatedWith", activity=activity, agent=_HARNESS)
        for one in used:
            self.relate("used", activity=activity, entity=one)

    def holds(self, id_: str) -> bool:
        """Whether there is an entity of this id."""
        return id_ in self._parts["entity"]

    def text(self) -> str:
        """The document."""
        return json.dumps({"prefix": self._prefix, **self._parts}, indent=1, ensure_ascii=False)


def provenance_json(run: Run, ledger: Ledger) -> str:
    """The graph of everything that the run's records hold and the ledger has cited."""
    graph = _Graph(run.config.id)
    graph.add("agent", _HARNESS, versions=json.dumps(run.config.versions))
    graph.typed("agent", _HARNESS, "prov:SoftwareAgent")
    model = graph.add("agent", "run:agent/model", name=run.config.model.name)
    graph.typed("agent", model, "prov:SoftwareAgent")
    _papers(graph, run)
    _ideas(graph, run, model)
    _code(graph, run, model)
    _measurements(graph, run)
    _verdicts(graph, run, ledger)
    _reviews(graph, run)
    _numbers(graph, ledger)
    return graph.text()


def _papers(graph: _Graph, run: Run) -> None:
    for row in run.all(PaperRecord):
        paper = Paper.model_validate(row.paper)
        graph.add("entity", _id("paper", paper.id), title=quote(paper.title, "paper").text, doi=paper.doi or None)


def _ideas(graph: _Graph, run: Run, model: str) -> None:
    for row in run.all(IdeaRecord, IdeaRecord.round):
        draft = draft_of(row)
        idea = graph.add("entity", _id("idea", row.id), title=quote(draft.title, "model").text, decision=row.decision)
        graph.relate("wasAttributedTo", entity=idea, agent=model)
        cited = (_id("paper", cite.paper) for cite in draft.cites)
        built_on = (_id("idea", one) for one in draft.builds_on)
        graph.derive(idea, (one for one in (*cited, *built_on) if graph.holds(one)))


def _code(graph: _Graph, run: Run, model: str) -> None:
    for row in run.all(AttemptRecord, AttemptRecord.idea_id, AttemptRecord.number):
        facts = {"commit": row.commit, "code_hash": row.code_hash, "status": row.status, "seconds": row.wall_s}
        code = graph.add("entity", _id("attempt", row.id), **facts)
        graph.relate("wasAttributedTo", entity=code, agent=model)
        before = [_id("attempt", f"{row.idea_id}-a{row.number - 1}")] if row.number > 1 else []
        graph.derive(code, [_id("idea", row.idea_id), *before])


def _measurements(graph: _Graph, run: Run) -> None:
    by_commit = {row.commit: _id("attempt", row.id) for row in run.all(AttemptRecord, AttemptRecord.number)}
    for row in run.all(MeasurementRecord):
        data = graph.add("entity", _id("data", row.data_hash), sha256=row.data_hash)
        code = f"run:{BASELINE}" if row.subject == BASELINE else by_commit.get(row.commit, _id("idea", row.subject))
        if row.subject == BASELINE:
            graph.add("entity", code, commit=row.commit, code_hash=row.code_hash)
        facts = {name: getattr(row, name) for name in ("split", "seed", "status", "metric", "predictions", "score")}
        graph.make(graph.add("entity", _id("measurement", row.id), **facts), _id("measuring", row.id), (code, data))


def _verdicts(graph: _Graph, run: Run, ledger: Ledger) -> None:
    for row in run.all(VerdictRecord):
        verdict = graph.add("entity", _id("verdict", row.id), verdict=row.verdict)
        measured = (_id(*one.split(":", 1)) for one in ledger.source_of(row).follows_from)
        graph.make(verdict, _id("judging", row.id), (_id("idea", row.idea_id), *measured))


def _reviews(graph: _Graph, run: Run) -> None:
    for review in reviews(run):
        person = graph.add("agent", _id("agent", quote(review.who, "person", 80).text))
        if review.by_person:
            graph.typed("agent", person, "prov:Person")
        facts = {"action": review.verdict.action, "reason": quote(review.verdict.reason, "person").text}
        said = graph.add(
            "entity", _id("review", str(review.n)), at=review.at.isoformat(), counts=review.counts, **facts
        )
        graph.relate("wasAttributedTo", entity=said, agent=person)
        subject, _, kind = review.item_id.rpartition("/")
        about = _id("verdict", f"{subject}/validation") if kind == "result" else _id("idea", subject)
        graph.derive(said, [about] if graph.holds(about) else [])


def _numbers(graph: _Graph, ledger: Ledger) -> None:
    for place, entry in enumerate(ledger.entries):
        if isinstance(entry, Cited):
            number = graph.add(
                "entity", _id("number", str(place)), name=entry.name, value=entry.value, printed=entry.text
            )
            graph.derive(number, [_origin(graph, entry.source)])


def _origin(graph: _Graph, source: Source) -> str:
    """The entity that a number comes from; of counts, settings and the journal there is none before."""
    id_ = _id(source.kind, source.row)
    return id_ if graph.holds(id_) else graph.add("entity", id_)
