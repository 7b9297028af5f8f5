"""Europe PMC: the life sciences, with all of PubMed and the preprints (europepmc.org/RestfulWebService)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from agent.literature.pace import Limits
from agent.literature.sources.online import OnlineSource, Page, Record, as_paper, read_records
from agent.literature.web import Service

if TYPE_CHECKING:
    from collections.abc import Mapping

    from agent.literature.papers import Paper


class EuropePmc(OnlineSource):
    """Wants no key. Its `core` records carry abstracts and publication types, retraction among them."""

    service = Service(
        name="Europe PMC",
        url="https://www.ebi.ac.uk/europepmc/webservices/rest",
        limits=Limits(interval_s=0.5),
        coverage="life sciences with all of PubMed",
    )
    path = "/search"

    def _searching(self, wanted: list[str], k: int) -> Mapping[str, str]:
        return _request(" OR ".join(wanted), k)

    def _identifying(self, paper: Paper) -> Mapping[str, str] | None:
        return _request(f"EXT_ID:{paper.pmid} AND SRC:MED", 1) if paper.pmid else None

    def _parse(self, body: bytes) -> Page:
        answer = _Answer.model_validate_json(body)
        return Page(read_records(_Record, answer.resultList.result), answer.hitCount)


def _request(query: str, k: int) -> Mapping[str, str]:
    return {"query": query, "format": "json", "resultType": "core", "pageSize": str(k)}


# Field names below are the service's.
class _Author(BaseModel):
    firstName: str = ""  # noqa: N815
    lastName: str = ""  # noqa: N815
    collectiveName: str = ""  # noqa: N815

    @property
    def printed(self) -> str:
        return f"{self.firstName} {self.lastName}".strip() or self.collectiveName


class _Authors(BaseModel):
    author: tuple[_Author, ...] = ()


class _Journal(BaseModel):
    title: str | None = None


class _JournalInfo(BaseModel):
    journal: _Journal = _Journal()


class _Types(BaseModel):
    pubType: tuple[str, ...] = ()  # noqa: N815


class _Record(Record):
    title: str | None = None
    abstractText: str | None = None  # noqa: N815
    pubYear: str | None = None  # noqa: N815
    doi: str | None = None
    pmid: str | None = None
    authorList: _Authors = _Authors()  # noqa: N815
    journalInfo: _JournalInfo = _JournalInfo()  # noqa: N815
    pubTypeList: _Types | None = None  # noqa: N815

    def paper(self) -> Paper | None:
        types = self.pubTypeList and {one.lower() for one in self.pubTypeList.pubType}
        return as_paper(
            "Europe PMC",
            self.title,
            authors=tuple(author.printed for author in self.authorList.author if author.printed),
            year=self.pubYear,
            venue=self.journalInfo.journal.title,
            doi=self.doi,
            pmid=self.pmid,
            url=f"https://europepmc.org/article/MED/{self.pmid}" if self.pmid else None,
            abstract=self.abstractText,
            retracted=None if types is None else "retracted publication" in types,
        )


class _Results(BaseModel):
    result: list[object]


class _Answer(BaseModel):
    hitCount: int  # noqa: N815
    resultList: _Results  # noqa: N815
