"""The loop's questions of a model: ideas, code, repairs, and what a reviewer asks."""

from __future__ import annotations

import ast
from pathlib import PurePath
from typing import Any, Literal

from pydantic import Field

from agent.evidence.numbers import unsupported
from agent.models.request import Answer, Context, Leeway, Request

ECHO = "what is changed and how"
"""How the question describes a summary (`prompts/propose_ideas.md`): small models copy it."""


class TaskBrief(Context):
    """What a model is told of a task. It holds nothing of the evaluator or the hidden labels."""

    name: str
    question: str
    topic: str
    kind: str
    input: str
    output: str
    metric: str
    direction: Literal["higher", "lower"]
    smallest_difference: float
    command: tuple[str, ...]
    wall_s: float


class PaperExcerpt(Context):
    """A paper as shown to a model: its own text, which is data and never an instruction."""

    id: str
    title: str
    year: int | None
    text: str


class PastIdea(Context):
    """An idea of an earlier round and what came of it."""

    id: str
    title: str
    summary: str
    components: tuple[str, ...]
    verdict: Literal["improved", "same", "worse", "inconclusive", "failed"]
    reason: str
    difference: float | None
    """Oriented so that positive is better; None when nothing was measured."""


class PastReview(Context):
    """What a person said of an idea of an earlier round, of its code or of its result."""

    idea: str
    title: str
    summary: str
    components: tuple[str, ...]
    about: str
    """What was looked at: `idea`, `code` or `result`."""
    action: Literal["accept", "reject", "edit", "rerun"]
    reason: str


class SourceFile(Context):
    """A file of the candidate, path relative to its folder."""

    path: str
    content: str


class Citation(Context):
    """A paper that an idea builds on, with the passage that inspired it."""

    paper: str
    passage: str


class IdeaDraft(Answer):
    """One idea, as proposed."""

    title: str = Field(min_length=3, max_length=160)
    summary: str = Field(min_length=10, max_length=2000)
    """What is changed and how, in a few sentences: the text that independence and novelty are judged by."""
    motivation: str = Field(default="", max_length=2000)
    """Why it should help on this task."""
    components: tuple[str, ...] = ()
    """Short names of the method components it is made of."""
    cites: tuple[Citation, ...] = ()
    builds_on: tuple[str, ...] = ()
    """Ids of earlier ideas that it takes over; the summary then says what it adds to them."""


class Ideas(Answer):
    """An answer to `ProposeIdeas`."""

    ideas: tuple[IdeaDraft, ...]


class WholeFile(Answer):
    """A file to write whole."""

    path: str
    content: str


class CodeChange(Answer):
    """An answer to `WriteCode` and `RepairCode`: the files that change, each whole."""

    files: tuple[WholeFile, ...] = Field(min_length=1)
    note: str = ""
    """What was done, in a sentence; goes into the commit message."""


class ProposeIdeas(Request[Ideas]):
    """Ideas for a task, from ranked papers and from what earlier rounds showed."""

    kind = "propose_ideas"
    answer_type = Ideas

    task: TaskBrief
    round: int
    count: int
    papers: tuple[PaperExcerpt, ...]
    history: tuple[PastIdea, ...]
    rejected: tuple[str, ...] = ()
    """Summaries that were proposed in this round already and were too close to an earlier idea."""
    reviews: tuple[PastReview, ...] = ()
    files: tuple[SourceFile, ...]
    """The baseline."""

    def flaw_of(self, answer: Ideas) -> str:
        """An answer without a single idea is of no use, nor is one that gives the question's own words back."""
        if not answer.ideas:
            return "`ideas` is empty"
        if any(idea.summary.startswith(ECHO) for idea in answer.ideas):
            return "an idea's `summary` repeats the question; it should say what you would change, and how"
        return ""

    def leeway(self) -> Leeway:
        """As many ideas as are asked for, at most, built on papers and ideas that the question shows."""
        return Leeway(
            choices={"paper": (paper.id for paper in self.papers), "builds_on": (idea.id for idea in self.history)},
            lengths={"ideas": (1, self.count)},
        )


