from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.review.quoting import clean, quote, quote_block


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://evil.example\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;never ended", ""),
        ("a\x1bc b", "a b"),
        ("safe\u202egnp.exe", "safe\ufffdgnp.exe"),
        ("\u2066in\u2069", "\ufffdin\ufffd"),
        ("zero\u200bwidth", "zero\ufffdwidth"),
        ("bell\x07 null\x00", "bell\ufffd null\ufffd"),
        ("\ud800", "\ufffd"),
        ("naïve 数字 עברית \u0645\u0631\u062d\u0628\u0627", "naïve 数字 עברית \u0645\u0631\u062d\u0628\u0627"),
        ("a" + "\u0301" * 50, "a" + "\u0301" * 4),
    ],
)
def test_what_no_escaping_makes_harmless_is_taken_out(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_line_is_one_line() -> None:
    assert quote("a\n\n  b\tc\u2028d", "model").text == "a b c\ufffdd"


def test_what_is_too_long_is_cut() -> None:
    assert quote("x" * 10_000_000, "program", 50).text == "x" * 50 + " […]"
    text = quote_block("begin" + "x" * 10_000_000 + "end", "program", 1000).text
    assert text.startswith("begin")
    assert text.endswith("end")
    assert "the middle is left out" in text
    assert len(text) < 1100


def test_a_short_text_is_whole() -> None:
    assert quote_block("  a\n    b\n", "program").text == "  a\n    b"
    assert quote("x" * 50, "model", 50).text == "x" * 50
    assert not quote("", "model")


@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(max_size=300), st.integers(min_value=1, max_value=40))
def test_a_quotation_is_never_longer_than_allowed(text: str, most: int) -> None:
    assert len(quote(text, "model", most).text) <= most + len(" […]")
