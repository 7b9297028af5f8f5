"""What the online sources make of good answers: records, questions, the cache, and whether a citation stands."""

from __future__ import annotations

import sqlite3

import pytest
from fake_services import ANSWERS, QUICK, FakeService, Record, semantic_scholar_links

from agent.literature.cache import AnswerCache
from agent.literature.citation import check_citation
from agent.literature.papers import Paper, merge_records
from agent.literature.sources.choose import ONLINE
from agent.literature.sources.local import starter_library
from agent.literature.sources.source import SearchResult
from agent.literature.web import FRESH


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def cache(tmp_path) -> AnswerCache:
    return AnswerCache(tmp_path / "answers.db")


@pytest.fixture(params=ANSWERS)
def service(request):
    service = FakeService(request.param)
    yield service
    service.close()


@pytest.fixture
def services():
    services = {name: FakeService(name) for name in ANSWERS}
    yield services
    for service in services.values():
        service.close()


def ask(service: FakeService, cache: AnswerCache, *papers: Record) -> SearchResult:
    service.will(service.gives(papers))
    return service.source(cache).search("handwritten digits", 10)


def test_a_full_record(service, cache):
    (hit,) = ask(service, cache, Record()).hits
    paper = hit.paper
    identifiers = {
        "openalex": {"doi", "pmid"},
        "semantic-scholar": {"doi", "arxiv", "pmid"},
        "arxiv": {"doi", "arxiv"},
        "europe-pmc": {"doi", "pmid"},
        "crossref": {"doi"},
        "openreview": set(),
    }[service.name]
    assert paper.title == Record().title
    assert paper.authors == ("Ada Byron", "Émile Noël")
    assert (paper.year, paper.venue, paper.abstract) == (2019, "Journal of Examples", Record().abstract)
    assert {name for name in ("doi", "arxiv", "pmid") if getattr(paper, name)} == identifiers
    assert all(getattr(paper, name) == getattr(Record(), name) for name in identifiers)
    assert paper.source == service.source(cache).name
    assert hit.matched == ("handwritten", "digits")


def test_the_records_of_all_services_are_one_paper(services, cache):
    answers = [ask(service, cache, Record()) for service in services.values()]
    assert len(merge_records([hit.paper for answer in answers for hit in answer.hits])) == 1


def test_arxiv_dois_lead_to_arxiv_records(services, cache):
    record = Record(doi="10.48550/arXiv.1901.00001", title="Another title")
    found = [ask(services["openalex"], cache, record), ask(services["arxiv"], cache, Record())]
    assert len(merge_records([answer.hits[0].paper for answer in found])) == 1


