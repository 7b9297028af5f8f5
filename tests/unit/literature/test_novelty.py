from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from agent.literature.novelty import SAME_IDEA, independence

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "rewordings.jsonl").read_text(encoding="utf-8").splitlines()
]
FOREST = "Replace the logistic regression by a random forest of three hundred trees."
FOREST_AGAIN = "A random forest with three hundred trees replaces logistic regression."
KERNEL = "Fit a support vector machine with a radial kernel to the standardised pixels."


def similarity(one, other):
    return independence({"new": one}, {"old": other})[0].similarity


def test_the_stated_calibration_holds():
    """The docstring of `SAME_IDEA` and docs/literature.md give these figures."""
    found = sum(similarity(pair["idea"], pair["reworded"]) >= SAME_IDEA for pair in PAIRS)
    assert found / len(PAIRS) == pytest.approx(0.38, abs=0.05)
    texts = [(number, text) for number, pair in enumerate(PAIRS) for text in pair.values()]
    different = [(one, other) for (i, one), (j, other) in product(texts, texts) if i < j]
    assert len(different) == 1104
    assert not [pair for pair in different if similarity(*pair) >= SAME_IDEA]


def test_the_same_words_in_another_order_and_form_are_the_same_idea():
    (verdict,) = independence({"b": FOREST_AGAIN}, {"a": FOREST, "c": KERNEL})
    assert verdict.nearest == "a"
    assert verdict.similarity >= SAME_IDEA
    assert not verdict.independent


def test_the_first_of_two_alike_in_one_round_stays_and_the_second_goes():
    first, second, third = independence({"a": FOREST, "b": FOREST_AGAIN, "c": KERNEL}, {})
    assert (first.independent, first.nearest) == (True, None)
    assert (second.independent, second.nearest) == (False, "a")
    assert third.independent


def test_what_was_dropped_does_not_drop_others():
    middle = "Replace the logistic regression by a support vector machine with a radial kernel."
    verdicts = independence({"b": FOREST_AGAIN, "c": middle}, {"a": FOREST})
    assert not verdicts[0].independent
    assert verdicts[1].nearest != "b"


def test_similarity_does_not_depend_on_what_else_is_compared():
    alone = independence({"b": FOREST_AGAIN}, {"a": FOREST})[0]
    among = independence({"b": FOREST_AGAIN}, {"c": KERNEL, "a": FOREST, "d": "Something else"})[0]
    assert alone.similarity == among.similarity


@pytest.mark.parametrize("text", ["", "...", "xyzzy"])
def test_a_text_without_known_terms_resembles_nothing(text):
    (verdict,) = independence({"b": text}, {"a": FOREST})
    assert (verdict.nearest, verdict.similarity, verdict.independent) == (None, 0.0, True)
