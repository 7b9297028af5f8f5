"""A graph of evidence as PROV-JSON (W3C member submission, 2013), and the parts of it that every run has.

Any PROV tool reads it. Ids are the run's own: `run:verdict/r1-2/validation` is that row of `run.db`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from urllib.parse import quote as quote_name

from agent.evidence.ledger import Cited, Ledger
from agent.literature.papers import Paper
from agent.records import PaperRecord
from agent.review.queue import reviews
from agent.review.quoting import quote
from agent.run import Run

HARNESS, MODEL = "run:agent/echolocate", "run:agent/model"


def prov_id(kind: str, row: str) -> str:
    """What the graph calls a row; PROV's names take no spaces and no marks."""
    return f"run:{kind}/{quote_name(row, safe='/')}"


class Graph:
    """A PROV document as it grows. Relations need no names of their own, so they are numbered."""

    def __init__(self, run: Run) -> None:
        """Begin with the harness and the run's model, which have a hand in everything."""
        self._parts: dict[str, dict[str, dict[str, object]]] = defaultdict(dict)
        self._prefix = {"run": f"urn:echolocate:run:{run.config.id}:", "el": "urn:echolocate:terms:"}
        self.add("agent", HARNESS, versions=json.dumps(run.config.versions))
        self.add("agent", MODEL, name=run.config.model.name)
        for agent in (HARNESS, MODEL):
            self.typed("agent", agent, "prov:SoftwareAgent")

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
        self.relate("wasAssociatedWith", activity=activity, agent=HARNESS)
        for one in used:
            self.relate("used", activity=activity, entity=one)

    def holds(self, id_: str) -> bool:
        """Whether there is an entity of this id."""
        return id_ in self._parts["entity"]

    def known(self, id_: str) -> str:
        """The entity of this id, which is added without facts when it is not there yet."""
        return id_ if self.holds(id_) else self.add("entity", id_)

    def text(self) -> str:
        """The document."""
        return json.dumps({"prefix": self._prefix, **self._parts}, indent=1, ensure_ascii=False)


def add_papers(graph: Graph, run: Run) -> None:
    """The run's library."""
    for row in run.all(PaperRecord):
        paper = Paper.model_validate(row.paper)
        graph.add("entity", prov_id("paper", paper.id), title=quote(paper.title, "paper").text, doi=paper.doi or None)


def add_reviews(graph: Graph, run: Run) -> None:
    """What people said, of what the graph has by now."""
    for review in reviews(run):
        person = graph.add("agent", prov_id("agent", quote(review.who, "person", 80).text))
        if review.by_person:
            graph.typed("agent", person, "prov:Person")
        facts = {"action": review.verdict.action, "reason": quote(review.verdict.reason, "person").text}
        said = graph.add(
            "entity", prov_id("review", str(review.n)), at=review.at.isoformat(), counts=review.counts, **facts
        )
        graph.relate("wasAttributedTo", entity=said, agent=person)
        subject, _, kind = review.item_id.rpartition("/")
        about = {"result": prov_id("verdict", f"{subject}/validation"), "hypothesis": prov_id("hypothesis", subject)}
        graph.derive(said, filter(graph.holds, [about.get(kind, prov_id("idea", subject))]))


def add_numbers(graph: Graph, ledger: Ledger) -> None:
    """Every number that was cited, with where it comes from; of counts, settings and the journal nothing is before."""
    for place, entry in enumerate(ledger.entries):
        if isinstance(entry, Cited):
            facts = {"name": entry.name, "value": entry.value, "printed": entry.text}
            number = graph.add("entity", prov_id("number", str(place)), **facts)
            graph.derive(number, [graph.known(prov_id(entry.source.kind, entry.source.row))])
