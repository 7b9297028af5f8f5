"""The report's two figures, drawn from what the dossier cites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from agent.review.dossier import Dossier, IdeaView, Judged
from agent.review.svg import INKS, to_svg

_MARKERS = {"improved": "o", "worse": "v", "same": "s", "inconclusive": "D", "failed": "x"}
_WIDTH = 7.6
_ROW = 0.3
"""Inches an idea, while there are few."""
_TALLEST = 40.0
_LEAST_LABELLED = 0.11
"""Inches an idea below which names would run into each other."""
_DIFFERENCES = (
    "Difference to the baseline in {metric}, by idea and round; right of zero is better. Filled marks: validation, with "
    "its interval; hollow marks: held-out test. In the shaded band a difference is too small to be worth having."
)
_ATTEMPTS = (
    "Every version of code that was tried. A chain is an idea with its repairs, a cross a version that did not work, "
    "and the last mark the idea's verdict."
)


@dataclass(frozen=True)
class Picture:
    """A figure of the report."""

    name: str
    caption: str
    svg: str

    @property
    def inline(self) -> Markup:
        """For a page: the figure is ours, and all that others wrote is kept out of it."""
        return Markup(self.svg)


def pictures(run: Dossier) -> tuple[Picture, ...]:
    """The figures that a run has enough for."""
    judged = [idea for idea in run.ideas if idea.validation is not None]
    tried = [idea for idea in run.ideas if idea.attempts]
    found = []
    if any(idea.validation and idea.validation.numbers for idea in judged):
        caption = _DIFFERENCES.format(metric=run.metric)
        found.append(Picture("differences", caption, to_svg(_differences(run, judged), caption)))
    if tried:
        found.append(Picture("attempts", _ATTEMPTS, to_svg(_tree(tried), _ATTEMPTS)))
    return tuple(found)


def _differences(run: Dossier, ideas: Sequence[IdeaView]) -> Figure:
    figure, axes = _rows(ideas)
    if run.ledger.smallest_difference is not None:
        smallest = run.ledger.smallest_difference.value
        axes.axvspan(-smallest, smallest, color=INKS["band"], lw=0)
    axes.axvline(0, color=INKS["soft"], lw=1)
    for row, idea in enumerate(ideas):
        _interval(axes, row, idea.validation, hollow=False)
        _interval(axes, row + 0.28, idea.test, hollow=True)
    axes.set_xlabel(f"difference in {run.metric}{run.unit}", color=INKS["soft"], parse_math=False)
    axes.tick_params(axis="x", colors=INKS["soft"], labelsize=8)
    axes.margins(x=0.04)
    return figure


def _interval(axes: Axes, row: float, judged: Judged | None, *, hollow: bool) -> None:
    if judged is None or judged.numbers is None:
        return
    numbers, colour = judged.numbers, INKS[judged.verdict]
    centre = numbers.difference.value
    axes.plot([numbers.low.value, numbers.high.value], [row, row], color=colour, lw=1 if hollow else 1.8)
    fill = "none" if hollow else colour
    axes.plot(centre, row, _MARKERS[judged.verdict], color=colour, mfc=fill, ms=5 if hollow else 6, mew=1.3)


def _tree(ideas: Sequence[IdeaView]) -> Figure:
    figure, axes = _rows(ideas)
    middle = (len(ideas) - 1) / 2
    axes.plot(-1, middle, "s", color=INKS["ink"], ms=7)
    axes.annotate("baseline", (-1, middle), (-1, middle - 0.45), color=INKS["ink"], ha="center", va="bottom")
    for row, idea in enumerate(ideas):
        steps = range(1, len(idea.attempts) + 1)
        axes.plot([-1, -0.4, 0, len(idea.attempts) + 1], [middle, row, row, row], color=INKS["line"], lw=1.2, zorder=0)
        for step, attempt in zip(steps, idea.attempts, strict=True):
            worked = attempt.status == "ok"
            axes.plot(step, row, "o" if worked else "x", color=INKS["soft" if worked else "worse"], ms=6, mew=1.8)
        verdict = idea.outcome if idea.outcome in _MARKERS else "failed"
        end = len(idea.attempts) + 1
        axes.plot(end, row, _MARKERS[verdict], color=INKS[verdict], ms=7, mew=2)
        axes.annotate(idea.outcome, (end, row), (8, 0), textcoords="offset points", va="center", color=INKS[verdict])
    longest = max(len(idea.attempts) for idea in ideas)
    axes.set_xlim(-1.6, max(longest, 4) + 2.4)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return figure


def _rows(ideas: Sequence[IdeaView]) -> tuple[Figure, Axes]:
    """A row an idea, named and linked, first at the top; a gap in the grid where a round ends."""
    height = min(_ROW * len(ideas), _TALLEST)
    figure = Figure(figsize=(_WIDTH, height + 0.9), layout="constrained")
    axes = figure.add_subplot()
    axes.set_ylim(len(ideas) - 0.4, -0.9)
    axes.set_yticks(range(len(ideas)), [idea.id for idea in ideas], parse_math=False)
    for label, idea in zip(axes.get_yticklabels(), ideas, strict=True):
        label.set_url(f"#{idea.id}")
    axes.tick_params(axis="y", length=0, colors=INKS["ink"], labelleft=height / len(ideas) >= _LEAST_LABELLED)
    for row, (before, after) in enumerate(pairwise(ideas)):
        if before.round != after.round:
            axes.axhline(row + 0.5, color=INKS["line"], lw=0.8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(INKS["line"])
    return figure, axes
