"""A paper as a bibliographic record, and when two records are the same paper."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from agent.literature.words import words

_DOI_PREFIX = re.compile(r"^(https?://(dx\.)?doi\.org/|doi:)\s*", re.IGNORECASE)
_ARXIV_PREFIX = re.compile(r"^(https?://arxiv\.org/(abs|pdf)/|arxiv:)\s*", re.IGNORECASE)
_NOT_IN_KEYS = frozenset({"a", "an", "the", "on", "of", "for", "in", "to", "with", "and", "by", "from", "towards"})


def _one_line(text: object) -> object:
    return " ".join(text.split()) if isinstance(text, str) else text


def _doi(text: str) -> str:
    return _DOI_PREFIX.sub("", text.strip()).lower()


def _arxiv(text: str) -> str:
    return re.sub(r"v\d+$", "", _ARXIV_PREFIX.sub("", text.strip()))


def _matching(pattern: str, expected: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(text: str) -> str:
        if text and not compiled.fullmatch(text):
            raise ValueError(f"{text!r} is not {expected}")
        return text

    return AfterValidator(check)


Line = Annotated[str, BeforeValidator(_one_line)]
Doi = Annotated[str, AfterValidator(_doi), _matching(r"10\.\d{4,9}/\S+", "a DOI, such as 10.1023/a:1010933404324")]
Arxiv = Annotated[
    str,
    AfterValidator(_arxiv),
    _matching(r"\d{4}\.\d{4,5}|[a-z-]+(\.[A-Z]{2})?/\d{7}", "an arXiv id, such as 1412.6980 or hep-th/9901001"),
]
Pmid = Annotated[str, _matching(r"[1-9]\d{0,8}", "a PubMed id, such as 19029910")]
Url = Annotated[str, _matching(r"https?://\S+", "a web address beginning with http:// or https://")]
"""Reports turn it into a link, so that `javascript:` and the like must never get this far."""


class Paper(BaseModel):
    """What is known of one paper. Texts come from outside: they are data, whatever they say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = ""
    """Filled from the identifiers when left out: `doi:…`, `arxiv:…`, `pmid:…` or `title:…`."""
    title: Line = Field(min_length=1)
    authors: tuple[Line, ...] = ()
    """As printed, `Given Family` or `Family, Given`, in order."""
    year: int | None = Field(default=None, ge=1400, le=2100)
    venue: Line = ""
    doi: Doi = ""
    arxiv: Arxiv = ""
    pmid: Pmid = ""
    url: Url = ""
    abstract: str = ""
    notes: str = ""
    """Ours: what the paper does, on which input and output."""
    tags: tuple[str, ...] = ()
    source: str
    """Name of the source that gave the record."""
    checked: str = ""
    """Kind of record that the bibliographic facts were checked against; empty: unchecked."""
    retracted: bool | None = None
    """None: nobody asked."""

    @model_validator(mode="before")
    @classmethod
    def _identified(cls, data: Any) -> Any:  # noqa: ANN401  (pydantic hands over whatever it was given)
        if isinstance(data, dict) and not data.get("id") and isinstance(data.get("title"), str):
            names = {name: value for name in ("doi", "arxiv", "pmid") if isinstance(value := data.get(name), str)}
            return {**data, "id": next(iter(_identities(title=data["title"], **names)), "")}
        return data

    @property
    def text(self) -> str:
        """Everything that can be searched and quoted: title, abstract, notes and tags, one a line."""
        return "\n".join(part for part in (self.title, self.abstract, self.notes, ", ".join(self.tags)) if part)

    @property
    def identities(self) -> tuple[str, ...]:
        """Keys that another record of the same paper shares, most telling first: DOI, arXiv, PubMed, title."""
        return _identities(title=self.title, doi=self.doi, arxiv=self.arxiv, pmid=self.pmid)

    @property
    def bibtex_key(self) -> str:
        """First author's family name, year and first telling word of the title, in ASCII: `breiman2001random`."""
        author = self.authors[0] if self.authors else "anonymous"
        family = author.split(",")[0] if "," in author else author.split()[-1]
        telling = next((word for word in words(self.title) if word not in _NOT_IN_KEYS), "")
        key = f"{family}{self.year or ''}{telling}".lower()
        return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", key)) or "paper"


def _identities(title: str, doi: str = "", arxiv: str = "", pmid: str = "") -> tuple[str, ...]:
    found = (
        ("doi", _doi(doi)),
        ("arxiv", _arxiv(arxiv)),
        ("pmid", pmid),
        ("title", "".join(words(title)).replace("_", "")),
    )
    return tuple(f"{kind}:{value}" for kind, value in found if value)


def merge_records(papers: list[Paper]) -> list[Paper]:
    """One record a paper, in order of first appearance. What the first record lacks is filled from the later ones.

    Records are the same paper when they share a DOI, arXiv id, PubMed id or normalised title. The title alone is not
    enough where both records have an identifier of the same kind and these differ: an erratum, or "Editorial".
    """
    merged: list[Paper] = []
    place_of: dict[str, int] = {}
    for paper in papers:
        places = (place_of[key] for key in paper.identities if key in place_of)
        place = next((place for place in places if not _contradict(merged[place], paper)), None)
        if place is None:
            place = len(merged)
            merged.append(paper)
        else:
            merged[place] = _filled(merged[place], paper)
        for key in merged[place].identities:
            place_of.setdefault(key, place)
    return merged


def _contradict(one: Paper, other: Paper) -> bool:
    pairs = ((one.doi, other.doi), (one.arxiv, other.arxiv), (one.pmid, other.pmid))
    given = [(left, right) for left, right in pairs if left and right]
    return bool(given) and all(left != right for left, right in given)


def _filled(first: Paper, later: Paper) -> Paper:
    gaps = {name: value for name, value in later if name != "id" and not getattr(first, name) and value}
    if len(later.abstract) > len(first.abstract):
        gaps["abstract"] = later.abstract
    if later.retracted:
        gaps["retracted"] = True
    return first.model_copy(update=gaps)
