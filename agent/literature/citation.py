"""Does a cited paper exist, and does it still stand? Asked of the online catalogues, one paper at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from agent.literature.sources.online import OnlineSource
from agent.literature.words import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent.literature.papers import Paper
    from agent.literature.sources.source import Source

LONG_TITLE = 20
"""Letters from which on a title that another begins with is the same title without its subtitle."""


class Checked(BaseModel):
    """What the catalogues say of a citation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Literal["found", "not found", "retracted", "unchecked"]
    """`unchecked` when nobody found it and one could not be asked: a failure proves nothing."""
    by: tuple[str, ...] = ()
    """The sources that the status rests on."""
    detail: str = ""
    """One line for a person: what is not known or does not fit."""


def check_citation(paper: Paper, sources: Sequence[Source]) -> Checked:
    """Look a paper up by DOI, arXiv id or PubMed id, or by title and first author when it has none.

    A record counts when its title fits as well: an invented citation often carries the DOI of something else. Local
    sources are not asked, because what is cited comes from there.
    """
    asked = [(source.name, source.lookup(paper)) for source in sources if isinstance(source, OnlineSource)]
    answers = {name: answer for name, answer in asked if answer is not None}
    failed = [f"{name}: {answer.detail}" for name, answer in answers.items() if answer.status == "error"]
    given = {name: [hit.paper for hit in answer.hits] for name, answer in answers.items() if answer.status != "error"}
    found = {name: record for name, records in given.items() for record in records[::-1] if _same(paper, record)}
    retracted = tuple(name for name, record in found.items() if record.retracted)
    if retracted:
        return Checked(status="retracted", by=retracted)
    if found:
        known = any(record.retracted is False for record in found.values())
        return Checked(status="found", by=tuple(found), detail="" if known else "not known whether it was retracted")
    if failed or not given:
        return Checked(status="unchecked", detail="; ".join(failed) or "no online source that would know it")
    other = (
        f"{paper.id} is “{record.title}”" for records in given.values() for record in records if record.id == paper.id
    )
    return Checked(status="not found", by=tuple(given), detail=next(other, ""))


def _same(cited: Paper, record: Paper) -> bool:
    """The titles are one, or one without its subtitle, and the first authors share a name."""
    short, long = sorted(("".join(words(one.title)) for one in (cited, record)), key=len)
    if short != long and not (len(short) >= LONG_TITLE and long.startswith(short)):
        return False
    first, second = ({name for name in words("".join(one.authors[:1])) if len(name) > 1} for one in (cited, record))
    return not first or not second or bool(first & second)
