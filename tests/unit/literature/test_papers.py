from __future__ import annotations

import pytest
from pydantic import ValidationError

from agent.literature.papers import Paper, merge_records


def paper(title="Random forests", **fields):
    return Paper(title=title, source="test", **fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"doi": "https://doi.org/10.1023/A:1010933404324"}, "doi:10.1023/a:1010933404324"),
        ({"arxiv": "https://arxiv.org/abs/1412.6980v9"}, "arxiv:1412.6980"),
        ({"arxiv": "hep-th/9901001"}, "arxiv:hep-th/9901001"),
        ({"pmid": "19029910"}, "pmid:19029910"),
        ({}, "title:randomforests"),
    ],
)
def test_id_comes_from_the_most_telling_identifier(fields, expected):
    assert paper(**fields).id == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"doi": "cn2h9c"},
        {"arxiv": "not an id"},
        {"pmid": "PMC12"},
        {"url": "javascript:alert(1)"},
        {"year": 19},
        {"title": "   "},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_right_is_refused(fields):
    with pytest.raises(ValidationError):
        paper(**fields)


def test_titles_in_any_script_have_an_identity():
    assert paper("随机森林").id != paper("支持向量机").id
    assert paper("随机森林").id.startswith("title:")


def test_a_record_survives_json():
    original = paper(doi="10.1000/x", authors=("Ada Lovelace",), tags=("a", "b"), retracted=False, abstract="Über α.")
    assert Paper.model_validate_json(original.model_dump_json()) == original
    assert Paper.model_validate_json(original.model_dump_json(exclude_defaults=True)) == original


@pytest.mark.parametrize(
    ("authors", "title", "key"),
    [
        (("Leo Breiman",), "Random forests", "breiman2001random"),
        (("Müller, Rafael",), "When does label smoothing help?", "muller2001when"),
        ((), "The {LaTeX} of it", "anonymous2001latex"),
    ],
)
def test_bibtex_key(authors, title, key):
    assert paper(title, authors=authors, year=2001).bibtex_key == key


def test_records_of_one_paper_merge_and_fill_each_other():
    first = paper("Random Forests.", year=2001)
    second = paper("Random forests", doi="10.1023/a:1", abstract="short")
    third = paper("Random forests: the preprint", doi="10.1023/A:1", abstract="a longer abstract", pmid="7")
    merged = merge_records([first, second, third])
    assert len(merged) == 1
    assert (merged[0].year, merged[0].doi, merged[0].pmid) == (2001, "10.1023/a:1", "7")
    assert merged[0].abstract == "a longer abstract"
    assert merged[0].id == first.id


def test_same_title_with_different_identifiers_is_not_the_same_paper():
    assert len(merge_records([paper("Editorial", doi="10.1000/2"), paper("Editorial", doi="10.1000/3")])) == 2


def test_a_retraction_known_to_one_source_is_kept():
    assert merge_records([paper(retracted=False), paper(retracted=True)])[0].retracted is True
