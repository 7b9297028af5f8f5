from __future__ import annotations

import pytest

from agent.literature.words import matched_words, sentences, stem, stems, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("normalisation", "normalization"),
        ("standardised", "standardizes"),
        ("neighbours", "neighbor"),
        ("analysing", "analyze"),
        ("forests", "forest"),
    ],
)
def test_spelling_and_ending_do_not_separate_words(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("word", "expected"), [("noise", "nois"), ("four", "four"), ("tours", "tour")])
def test_short_words_keep_their_spelling(word, expected):
    assert stem(word) == expected


def test_terms_leave_out_function_words_and_stems_do_not():
    assert terms("the Forest of Trees") == ["forest", "tree"]
    assert len(stems("the Forest of Trees")) == 4


def test_accents_and_case_are_ignored():
    assert terms("NYSTRÖM") == terms("Nystrom")


def test_matched_words_keep_the_querys_spelling_and_order():
    assert matched_words("Random Forests of normalised data", terms("normalization; a forest")) == (
        "forests",
        "normalised",
    )


def test_sentences_end_at_stops_and_line_breaks_but_not_at_decimals():
    text = "A title\nThe error is 0.5 per cent. It fell (e.g. by half). See Fig. 2."
    assert sentences(text)[:3] == ["A title", "The error is 0.5 per cent.", "It fell (e.g. by half)."]
