from __future__ import annotations

import pytest

from agent.errors import BadConfiguration
from agent.literature.sources.choose import ONLINE, choose_sources


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for variable in ("OPENALEX_API_KEY", "S2_API_KEY", "OPENREVIEW_TOKEN", "ECHOLOCATE_CONTACT"):
        monkeypatch.delenv(variable, raising=False)


def test_sources_come_by_name_in_order_and_once(tmp_path):
    chosen = choose_sources(["arxiv", "openalex", "arxiv"], offline=True, cache=tmp_path / "new" / "answers.db")
    assert [source.name for source in chosen] == ["arXiv", "OpenAlex"]
    assert len(choose_sources(list(ONLINE), offline=True, cache=tmp_path / "answers.db")) == len(ONLINE)


def test_no_name_is_no_source_and_no_file(tmp_path):
    assert choose_sources([], offline=False, cache=tmp_path / "answers.db") == ()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [("open-alex", "did you mean openalex"), ("semanticscholar", "semantic-scholar"), ("zzz", "there are openalex,")],
)
def test_an_unknown_name_is_told_with_what_is_like_it(tmp_path, name, said):
    with pytest.raises(BadConfiguration, match=said) as raised:
        choose_sources([name], offline=False, cache=tmp_path / "answers.db")
    assert "\n" not in str(raised.value)


def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("S2_API_KEY", "secret\nInjected: yes")
    with pytest.raises(BadConfiguration, match="S2_API_KEY") as raised:
        choose_sources(["semantic-scholar"], offline=False, cache=tmp_path / "answers.db")
    assert "secret" not in str(raised.value)


def test_a_cache_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "answers.db").write_text("no database " * 100)
    with pytest.raises(BadConfiguration, match=r"answers\.db"):
        choose_sources(["arxiv"], offline=False, cache=tmp_path / "answers.db")
