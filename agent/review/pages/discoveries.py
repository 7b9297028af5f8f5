"""What the pages of a discovery show, as values: the run, a hypothesis, a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from agent.discover.dossier import Discovery, read_discovery
from agent.discover.records import HypothesisRecord, StepRecord
from agent.discover.view import HypothesisView, hypothesis_view
from agent.evidence.findings import FindingsLedger
from agent.evidence.ledger import Cited
from agent.review import queue
from agent.review.dossier import UsageView
from agent.review.pages.journal import EventLine, events
from agent.review.pages.overview import RunHead, head_of
from agent.review.pages.queues import ItemView, item_views
from agent.review.pages.shelf import NoSuchThing
from agent.review.quoting import Quoted, quote, quote_block
from agent.review.reading import asked_about
from agent.run import Run

PNG = b"\x89PNG\r\n\x1a\n"
LARGEST_PICTURE = 4 << 20
_NEWEST_EVENTS = 12
_LOG = 12_000


@dataclass(frozen=True)
class Drawn:
    """A picture that a tool drew, by its content."""

    name: Quoted
    digest: str


@dataclass(frozen=True)
class DiscoveryPage:
    """A discovery as it stands."""

    head: RunHead
    found: Discovery
    events: tuple[EventLine, ...]

    @property
    def ledger(self) -> FindingsLedger:
        """Whose numbers are shown."""
        return self.found.ledger


@dataclass(frozen=True)
class HypothesisPage:
    """A hypothesis with all that speaks for and against it."""

    head: RunHead
    ledger: FindingsLedger
    hypothesis: HypothesisView
    pictures: tuple[Drawn, ...]
    items: tuple[ItemView, ...]
    time_run: Cited
    """Of all tools of its objective."""
    asked: tuple[tuple[str, UsageView], ...]
    """What models were asked: about its objective, and about itself."""


@dataclass(frozen=True)
class StepPage:
    """One call of a tool."""

    head: RunHead
    ledger: FindingsLedger
    id: str
    tool: str
    origin: str
    status: str
    purpose: Quoted
    outcome: Quoted
    parameters: tuple[tuple[Quoted, Quoted], ...]
    warnings: tuple[Quoted, ...]
    versions: Mapping[str, str]
    job: str
    data: str
    wall: Cited
    tables: tuple[Drawn, ...]
    pictures: tuple[Drawn, ...]
    log: Quoted


def discovery_page(run: Run, name: str) -> DiscoveryPage:
    """A discovery with its hypotheses, the best supported first."""
    found = read_discovery(run)
    return DiscoveryPage(head_of(run, name, found.ledger, None), found, events(run, _NEWEST_EVENTS)[0])


def hypothesis_page(run: Run, name: str, hypothesis: str) -> HypothesisPage:
    """A hypothesis.

    Raises:
        NoSuchThing: the run has none of this name.
    """
    row = run.get(HypothesisRecord, hypothesis)
    if row is None:
        raise NoSuchThing(f"The run {name} has no hypothesis {hypothesis}.")
    ledger = FindingsLedger(run)
    view = hypothesis_view(run, ledger, row)
    steps = dict.fromkeys(claim.step for claim in (*view.claims, *view.against))
    asked = (
        ("Models, on its objective", asked_about(run, ledger, row.objective_id)),
        ("Judges", asked_about(run, ledger, row.id)),
    )
    return HypothesisPage(
        head=head_of(run, name, ledger, None),
        ledger=ledger,
        hypothesis=view,
        pictures=tuple(one for step in steps for one in _pictures(ledger.step(step))),
        items=item_views(run, ledger, queue.items(run, subject=hypothesis)),
        time_run=ledger.seconds_on(row.objective_id),
        asked=tuple((what, one) for what, one in asked if one is not None),
    )


def step_page(run: Run, name: str, step: str) -> StepPage:
    """A step.

    Raises:
        NoSuchThing: the run has none of this name.
    """
    row = run.get(StepRecord, step)
    if row is None:
        raise NoSuchThing(f"The run {name} has no step {step}.")
    ledger = FindingsLedger(run)
    return StepPage(
        head=head_of(run, name, ledger, None),
        ledger=ledger,
        id=row.id,
        tool=row.tool,
        origin=row.origin,
        status=row.status,
        purpose=quote(row.purpose, "model"),
        outcome=quote(row.summary or row.reason, "program"),
        parameters=tuple(
            (quote(key, "model", 80), quote(str(value), "model")) for key, value in row.parameters.items()
        ),
        warnings=tuple(quote(text, "program") for text in row.warnings),
        versions={str(key): str(value) for key, value in row.versions.items()},
        job=row.job,
        data=row.data,
        wall=ledger.seconds(row),
        tables=tuple(Drawn(quote(key, "program", 80), str(digest)) for key, digest in row.tables.items()),
        pictures=_pictures(row),
        log=quote_block(run.artefacts.read_text(row.log) if row.log else "", "program", _LOG),
    )


def _pictures(row: StepRecord) -> tuple[Drawn, ...]:
    """Those made of pixels: drawings of others can hold programs."""
    return tuple(
        Drawn(quote(key, "program", 80), str(digest)) for key, digest in row.figures.items() if key.endswith(".png")
    )