ODD = {
    "title only": Record(authors=(), year=None, venue="", abstract="", doi="", pmid=""),
    "no abstract": Record(abstract=""),
    "not English": Record(title="Распознавание рукописных цифр 手写数字识别", abstract="Вход: изображения."),
    "LaTeX": Record(title=r"Learning $\ell_1$-balls with $\mathcal{O}(n^2)$ & 5\% noise"),
    "Unicode": Record(title="Schrödinger–Föllmer ﬂows — “β-VAE” 𝒪(n²) café"),
    "many authors": Record(authors=tuple(f"Given{i} Family{i}" for i in range(3000))),
    "long abstract": Record(abstract="word " * 50_000),
    "no year": Record(year=0),
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_records_are_papers(service, cache, odd):
    record = ODD[odd]
    (hit,) = ask(service, cache, record).hits
    assert hit.paper.title == record.title
    assert len(hit.paper.authors) == len(record.authors)
    assert hit.paper.abstract.split() == record.abstract.split()
    assert hit.paper.id
    assert hit.paper.year in (record.year, None)


def test_markup_in_titles_and_abstracts_is_taken_out(service, cache):
    if service.name == "arxiv":
        pytest.skip("arXiv sends no markup")
    marked = Record(title="<i>p</i> &amp; CO<sub>2</sub> < 0.05", abstract="<h4>Aim</h4>We test <b>this</b>.")
    (hit,) = ask(service, cache, marked).hits
    assert hit.paper.title == "p & CO2 < 0.05"
    assert " ".join(hit.paper.abstract.split()) == "Aim We test this."


def test_retracted_papers_are_marked(service, cache):
    flagged = ask(service, cache, Record(retracted=True)).hits[0].paper
    renamed = service.source(AnswerCache(cache._path.with_name("other.db")))
    service.will(service.gives([Record(title=f"RETRACTED ARTICLE: {Record().title}")]))
    paper = renamed.search("digits", 10).hits[0].paper
    assert paper.retracted is True
    assert paper.title == Record().title
    tells = service.name in ("openalex", "europe-pmc", "crossref")
    assert flagged.retracted is (True if tells else None)


def test_duplicates_are_one_and_no_more_than_asked_are_given(service, cache):
    many = [
        Record(title=f"Paper number {i}", doi=f"10.1000/{i}", arxiv=f"1902.0000{i}", pmid=f"1{i}") for i in range(5)
    ]
    service.will(service.gives([Record(), Record(), *many]))
    titles = [hit.paper.title for hit in service.source(cache).search("digits", 3).hits]
    assert titles == [Record().title, "Paper number 0", "Paper number 1"]


def test_a_record_that_does_not_fit_costs_only_itself(cache):
    service = FakeService("semantic-scholar")
    body = ANSWERS[service.name]([Record(), Record(title="Second", doi="10.1000/2")], 2)
    service.will(service.replies(200, body.replace(b'"year": 2019', b'"year": {"in": "press"}', 1)))
    assert [hit.paper.title for hit in service.source(cache).search("digits", 9).hits] == ["Second"]
    service.close()


def test_a_query_is_sent_as_words_and_nothing_else(service, cache):
    service.source(cache).search('digits" OR (1=1) AND src:pat & filter=x | NOT abs:y %00 ' + "very " * 5000, 10)
    sent = " ".join(service.requests[0].params.values())
    allowed = {"arxiv": ":", "openalex": ",_"}.get(service.name, "")
    asked = next(value for name, value in service.requests[0].params.items() if "digits" in value)
    assert all(character.isalnum() or character in f" {allowed}" for character in asked)
    assert " AND " not in asked
    assert " NOT " not in asked
    assert len(sent) < 1000


def test_a_query_without_words_is_an_error(service, cache):
    assert service.source(cache).search(" ?! ", 10).status == "error"
    assert service.requests == []


def test_an_answer_is_kept_and_serves_offline(service, cache):
    first = ask(service, cache, Record())
    assert service.source(cache).search("Handwritten  digits!", 10).hits == first.hits
    offline = service.source(cache, offline=True)
    assert offline.search("handwritten digits", 10) == first
    assert len(service.requests) == 1
    unknown = offline.search("something never asked", 10)
    assert unknown.status == "error"
    assert "offline" in unknown.detail
    assert len(service.requests) == 1


def test_an_old_answer_is_asked_again_online_and_dated_offline(service, cache):
    ask(service, cache, Record())
    with sqlite3.connect(cache._path) as database:
        database.execute("UPDATE answers SET asked = date('now', ?)", (f"-{FRESH.days} days",))
        (then,) = database.execute("SELECT asked FROM answers").fetchone()
    database.close()
    offline = service.source(cache, offline=True).search("handwritten digits", 10)
    assert then in offline.coverage
    online = ask(service, cache, Record(title="News on handwritten digits"))
    assert [hit.paper.title for hit in online.hits] == ["News on handwritten digits"]
    assert then not in online.coverage


def test_a_damaged_answer_is_asked_again(service, cache):
    ask(service, cache, Record())
    with sqlite3.connect(cache._path) as database:
        database.execute("UPDATE answers SET body = substr(body, 1, 20)")
    database.close()
    assert service.source(cache, offline=True).search("handwritten digits", 10).status == "error"
    assert ask(service, cache, Record()).status == "ok"


def paper(**changed) -> Paper:
    known = {"title": Record().title, "authors": ("Byron, A.",), "doi": Record().doi, "source": "model"}
    return Paper(**known | changed)


CATALOGUES = ("crossref", "openalex", "semantic-scholar")


def check(services, cache, cited: Paper, names=CATALOGUES):
    return check_citation(cited, [starter_library(), *(services[name].source(cache) for name in names)])


def test_a_citation_is_found(services, cache):
    checked = check(services, cache, paper())
    assert (checked.status, checked.by) == ("found", ("Crossref", "OpenAlex", "Semantic Scholar"))
    assert checked.detail == ""
    assert services["crossref"].requests[0].params["filter"] == "doi:10.1000/boosting"


def test_a_retraction_that_one_catalogue_knows_counts(services, cache):
    services["openalex"].will(services["openalex"].gives([Record(retracted=True)]))
    checked = check(services, cache, paper())
    assert (checked.status, checked.by) == ("retracted", ("OpenAlex",))


def test_a_source_that_knows_no_retractions_says_so(services, cache):
    checked = check(services, cache, paper(), ["semantic-scholar"])
    assert checked.status == "found"
    assert "retracted" in checked.detail


@pytest.mark.parametrize(
    "cited",
    [
        paper(title="Invented results that nobody ever wrote down"),
        paper(authors=("Nobody, N.",)),
        paper(title="Boosting"),
    ],
)
def test_an_invented_citation_is_not_found_even_with_a_real_doi(services, cache, cited):
    checked = check(services, cache, cited)
    assert checked.status == "not found"
    assert Record().title in checked.detail


def test_a_subtitle_is_no_other_paper(services, cache):
    assert check(services, cache, paper(title=f"{Record().title}: a tale of trees")).status == "found"


def test_a_source_that_was_down_leaves_it_unchecked(services, cache):
    services["crossref"].will(services["crossref"].gives([]))
    services["openalex"].will(services["openalex"].replies(500, b""))
    services["semantic-scholar"].will(services["semantic-scholar"].gives([]))
    checked = check(services, cache, paper())
    assert checked.status == "unchecked"
    assert "OpenAlex" in checked.detail


def test_offline_or_without_catalogues_it_is_unchecked(services, cache):
    assert check(services, cache, paper(), []).status == "unchecked"
    offline = services["crossref"].source(cache, offline=True)
    assert check_citation(paper(), [offline]).status == "unchecked"


def test_silence_of_a_source_that_need_not_know_the_paper_proves_nothing(services, cache):
    for name in ("arxiv", "europe-pmc", "openreview"):
        services[name].will(services[name].gives([]))
    assert check(services, cache, paper(), ["arxiv", "europe-pmc", "openreview"]).status == "unchecked"
    preprint = paper(doi="10.48550/arxiv.1901.00001", arxiv="1901.00001")
    services["crossref"].will(services["crossref"].gives([]))
    assert check(services, cache, preprint, ["crossref"]).status == "unchecked"
    services["arxiv"].will(services["arxiv"].gives([Record()]))
    assert check(services, cache, preprint, ["arxiv"]).status == "found"


def test_the_real_limits_are_those_that_the_services_ask_for():
    intervals = {name: source.service.limits.interval_s for name, source in ONLINE.items()}
    assert intervals["semantic-scholar"] >= 1
    assert intervals["arxiv"] >= 3
    assert intervals["openalex"] >= 0.01
    assert intervals["crossref"] >= 1
    assert QUICK.interval_s < min(intervals.values())


def test_openalex_is_asked_for_what_a_paper_cites_and_what_cites_it(services, cache):
    service = services["openalex"]
    found = service.source(cache).neighbours(paper(), 20)
    assert found.status == "ok"
    first, *links = [request.params["filter"] for request in service.requests]
    assert first == f"doi:{Record().doi}"
    assert links == ["cited_by:W1", "cites:W1"]


def test_semantic_scholar_is_asked_by_the_identifier_it_knows(services, cache):
    service = services["semantic-scholar"]
    service.will(service.replies(200, semantic_scholar_links([Record(title="Cited")])))
    found = service.source(cache).neighbours(paper(doi="10.1000/a?b#c"), 20)
    assert [hit.paper.title for hit in found.hits] == ["Cited"]
    paths = [request.path for request in service.requests]
    assert paths == [f"/graph/v1/paper/DOI:10.1000/a%3Fb%23c/{way}" for way in ("references", "citations")]


@pytest.mark.parametrize("name", ["openalex", "semantic-scholar"])
def test_references_that_cannot_be_had_are_an_error_and_never_none(services, cache, name):
    service = services[name]
    service.will(service.replies(404, b"{}"))
    assert service.source(cache).neighbours(paper(), 20).status == "error"
    assert service.source(cache).neighbours(paper(doi=""), 20) is None


@pytest.mark.parametrize("name", ["arxiv", "crossref", "europe-pmc", "openreview"])
def test_who_knows_no_citations_is_not_asked(services, cache, name):
    assert services[name].source(cache).neighbours(paper(), 20) is None
    assert services[name].requests == []
