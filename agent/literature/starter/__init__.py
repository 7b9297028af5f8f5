"""The starter library: real papers of the built-in tasks' fields, with notes of our own."""

from __future__ import annotations

from importlib.resources import files

from agent.literature.papers import Paper

STARTER = files(__name__) / "papers.jsonl"


def starter_papers() -> list[Paper]:
    """All of them."""
    return [Paper.model_validate_json(line) for line in STARTER.read_text(encoding="utf-8").splitlines()]