class WriteCode(Request[CodeChange]):
    """Code for an idea, as changes to the baseline's files."""

    kind = "write_code"
    answer_type = CodeChange

    task: TaskBrief
    idea: IdeaDraft
    files: tuple[SourceFile, ...]

    def flaw_of(self, answer: CodeChange) -> str:
        """An answer that leaves the program as it was does not carry out the idea."""
        return _flaw_of_code(self.files, answer)

    def leeway(self) -> Leeway:
        """Code that is forced goes into the files that the question shows."""
        return Leeway(choices={"path": (file.path for file in self.files)})


class RepairCode(Request[CodeChange]):
    """A repair of code that failed, from the failure and the local code structure around it."""

    kind = "repair_code"
    answer_type = CodeChange

    task: TaskBrief
    idea: IdeaDraft
    files: tuple[SourceFile, ...]
    """The files that the failure touches; the whole candidate when it has no traceback."""
    summary: str
    """The failure in one line."""
    traceback: str
    structure: str
    notes: tuple[str, ...]
    """What earlier attempts at this repair showed: unchanged code, the same traceback again."""
    attempt: int

    def flaw_of(self, answer: CodeChange) -> str:
        """An answer that leaves the program as it was repairs nothing."""
        return _flaw_of_code(self.files, answer)

    def leeway(self) -> Leeway:
        """Code that is forced goes into the files that the question shows."""
        return Leeway(choices={"path": (file.path for file in self.files)})


class Fact(Context):
    """A number or sentence of the ledger, as it is printed, with what it says."""

    name: str
    text: str


class ItemAnswer(Answer):
    """An answer to `AskAboutItem`."""

    answer: str = Field(min_length=1, max_length=4000)


class AskAboutItem(Request[ItemAnswer]):
    """A reviewer's question about an idea, its code or its result, to be answered from the ledger."""

    kind = "ask_about_item"
    answer_type = ItemAnswer

    task: str
    """The task's question."""
    about: str
    """`idea`, `code` or `result`."""
    title: str
    summary: str
    motivation: str
    diff: str
    facts: tuple[Fact, ...]
    question: str

    def flaw_of(self, answer: ItemAnswer) -> str:
        """An answer with a number that the ledger lacks is made up."""
        made_up = unsupported(answer.answer, (f"{fact.name} {fact.text}" for fact in self.facts))
        numbers = ", ".join(map(str, dict.fromkeys(made_up)))
        return f"{numbers}: no such number among the facts; write only numbers that stand there" if made_up else ""


def _flaw_of_code(files: tuple[SourceFile, ...], change: CodeChange) -> str:
    """The flaw of a change that is no Python, alters no file and adds none that one names; empty when it is sound.

    Small models give back files unchanged, or the example of their prompt: a run in the sandbox would be wasted on it.
    """
    for file in change.files:
        if file.path.endswith(".py") and (error := _syntax_error(file.content)):
            return f"{file.path} is not valid Python: {error}"
    before = {file.path: file.content.strip() for file in files}
    after = {file.path: file.content.strip() for file in change.files}
    altered = any(after.get(path, content) != content for path, content in before.items())
    named = any(PurePath(path).stem in text for path in after.keys() - before for text in before.values())
    return "" if altered or named else f"nothing changes in the files of the program: {', '.join(before)}"


def _syntax_error(code: str) -> str:
    try:
        ast.parse(code)
    except SyntaxError as error:
        return f"{error.msg} in line {error.lineno}"
    except (ValueError, RecursionError) as error:  # a null byte; nesting without end
        return str(error)
    return ""


REQUESTS: tuple[type[Request[Any]], ...] = (ProposeIdeas, WriteCode, RepairCode, AskAboutItem)
"""Every kind of question that the loop asks."""
