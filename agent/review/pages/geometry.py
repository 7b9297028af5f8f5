"""Pictures as coordinates: the templates draw them as SVG, in the colours of the page.

A page is asked for again and again while a run goes on, so its pictures are a few paths and no drawing library.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Interval(NamedTuple):
    """A difference with its interval; positive is better."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Scale:
    """Values of a run's differences → places on an axis."""

    start: float
    end: float

    @classmethod
    def over(cls, intervals: Iterable[Interval], smallest: float) -> Scale:
        """A scale that shows what could be an improvement, and zero.

        One idea that went badly wrong must not press all others into a point, so the bad side goes half as far again
        as the good one at most. What lies further out is drawn at the edge.
        """
        found = list(intervals)
        good = max([one.high for one in found] + [2 * smallest])
        bad = max(min([one.low for one in found] + [-2 * smallest]), -1.5 * good)
        room = 0.06 * (good - bad)
        return cls(bad - room, good + room)

    def at(self, value: float, length: float) -> float:
        """The place of a value on an axis of this length; at the edge when it lies outside."""
        share = (value - self.start) / (self.end - self.start)
        return min(max(share, 0.0), 1.0) * length

    def ticks(self) -> tuple[float, ...]:
        """Three to six round numbers on it, zero among them."""
        rough = (self.end - self.start) / 4
        magnitude = 10 ** math.floor(math.log10(rough))
        step = magnitude * min(factor for factor in (1, 2, 5, 10) if factor * magnitude >= rough)
        first, last = math.ceil(self.start / step), math.floor(self.end / step)
        return tuple(step * n for n in range(first, last + 1))


@dataclass(frozen=True)
class Strip:
    """One interval on a line, beside others on the same scale. Places are percents of its length."""

    zero: str
    band: tuple[str, str]
    """Start and length of what is too small to be worth having."""
    line: tuple[str, str]
    middle: str


def strip(scale: Scale, interval: Interval, smallest: float) -> Strip:
    """Where an interval is drawn."""
    low, middle, high = (scale.at(value, 100) for value in interval)
    start, end = scale.at(-smallest, 100), scale.at(smallest, 100)
    return Strip(_text(scale.at(0, 100)), (_text(start), _text(end - start)), (_text(low), _text(high)), _text(middle))


class Judgement(NamedTuple):
    """An idea with what was found, in the order of the run."""

    idea: str
    round: int
    verdict: str
    found: Interval | None


@dataclass(frozen=True)
class Target:
    """A place in the chart that leads to an idea."""

    idea: str
    x: str
    y: str


@dataclass(frozen=True)
class Chart:
    """All differences of a run in their order, with the best so far."""

    width: str
    height: str
    zero: str
    band: tuple[str, str]
    """Top and height of what is too small to be worth having."""
    ticks: tuple[tuple[str, str], ...]
    """Place and words of each."""
    rounds: tuple[tuple[str, str], ...]
    """Where each round begins, and its name, as far as names have room."""
    marks: tuple[tuple[str, str, str], ...]
    """Verdict, path of intervals, path of points."""
    best: str
    """Path of the best improvement so far; empty while there is none."""
    targets: tuple[Target, ...]


_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720.0, 230.0, 52.0, 24.0
_MOST_TARGETS = 80
"""Points that lead somewhere: beyond that a finger cannot tell them apart."""
_ROOM_FOR_A_NAME = 34.0


def chart(judged: Sequence[Judgement], scale: Scale, smallest: float) -> Chart:
    """Draw the judgements of a run, first at the left."""
    step = (_WIDTH - _LEFT - 8) / max(len(judged), 1)
    across = [_LEFT + step * (n + 0.5) for n in range(len(judged))]
    top, bottom = _down(scale, smallest), _down(scale, -smallest)
    few = judged if len(judged) <= _MOST_TARGETS else ()
    return Chart(
        width=_text(_WIDTH),
        height=_text(_HEIGHT),
        zero=_text(_down(scale, 0)),
        band=(_text(top), _text(bottom - top)),
        ticks=tuple((_text(_down(scale, tick)), _signed(tick)) for tick in scale.ticks()),
        rounds=_rounds(judged, across, step),
        marks=_marks(judged, across, scale),
        best=_best(judged, across, scale),
        targets=tuple(
            Target(one.idea, _text(x), _text(_down(scale, one.found.middle)))
            for one, x in zip(few, across, strict=False)
            if one.found
        ),
    )


def _down(scale: Scale, value: float) -> float:
    return 8 + (_HEIGHT - _BOTTOM - 8) - scale.at(value, _HEIGHT - _BOTTOM - 8)


def _marks(judged: Sequence[Judgement], across: Sequence[float], scale: Scale) -> tuple[tuple[str, str, str], ...]:
    """Two paths a verdict, however many ideas have it. A point is a line of no length with round ends."""
    lines: dict[str, list[str]] = {}
    points: dict[str, list[str]] = {}
    for one, x in zip(judged, across, strict=True):
        if one.found is None:
            points.setdefault(one.verdict, []).append(f"M{_text(x)} {_text(_HEIGHT - _BOTTOM)}h0")
            continue
        low, middle, high = (_text(_down(scale, value)) for value in one.found)
        lines.setdefault(one.verdict, []).append(f"M{_text(x)} {low}V{high}")
        points.setdefault(one.verdict, []).append(f"M{_text(x)} {middle}h0")
    return tuple((verdict, "".join(lines.get(verdict, ())), "".join(points[verdict])) for verdict in sorted(points))


def _best(judged: Sequence[Judgement], across: Sequence[float], scale: Scale) -> str:
    path, best = "", 0.0
    for one, x in zip(judged, across, strict=True):
        if one.verdict == "improved" and one.found and one.found.middle > best:
            path += f"H{_text(x)}V{_text(_down(scale, one.found.middle))}"
            best = one.found.middle
    return f"M{_text(_LEFT)} {_text(_down(scale, 0))}{path}H{_text(_WIDTH - 8)}" if path else ""


def _rounds(judged: Sequence[Judgement], across: Sequence[float], step: float) -> tuple[tuple[str, str], ...]:
    found, named = [], -_ROOM_FOR_A_NAME
    for before, one, x in zip([None, *judged], judged, across, strict=False):
        if before is None or before.round != one.round:
            start = x - step / 2
            name = f"r{one.round}" if start - named >= _ROOM_FOR_A_NAME else ""
            named = start if name else named
            found.append((_text(start), name))
    return tuple(found)


def _signed(number: float) -> str:
    return f"{number:+.3g}".replace("-", "−") if number else "0"


def _text(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
