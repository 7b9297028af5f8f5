"""Records of the starter library against the corpus that they say they were checked against."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest

from agent.literature.starter import starter_papers

ROOT = Path(__file__).parents[3]
CORPUS = Path(os.environ.get("ECHOLOCATE_TEST_DATA", ROOT.parent / "shared" / "data")) / "literature" / "corpus"
KINDS = ("arXiv metadata", "PubMed metadata", "proceedings list of ")


def key(title):
    plain = unicodedata.normalize("NFKD", title).lower()
    return "".join(character for character in plain if character.isascii() and character.isalnum())


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus in {CORPUS}")
@pytest.mark.slow
def test_title_and_year_are_those_of_the_corpus():
    zstandard = pytest.importorskip("zstandard")
    wanted = {key(paper.title): paper for paper in starter_papers() if paper.checked.startswith(KINDS)}
    assert len(wanted) >= 60
    years: dict[str, set[int]] = {title: set() for title in wanted}
    for shard in sorted(CORPUS.glob("*.jsonl.zst")):
        with zstandard.open(shard, "rt", encoding="utf-8") as lines:
            for line in lines:
                record = json.loads(line)
                if (title := key(record["title"])) in years and record["year"]:
                    years[title].add(int(record["year"]))
    # A preprint and its publication lie a year apart.
    wrong = {
        wanted[title].id: sorted(found)
        for title, found in years.items()
        if not any(abs(year - (wanted[title].year or 0)) <= 1 for year in found)
    }
    assert not wrong
