"""The ledger: every number that may be printed of a run, with the records that it comes from.

A report, a table or a page is given `Cited` values and never bare numbers. A `Cited` can only be had from a `Ledger`,
and a `Ledger` only takes values from a run's records, so that a number without a source cannot get into print: the
renderer asks `Ledger.holds` of each.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select

from agent.evidence.statistics import Comparison
from agent.history import BASELINE, attempts_by_idea, measurements_by_subject
from agent.models.totals import Total
from agent.records import (
    AttemptRecord,
    EventRecord,
    IdeaRecord,
    MeasurementRecord,
    PaperRecord,
    Record,
    VerdictRecord,
)
from agent.run import Run
from workspaces.task import Metric

Kind = Literal[
    "measurement", "verdict", "attempt", "idea", "paper", "count", "journal", "setting", "calls", "statistic", "step",
    "hypothesis",
]  # fmt: skip

_EXACT = 4
"""Significant digits of a metric whose task is not there any more to say which differences matter."""


class Source(BaseModel):
    """Where a number comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    row: str
    """Primary key in the run's database; for a count what was counted, for a setting its name in `run.toml`."""
    attempt: str = ""
    commit: str = ""
    code_hash: str = ""
    data_hash: str = ""
    seeds: tuple[int, ...] = ()
    step: str = ""
    """Of a discovery: the step whose table or fact it is."""
    tool: str = ""
    """The tool that the step called, and where that comes from."""
    job: str = ""
    """Of the sandbox: made of the tool's code, its parameters and its inputs."""
    predictions: tuple[str, ...] = ()
    """SHA-256 of the predictions that were scored, one a seed."""
    follows_from: tuple[str, ...] = ()
    """Ids of the sources that this one was computed from."""

    @property
    def id(self) -> str:
        """Unique in the run."""
        return f"{self.kind}:{self.row}"


class Cited(BaseModel):
    """A number with its source. `str` gives it as it is printed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float | int
    name: str
    """What it is of its source, such as `difference`."""
    text: str
    """As printed: rounded to what the task can tell apart, without the metric's unit."""
    source: Source

    @property
    def id(self) -> str:
        """Unique in the run."""
        return f"{self.source.id}#{self.name}"

    def __str__(self) -> str:
        return self.text


