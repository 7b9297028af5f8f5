from __future__ import annotations

import random

import pytest

from agent.literature.papers import Paper
from agent.literature.ranking import inspiring, rank

TOPIC = "better classification of handwritten digits"
INPUT = "small grey images"
OUTPUT = "one of ten classes"


def paper(title, notes=""):
    return Paper(title=title, source="test", notes=notes)


RIGHT = paper("Handwritten digits by networks", "Takes small grey images. Gives one of ten classes.")
OTHER_TASK = paper("Handwritten digits generated", "Takes a sentence. Gives a video of handwriting.")
OTHER_TOPIC = paper("Denoising of scans", "Takes small grey images. Gives a clean picture.")
UNRELATED = paper("Protein folding", "Takes a sequence. Gives coordinates.")
PAPERS = [UNRELATED, OTHER_TOPIC, OTHER_TASK, RIGHT]


def order(papers=PAPERS, **options):
    return [one.paper for one in rank(papers, TOPIC, INPUT, OUTPUT, **options)]


def test_topic_and_attributes_beat_either_alone():
    ranked = order()
    assert ranked[0] == RIGHT
    assert ranked[-1] == UNRELATED


def test_a_paper_on_the_topic_with_another_task_falls_behind_only_when_attributes_count():
    plain = rank([OTHER_TASK, RIGHT, UNRELATED], "handwritten digits", INPUT, OUTPUT, by="topic")
    assert {one.paper for one in plain[:2]} == {RIGHT, OTHER_TASK}
    ranked = rank([OTHER_TASK, RIGHT, UNRELATED], "handwritten digits", INPUT, OUTPUT)
    assert [one.paper for one in ranked] == [RIGHT, OTHER_TASK, UNRELATED]


def test_every_score_has_its_reason():
    best = rank(PAPERS, TOPIC, INPUT, OUTPUT)[0]
    assert best.same_input.matched == ("small", "grey", "images")
    assert best.same_input.passage == "Takes small grey images."
    assert best.same_output.passage == "Gives one of ten classes."
    assert "small, grey, images" in best.same_input.reason


def test_scores_lie_between_0_and_10_and_nothing_in_common_is_0():
    ranked = rank(PAPERS, TOPIC, INPUT, OUTPUT)
    for one in ranked:
        assert all(0 <= value <= 10 for value in (one.score, one.topic.value, one.same_input.value))
    assert (ranked[0].score, ranked[-1].score) == (10, 0)
    assert ranked[-1].same_input.value == 0
    assert ranked[-1].same_input.reason == "no word in common"


def test_order_does_not_depend_on_the_order_of_candidates():
    expected = order()
    for seed in range(5):
        shuffled = random.Random(seed).sample(PAPERS, len(PAPERS))
        assert order(shuffled) == expected


def test_ties_go_by_id():
    twins = [paper(f"Unrelated number {letter}") for letter in "cab"]
    assert order(twins) == sorted(twins, key=lambda one: one.id)


@pytest.mark.parametrize("papers", [[], [RIGHT], [UNRELATED]])
def test_few_candidates(papers):
    assert order(papers) == papers


def test_missing_attributes_leave_the_topic():
    ranked = rank(PAPERS, "handwritten digits", "", "")
    assert {one.paper for one in ranked[:2]} == {RIGHT, OTHER_TASK}


def test_limit_and_threshold():
    ranked = rank(PAPERS, TOPIC, INPUT, OUTPUT, limit=3)
    assert len(ranked) == 3
    assert [one.paper for one in inspiring(ranked)] == [RIGHT]
    assert len(inspiring(ranked, above=0)) == 3
