"""What is kept of a job's output."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from sandboxes.log import LogBuffer, clean


@given(st.lists(st.binary(max_size=50)), st.integers(min_value=2, max_value=200))
def test_the_ends_are_kept_and_the_rest_is_counted(chunks: list[bytes], limit: int) -> None:
    log = LogBuffer(limit)
    for chunk in chunks:
        log.feed(chunk)
    whole, half = b"".join(chunks), limit // 2
    if len(whole) <= 2 * half:
        assert log.text() == clean(whole)
    else:
        left_out = len(whole) - 2 * half
        assert log.text() == f"{clean(whole[:half])}\n[... {left_out} bytes left out ...]\n{clean(whole[-half:])}"


def test_memory_stays_flat() -> None:
    log = LogBuffer(64 << 10)
    chunk = b"x" * (1 << 20)
    tracemalloc.start()
    for _ in range(200):
        log.feed(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_nothing_that_a_terminal_acts_on_is_left() -> None:
    raw = b"a\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b]52;c;eA==\x1b\\b\x1bPq\x1b\\c\x1b(0d\x00\x08\x7f\x9be\xe2\x80\xaef"
    assert clean(raw) == "ared bcd����e�f"


@given(st.binary(max_size=200))
def test_any_bytes_become_text_without_escapes(raw: bytes) -> None:
    text = clean(raw)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert text.encode("utf-8").decode("utf-8") == text


def test_lines_and_tabs_stay() -> None:
    assert clean(b"a\tb\r\n10%\r20%\n") == "a\tb\n10%\n20%\n"
