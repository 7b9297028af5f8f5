"""A notebook that draws what a discovery rests on anew, from what lies in the run's folder, and checks it on the way.

It reads `run.db` and the artefacts. Every statistic that a hypothesis claims is looked up in its table, the p values of
all tests are adjusted again, and the notebook stops where something is not what the run wrote down. The pictures of the
report are the tools' own: they are shown from the artefacts, after a look at their SHA-256.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent.discover.evidence import Evidence
from agent.discover.records import HypothesisRecord
from agent.discover.tables import EFFECTS
from agent.review.notebook import cell, whole
from agent.run import Run

_SETUP = '''\
import csv
import hashlib
import io
import json
import math
import sqlite3
from pathlib import Path

import matplotlib.pyplot as plt

RUN = Path(".")  # the run's folder, where this notebook lies
EFFECTS = {effects}  # the first of these that a table has says how strong, and in which direction

db = sqlite3.connect(f"file:{{RUN / 'run.db'}}?mode=ro", uri=True)
db.row_factory = sqlite3.Row


def rows(query, *values):
    return db.execute(query, values).fetchall()


def artefact(digest):
    content = (RUN / "artefacts" / digest[:2] / digest).read_bytes()
    assert hashlib.sha256(content).hexdigest() == digest, digest
    return content


def table(step, name):
    """A step's table: row → column → text."""
    (row,) = rows("select tables from steps where id = ?", step)
    lines = csv.reader(io.StringIO(artefact(json.loads(row["tables"])[name]).decode()))
    header = next(lines)
    return {{cells[0]: dict(zip(header[1:], cells[1:])) for cells in lines if len(cells) == len(header)}}


def number(text):
    try:
        value = float({{"True": 1, "False": 0}}.get(text, text))
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


hypotheses = [(row["id"], row["status"], json.loads(row["evidence"])) for row in rows("select * from hypotheses")]
claims = [(id, status, fact) for id, status, evidence in hypotheses for fact in evidence["claims"]]
'''

_TESTS = """\
p = {}
for step in rows("select * from steps where variant = '' and status = 'ok' order by id"):
    for name in json.loads(step["tests"]):
        for row, cells in table(step["id"], name).items():
            if number(cells.get("p")) is not None:
                p[step["job"], name, row] = number(cells["p"])

q, least = {}, 1.0
for rank, test in sorted(enumerate(sorted(p, key=p.get), start=1), reverse=True):  # Benjamini and Hochberg, 1995
    q[test] = least = min(least, p[test] * len(p) / rank)

job = {row["id"]: row["job"] for row in rows("select id, job from steps")}
for id, status, evidence in hypotheses:
    for fact in evidence["claims"]:
        at = fact["at"]
        cells = table(at["step"], at["table"])[at["row"]]
        for name, value in fact["numbers"].items():
            assert number(cells[name]) == value, (id, at, name, cells[name], value)
        if evidence["tests"] == len(p) and fact["q_run"] is not None:  # weighed when all tests were there
            again = q[job[at["step"]], at["table"], at["row"]]
            assert math.isclose(again, fact["q_run"], rel_tol=1e-9), (id, at, again, fact["q_run"])
print(len(p), "tests,", len(claims), "claims as the run wrote them down")
"""

_DRAW = '''\
def draw(step, name):
    """A table of tests: how strong beside how sure, with what the hypotheses claim."""
    cells = table(step, name)
    effect = next((one for one in EFFECTS if any(one in row for row in cells.values())), None)
    p_of = {row: number(one.get("p")) for row, one in cells.items()}
    sure = {row: -math.log10(max(p, 1e-300)) for row, p in p_of.items() if p is not None}
    strong = {row: place if effect is None else number(cells[row].get(effect)) for place, row in enumerate(sure)}
    shown = [row for row in sure if strong[row] is not None]
    figure, axes = plt.subplots(figsize=(8, 5))
    axes.plot([strong[row] for row in shown], [sure[row] for row in shown], ".", color="0.7")
    for id, status, fact in claims:
        row = fact["at"]["row"]
        if (fact["at"]["step"], fact["at"]["table"]) == (step, name) and row in shown:
            place = strong[row], sure[row]
            axes.plot(*place, "o", color="tab:green" if status == "accepted" else "tab:orange")
            axes.annotate(fact["entity"][:20], place, (5, 3), textcoords="offset points", parse_math=False)
    axes.set_xlabel(effect or "place in the table")
    axes.set_ylabel("−log10 p")
    axes.set_title(f"{name} of {step}; green: claimed by an accepted hypothesis", parse_math=False)
    plt.show()
'''

_LUCK = """\
luck = {one["table"]: one for _, _, evidence in hypotheses for one in evidence["shuffles"]}
figure, axes = plt.subplots(figsize=(8, 1 + 0.4 * len(luck)))
for place, one in enumerate(luck.values()):
    axes.plot(one["found"], place, "o", color="tab:green")
    axes.plot(one["by_luck"], [place] * len(one["by_luck"]), "x", color="0.4")
axes.set_yticks(range(len(luck)), luck)
axes.set_xlabel("rows called: with the true labels (dots), with permuted ones (crosses)")
plt.show()
"""

_SHOW = '''\
def show(step, name):
    """A picture that a tool drew, as the run kept it."""
    (row,) = rows("select figures from steps where id = ?", step)
    figure, axes = plt.subplots(figsize=(8, 6))
    axes.imshow(plt.imread(io.BytesIO(artefact(json.loads(row["figures"])[name])), format="png"))
    axes.axis("off")
    plt.show()
'''


def notebook(run: Run, pictures: Iterable[tuple[str, str]]) -> str:
    """The notebook (nbformat 4.5) of a discovery.

    Args:
        run: the discovery.
        pictures: step and file name of each picture of its report.
    """
    evidence = [Evidence.model_validate(row.evidence) for row in run.all(HypothesisRecord, HypothesisRecord.id)]
    claimed = dict.fromkeys((fact.at.step, fact.at.table) for one in evidence for fact in one.claims)
    effects = [one.column for one in EFFECTS]
    title = f"# What {run.config.id} rests on\n\nDrawn anew from `run.db` and the artefacts beside this notebook."
    cells = [
        cell("title", "markdown", title),
        cell("setup", "code", _SETUP.format(effects=effects)),
        cell("tests", "code", _TESTS),
        cell("draw", "code", _DRAW),
        *(_call("draw", step, table) for step, table in claimed),
    ]
    if any(one.shuffles for one in evidence):
        cells.append(cell("luck", "code", _LUCK))
    cells.append(cell("show", "code", _SHOW))
    cells += [_call("show", step, name) for step, name in pictures]
    return whole(cells)


def _call(function: str, step: str, name: str) -> dict[str, object]:
    id_ = re.sub(r"[^A-Za-z0-9_-]", "-", f"{function}-{step}-{name}")[:64]
    return cell(id_, "code", f"{function}({step!r}, {name!r})\n")