class Stated(BaseModel):
    """A sentence that the harness wrote into a record. The numbers in it are that record's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    source: Source

    def __str__(self) -> str:
        return self.text


class Compared(NamedTuple):
    """The numbers of a verdict."""

    difference: Cited
    low: Cited
    high: Cited
    confidence: Cited
    baseline: Cited
    candidate: Cited


class Ledger:
    """The numbers of one run, as its records were when the ledger was opened."""

    def __init__(self, run: Run, metric: Metric | None = None, ideas: Collection[str] | None = None) -> None:
        """Open the ledger of a run.

        Args:
            run: whose records are the only origin of numbers.
            metric: of the run's task: metrics are rounded to two digits of its smallest difference worth having.
            ideas: those whose verdicts, attempts and measurements will be cited; None for all.
        """
        self._run = run
        self._decimals = None if metric is None else max(0, 1 - math.floor(math.log10(metric.smallest_difference)))
        self._smallest = None if metric is None else metric.smallest_difference
        self._entries: dict[str, Cited | Stated] = {}
        self._measurements: dict[str, Source] = {}
        self.attempts = attempts_by_idea(run, ideas)
        """By idea: what numbers may be cited of."""
        self.measured = measurements_by_subject(run, ideas)
        """By idea, and of the baseline."""

    def holds(self, entry: Cited | Stated) -> bool:
        """Whether this very entry came from this ledger."""
        return self._entries.get(_key(entry)) == entry

    @property
    def entries(self) -> tuple[Cited | Stated, ...]:
        """All that was cited until now, in the order of the first time."""
        return tuple(self._entries.values())

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources of all entries, each once, and before them those that they were computed from."""
        by_id = {one.id: one for one in map(self._of_measurement, self._all_measured())}
        found: dict[str, Source] = {}
        for entry in self._entries.values():
            for needed in entry.source.follows_from:
                found.setdefault(needed, by_id[needed])
            found.setdefault(entry.source.id, entry.source)
        return tuple(found.values())

    # -- numbers --------------------------------------------------------------------------------------------------

    def metric(self, row: MeasurementRecord) -> Cited | None:
        """The metric of one code version with one seed; None when there is none."""
        return None if row.metric is None else self._cite(row.metric, "metric", self._of_measurement(row))

    def compared(self, row: VerdictRecord) -> Compared | None:
        """A verdict's numbers; None when nothing could be compared."""
        if row.comparison is None:
            return None
        found, source = Comparison.model_validate(row.comparison), self.source_of(row)
        return Compared(
            difference=self._cite(found.difference, "difference", source, sign="+"),
            low=self._cite(found.low, "low", source, sign="+"),
            high=self._cite(found.high, "high", source, sign="+"),
            confidence=self._enter(found.confidence, "confidence", _percent(found.confidence), source),
            baseline=self._cite(found.baseline, "baseline", source),
            candidate=self._cite(found.candidate, "candidate", source),
        )

    def wall(self, row: AttemptRecord | MeasurementRecord) -> Cited | None:
        """Seconds that a program ran; None when it did not."""
        if row.wall_s is None:
            return None
        source = self._of_attempt(row) if isinstance(row, AttemptRecord) else self._of_measurement(row)
        return self._enter(row.wall_s, "wall time", duration(row.wall_s), source)

    def seconds_run(self, idea: str) -> Cited:
        """Seconds that an idea's programs ran. The first measurement is the run of the attempt that worked."""
        took = {(row.commit, "validation", row.seed): row.wall_s or 0.0 for row in self.attempts.get(idea, [])}
        took |= {(row.commit, row.split, row.seed): row.wall_s for row in self.measured.get(idea, [])}
        seconds = sum(took.values())
        return self._enter(seconds, "time run", duration(seconds), Source(kind="idea", row=idea))

    def similarity(self, row: IdeaRecord, to: str, value: float) -> Cited:
        """How near an idea is to the earlier idea or paper `to`, as its record says."""
        return self._enter(value, f"similarity to {to}", f"{value:.2f}", Source(kind="idea", row=row.id))

    def score(self, row: PaperRecord) -> Cited:
        """The score that a paper was ranked by, 0 to 10."""
        value = float(row.ranking["score"])
        return self._enter(value, "score", f"{value:.1f}", Source(kind="paper", row=row.id))

    def count(self, table: type[Record], **equal: object) -> Cited:
        """How many rows of a table have these values."""
        where = " and ".join(f"{name} = {value}" for name, value in equal.items())
        counted = f"{table.__tablename__} where {where}" if where else table.__tablename__
        (number,) = self._run.query(select(func.count()).select_from(table).filter_by(**equal))
        return self._count(counted, number)

    def counted(self, what: str, rows: Iterable[str]) -> Cited:
        """How many different things there are of the kind `what`, given their ids."""
        return self._count(what, len(set(rows)))

    def seconds_worked(self) -> Cited:
        """Time that was worked on the run, over all its sessions."""
        seconds = self._run.seconds_worked()
        return self._enter(seconds, "time worked", duration(seconds), Source(kind="journal", row="sessions"))

    def total(self, total: Total, name: str) -> Cited | None:
        """A number of what calls of models came to, such as `prompt_tokens`; None when it is not known."""
        value: float | None = getattr(total, name)
        if value is None:
            return None
        text = {"seconds": duration(value), "dollars": f"${value:.4f}"}.get(name, f"{value:,}")
        return self._enter(value, name, text, Source(kind="calls", row=total.id))

    def setting(self, name: str) -> Cited:
        """A number of the frozen configuration, such as `budget.rounds`.

        Raises:
            KeyError: the configuration has no such number.
        """
        value: object = self._run.config
        for part in name.split("."):
            value = getattr(value, part, None)
        if not isinstance(value, int | float):
            raise KeyError(name)
        text = _percent(value) if name == "error_rate" else f"{value:,g}"
        return self._enter(value, "value", text, Source(kind="setting", row=name))

    def smallest_difference(self) -> Cited | None:
        """The smallest difference worth having; None when the task is not there any more."""
        source = Source(kind="setting", row="task.toml: metric.smallest_difference")
        return None if self._smallest is None else self._enter(self._smallest, "value", f"{self._smallest:g}", source)

    # -- sentences ------------------------------------------------------------------------------------------------

    def reason(self, row: VerdictRecord) -> Stated | None:
        """Why a verdict is what it is; None where the reason is a program's own words, which are to be quoted."""
        return None if row.comparison is None else self._state(row.reason, self.source_of(row))

    def decision(self, row: IdeaRecord) -> Stated:
        """Why an idea was tried or not."""
        return self._state(row.decision_reason, Source(kind="idea", row=row.id))

    def event(self, row: EventRecord) -> Stated:
        """What the journal says."""
        return self._state(row.text, Source(kind="journal", row=str(row.n)))

    # -- sources --------------------------------------------------------------------------------------------------

    def _of_attempt(self, row: AttemptRecord) -> Source:
        facts = {"attempt": row.id, "commit": row.commit, "code_hash": row.code_hash}
        # A run has one data set; an attempt's own record does not name it.
        facts |= {"data_hash": next((one.data_hash for one in self._all_measured()), "")}
        return Source(kind="attempt", row=row.id, seeds=() if row.seed is None else (row.seed,), **facts)

    def _of_measurement(self, row: MeasurementRecord) -> Source:
        if row.id not in self._measurements:  # a baseline's stands behind every verdict
            self._measurements[row.id] = self._made_of_measurement(row)
        return self._measurements[row.id]

    def _made_of_measurement(self, row: MeasurementRecord) -> Source:
        return Source(
            kind="measurement",
            row=row.id,
            attempt=self._attempt_of(row),
            commit=row.commit,
            code_hash=row.code_hash,
            data_hash=row.data_hash,
            seeds=(row.seed,),
            predictions=(row.predictions,) if row.predictions else (),
        )

    def source_of(self, row: VerdictRecord) -> Source:
        """What a verdict rests on: its own seeds, where it names them."""
        seeds = (row.comparison or {}).get("seeds")
        measured = [self.measured.get(subject, []) for subject in (row.idea_id, BASELINE)]
        sides = [
            [one for one in side if one.split == row.split and one.seed in (seeds or [one.seed])] for side in measured
        ]
        ours = [self._of_measurement(one) for one in sides[0]]
        parts = {
            "seeds": tuple(seed for one in ours for seed in one.seeds),
            "predictions": tuple(digest for one in ours for digest in one.predictions),
            "follows_from": tuple(self._of_measurement(one).id for side in sides for one in side),
        }
        facts = ours[0].model_dump(include={"attempt", "commit", "code_hash", "data_hash"}) if ours else {}
        return Source.model_validate({"kind": "verdict", "row": row.id, **facts, **parts})

    def _attempt_of(self, row: MeasurementRecord) -> str:
        """The attempt whose code was measured; the newest when one that changed nothing has the same code."""
        tried = self.attempts.get(row.subject, [])
        return next((one.id for one in reversed(tried) if one.commit == row.commit), row.subject)

    def _all_measured(self) -> Iterable[MeasurementRecord]:
        return (row for rows in self.measured.values() for row in rows)

    # -- entering -------------------------------------------------------------------------------------------------

    def _cite(self, value: float, name: str, source: Source, sign: Literal["", "+"] = "") -> Cited:
        form = f"{sign}.{_EXACT}g" if self._decimals is None else f"{sign}.{self._decimals}f"
        return self._enter(value, name, format(value, form).replace("-", "−"), source)

    def _count(self, what: str, number: int) -> Cited:
        return self._enter(number, "count", f"{number:,}", Source(kind="count", row=what))

    def _enter(self, value: float, name: str, text: str, source: Source) -> Cited:
        entry = Cited(value=value, name=name, text=text, source=source)
        self._entries[_key(entry)] = entry
        return entry

    def _state(self, text: str, source: Source) -> Stated:
        entry = Stated(text=text, source=source)
        self._entries[_key(entry)] = entry
        return entry


def _key(entry: Cited | Stated) -> str:
    return entry.id if isinstance(entry, Cited) else f"{entry.source.id}#sentence"


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"


def duration(seconds: float) -> str:
    """Seconds as they are printed."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
