"""A notebook that draws the report's figures anew from what lies in the run's folder, and checks them on the way.

It reads `run.db` and the artefacts, computes every difference and interval again from the scores of each resample, and
stops where one is not what the run wrote down. The drawing is plain Matplotlib, to be changed for a paper or a talk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Literal

from agent.review.dossier import Dossier
from agent.review.figures import Picture
from agent.review.quoting import quote
from workspaces.task import Metric

_SETUP = '''\
import json
import sqlite3
from pathlib import Path

import matplotlib.pyplot as plt
from agent.evidence.statistics import Scores, compare  # pip install echolocate

RUN = Path(".")  # the run's folder, where this notebook lies
METRIC = {metric}

db = sqlite3.connect(f"file:{{RUN / 'run.db'}}?mode=ro", uri=True)
db.row_factory = sqlite3.Row


def rows(query, *values):
    return db.execute(query, values).fetchall()


def scores(subject, split, seeds):
    """The metric with each seed and on each resample, as the scorer left it in the artefacts."""
    kept = [
        json.loads((RUN / "artefacts" / row["score"][:2] / row["score"]).read_bytes())
        for row in rows("select * from measurements where subject = ? and split = ? order by seed", subject, split)
        if not seeds or row["seed"] in seeds
    ]
    return Scores(metrics=[one["metric"] for one in kept], replicates=[one["replicates"] for one in kept])


def compared(verdict):
    """A verdict's comparison, computed anew and held against what the run wrote down."""
    told = json.loads(verdict["comparison"])
    sides = (scores(subject, verdict["split"], told["seeds"]) for subject in ("baseline", verdict["idea_id"]))
    found = compare(
        *sides,
        direction=METRIC["direction"],
        smallest_difference=METRIC["smallest_difference"],
        comparisons=told["comparisons"],
        error_rate=told["error_rate"],
    )
    for name in ("difference", "low", "high"):
        assert abs(getattr(found, name) - told[name]) < 1e-9, (verdict["id"], name, getattr(found, name), told[name])
    return found


def in_order(idea):
    return tuple(map(int, idea.removeprefix("r").split("-")))


COLOURS = {{"improved": "tab:green", "worse": "tab:red", "same": "tab:gray", "inconclusive": "tab:orange"}}
'''

_DIFFERENCES = """\
verdicts = [one for one in rows("select * from verdicts") if one["comparison"] not in (None, "null")]
ideas = sorted({one["idea_id"] for one in verdicts}, key=in_order)
figure, axes = plt.subplots(figsize=(8, 1 + 0.4 * len(ideas)))
axes.axvspan(-METRIC["smallest_difference"], METRIC["smallest_difference"], color="0.93")
axes.axvline(0, color="0.5", lw=1)
for verdict in verdicts:
    found, test = compared(verdict), verdict["split"] == "test"
    colour = COLOURS[found.verdict]
    place = ideas.index(verdict["idea_id"]) + (0.25 if test else 0)
    axes.plot([found.low, found.high], [place, place], color=colour, lw=1.5)
    axes.plot(found.difference, place, "o", color=colour, mfc="white" if test else colour)
axes.set_yticks(range(len(ideas)), ideas)
axes.invert_yaxis()
axes.set_xlabel(f"difference in {METRIC['name']}, right of zero is better")
plt.show()
"""

_ATTEMPTS = """\
tried = {}
for row in rows("select * from attempts order by number"):
    tried.setdefault(row["idea_id"], []).append(row["status"])
outcome = {row["idea_id"]: row["verdict"] for row in rows("select * from verdicts where split = 'validation'")}
ideas = sorted(tried, key=in_order)
figure, axes = plt.subplots(figsize=(8, 1 + 0.4 * len(ideas)))
for place, idea in enumerate(ideas):
    axes.plot([0, len(tried[idea]) + 1], [place, place], color="0.8", zorder=0)
    for step, status in enumerate(tried[idea], start=1):
        axes.plot(step, place, "o" if status == "ok" else "x", color="0.4" if status == "ok" else "tab:red")
    verdict = outcome.get(idea, "not judged")
    axes.plot(len(tried[idea]) + 1, place, "s", color=COLOURS.get(verdict, "black"))
    axes.annotate(verdict, (len(tried[idea]) + 1, place), (8, 0), textcoords="offset points", va="center")
axes.set_yticks(range(len(ideas)), ideas)
axes.invert_yaxis()
axes.set_xlabel("version of the code")
plt.show()
"""

CELLS = {"differences": _DIFFERENCES, "attempts": _ATTEMPTS}
"""The code of each figure, by its name."""


def notebook(run: Dossier, drawn: Iterable[Picture], metric: Metric) -> str:
    """The notebook (nbformat 4.5) of a run's figures."""
    constants = {
        "name": metric.name,
        "direction": metric.direction,
        "smallest_difference": metric.smallest_difference,
    }
    title = f"# Figures of {run.config.id}\n\nEach is drawn anew from `run.db` and the artefacts beside this notebook."
    cells = [cell("title", "markdown", title), cell("setup", "code", _SETUP.format(metric=repr(constants)))]
    for picture in drawn:
        caption = quote(picture.caption, "harness").text
        cells.append(cell(f"about-{picture.name}", "markdown", f"## {picture.name.capitalize()}\n\n{caption}"))
        cells.append(cell(picture.name, "code", CELLS[picture.name]))
    return whole(cells)


def whole(cells: Sequence[dict[str, object]]) -> str:
    """A notebook of these cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    return json.dumps(made, indent=1, ensure_ascii=False)


def cell(id_: str, kind: Literal["markdown", "code"], source: str) -> dict[str, object]:
    """A cell that was not run yet. Its id is of letters, digits, `-` and `_`, at most 64."""
    made: dict[str, object] = {"id": id_, "cell_type": kind, "metadata": {}, "source": source}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})
