"""The report's two figures, drawn from what the dossier cites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from agent.review.dossier import Dossier, IdeaView, Judged
from agent.review.svg import INKS, to_svg

_MARKERS = {"improved": "o", "worse": "v", "same": "s", "inconclusive": "D", "failed": "x"}
_WIDTH = 9.0
_ROW = 0.32
"""Inches an idea, while there are few."""
_TALLEST = 40.0
_LEAST_LABELLED = 0.11
"""Inches an idea below which names would run into each other."""
_ASIDE = 0.01
"""Share of the axes' width at which a failure is marked."""
_DIFFERENCES = (
    "Difference to the baseline in {metric}, by idea and round; right of zero is better. Filled marks: validation, "
    "with its interval; hollow marks: held-out test; crosses at the edge: nothing could be measured. In the shaded "
    "band a difference is too small to be worth having."
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
    figure, axes, _ = _rows(ideas)
    if run.smallest_difference is not None:
        smallest = run.smallest_difference.value
        axes.axvspan(-smallest, smallest, color=INKS["band"], lw=0)
    axes.axvline(0, color=INKS["soft"], lw=1)
    for verdict in _MARKERS:
        _intervals(axes, enumerate(idea.validation for idea in ideas), verdict)
        _intervals(axes, ((row + 0.28, idea.test) for row, idea in enumerate(ideas)), verdict, hollow=True)
    axes.set_xlabel(f"difference in {run.metric}{run.unit}", color=INKS["soft"], parse_math=False)
    axes.tick_params(axis="x", colors=INKS["soft"], labelsize=8)
    axes.margins(x=0.04)
    axes.autoscale_view(scaley=False)
    return figure


def _intervals(
    axes: Axes, judged: Iterable[tuple[float, Judged | None]], verdict: str, *, hollow: bool = False
) -> None:
    """Differences with their intervals, of those that have this verdict; a failure has neither, and stands aside."""
    found = [(row, one.numbers) for row, one in judged if one is not None and one.verdict == verdict]
    centres = [numbers.difference.value if numbers else _ASIDE for _, numbers in found]
    spans = [[(numbers.low.value, row), (numbers.high.value, row)] for row, numbers in found if numbers]
    ink = INKS[verdict]
    axes.add_collection(LineCollection(spans, colors=ink, linewidths=1 if hollow else 1.8))
    mark = Line2D(
        centres,
        [row for row, _ in found],
        ls="none",
        color=ink,
        marker=_MARKERS[verdict],
        ms=5 if hollow else 6,
        mew=1.3,
        mfc="none" if hollow else ink,
        transform=axes.get_yaxis_transform() if verdict == "failed" else axes.transData,
    )
    axes.add_line(mark)


def _tree(ideas: Sequence[IdeaView]) -> Figure:
    figure, axes, labelled = _rows(ideas)
    middle = (len(ideas) - 1) / 2
    edges = [[(-1, middle), (-0.4, row), (0, row), (len(idea.attempts) + 1, row)] for row, idea in enumerate(ideas)]
    axes.add_collection(LineCollection(edges, colors=INKS["line"], linewidths=1.2, zorder=0))
    axes.plot(-1, middle, "s", color=INKS["ink"], ms=7)
    axes.annotate("baseline", (-1, middle), (0, 8), textcoords="offset points", ha="center", color=INKS["ink"])
    points: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row, idea in enumerate(ideas):
        for step, attempt in enumerate(idea.attempts, start=1):
            look = ("o", "soft") if attempt.status == "ok" else ("x", "worse")
            points.setdefault(look, []).append((step, row))
        ink = idea.outcome if idea.outcome in _MARKERS else "soft"
        points.setdefault((_MARKERS.get(idea.outcome, "."), ink), []).append((len(idea.attempts) + 1, row))
        if labelled:
            end = (len(idea.attempts) + 1, row)
            axes.annotate(idea.outcome, end, (8, 0), textcoords="offset points", va="center", color=INKS[ink])
    for (marker, ink), places in points.items():
        across, down = zip(*places, strict=True)
        axes.plot(across, down, marker, color=INKS[ink], ms=6.5, mew=1.8)
    axes.set_xlim(-1.6, max(4, *(len(idea.attempts) for idea in ideas)) + 2.4)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return figure


def _rows(ideas: Sequence[IdeaView]) -> tuple[Figure, Axes, bool]:
    """A row an idea, first at the top, with a line where a round ends; named and linked while there is room."""
    height = min(_ROW * len(ideas), _TALLEST)
    labelled = height / len(ideas) >= _LEAST_LABELLED
    figure = Figure(figsize=(_WIDTH, height + 0.9), layout="constrained")
    axes = figure.add_subplot()
    axes.set_ylim(len(ideas) - 0.4, -0.9)
    axes.set_yticks(range(len(ideas)) if labelled else [], [idea.id for idea in ideas] if labelled else [])
    for label, idea in zip(axes.get_yticklabels(), ideas, strict=False):
        label.set_url(f"#{idea.id}")
    axes.tick_params(axis="y", length=0, colors=INKS["ink"])
    for row, (before, after) in enumerate(pairwise(ideas)):
        if before.round != after.round:
            axes.axhline(row + 0.5, color=INKS["line"], lw=0.8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(INKS["line"])
    return figure, axes, labelled
