"""What a language model would answer to the questions of a discovery, for the fault server."""

from __future__ import annotations

import json
import re
from typing import Any

from fault_server import FaultServer, Handler


def analyses(handler: Handler) -> None:
    """A model that compares the first two groups, as planned, and finds its first finding good."""
    FaultServer.answers(json.dumps(_answer(handler.body["messages"][1]["content"])))(handler)


def _answer(question: str) -> dict[str, Any]:
    asked = question.rpartition("# The question")[2]
    if "Propose" in asked:
        return {"objectives": [_objective(question)]}
    if "Plan the steps" in asked:
        return {"steps": _steps(question)}
    if "Does the plan still fit" in asked:
        return {"action": "keep", "reason": "It fits."}
    if "answer the objective?" in asked:
        return {"status": "answered", "reason": "A test ran."}
    if "hypotheses that these findings support" in asked:
        return {"hypotheses": [_hypothesis(question)]}
    return {"scores": [{"criterion": name, "score": 4} for name in _criteria(asked)]}


def _objective(question: str) -> dict[str, Any]:
    column, levels = re.findall(r"^- `(.+?)` \(category.*?\): (.+?)(?:\. |\.$|$)", question, re.MULTILINE)[0]
    first, second = re.findall(r"([^,]+?) \(\d+\)", levels)[:2]
    names = {"column": column, "numerator": second.strip(), "denominator": first.strip()}
    return {"title": "What differs", "question": "What differs?", "aim": "two_groups", **names}


def _steps(question: str) -> list[dict[str, Any]]:
    column, numerator, denominator = re.findall(r"column `(.+?)`, `(.+?)` against `(.+?)`", question)[0]
    groups = {"group": column, "numerator": numerator, "denominator": denominator}
    test = [{"name": name, "value": value} for name, value in groups.items()]
    return [
        {"tool": "log_transform", "parameters": []},
        {"tool": "normalise", "parameters": []},
        {"tool": "test_differential", "parameters": test},
    ]


def _hypothesis(question: str) -> dict[str, Any]:
    id_, entity, direction = re.findall(r"^- `(f\d+)` (.+?): (higher|lower|different)", question, re.MULTILINE)[0]
    claims = [{"finding": id_, "direction": direction}]
    return {"statement": f"{entity} is {direction} there.", "entities": [entity], "claims": claims}


def _criteria(asked: str) -> list[str]:
    return re.findall(r"on each of: (.+?)\. Quote", asked)[0].split(", ")
