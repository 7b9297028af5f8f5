from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.debugging.parser import parse

PLAIN = """\
Traceback (most recent call last):
  File "/job/code/main.py", line 9, in <module>
    main()
  File "/job/code/main.py", line 5, in main
    return 1 / 0
           ~~^~~
ZeroDivisionError: division by zero
"""
PYTHON_3_13 = """\
Traceback (most recent call last):
  File "/job/code/main.py", line 8, in <module>
    fit(
    ~~~^
        1,
        ^^
    ...<2 lines>...
    )
    ^
  File "/job/code/model.py", line 2, in fit
    return rows["x"]
           ~~~~^^^^^
KeyError: 'x'
"""
CAUSE = """
The above exception was the direct cause of the following exception:

"""
CONTEXT = """
During handling of the above exception, another exception occurred:

"""
GROUP = """\
  + Exception Group Traceback (most recent call last):
  |   File "/job/code/main.py", line 14, in <module>
  |     main()
  | ExceptionGroup: outer (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/job/code/a.py", line 6, in first
    |     1 / 0
    |     ~~^~~
    | ZeroDivisionError: division by zero
    |
    | During handling of the above exception, another exception occurred:
    |
    | Traceback (most recent call last):
    |   File "/job/code/a.py", line 8, in first
    |     raise ValueError("worse")
    | ValueError: worse
    +---------------- 2 ----------------
    | Exception Group Traceback (most recent call last):
    |   File "/job/code/b.py", line 4, in second
    |     raise ExceptionGroup("inner", [error])
    | ExceptionGroup: inner (1 sub-exception)
    +-+---------------- 1 ----------------
      | Traceback (most recent call last):
      |   File "/job/code/b.py", line 2, in second
      |     {}["k"]
      | KeyError: 'k'
      +------------------------------------
"""
TORCH_WORKER = """\
Traceback (most recent call last):
  File "/job/code/main.py", line 20, in <module>
    for batch in loader:
  File "/usr/lib/python3/site-packages/torch/_utils.py", line 733, in reraise
    raise exception
IndexError: Caught IndexError in DataLoader worker process 0.
Original Traceback (most recent call last):
  File "/usr/lib/python3/site-packages/torch/utils/data/_utils/worker.py", line 351, in _worker_loop
    data = fetcher.fetch(index)
  File "/job/code/data.py", line 7, in __getitem__
    return self.rows[index]
IndexError: list index out of range
"""


def parsed(log):
    found = parse(log)
    assert found is not None
    return found


def lines_of(raised):
    return [(frame.path.removeprefix("/job/code/"), frame.line, frame.function) for frame in raised.frames]


def test_a_plain_traceback():
    found = parsed(f"epoch 1\n{PLAIN}bye\n")
    assert (found.exception, found.message.split("\n")[0]) == ("ZeroDivisionError", "division by zero")
    assert lines_of(found) == [("main.py", 9, "<module>"), ("main.py", 5, "main")]
    assert [frame.source for frame in found.frames] == ["main()", "return 1 / 0"]
    assert found.related == ()


def test_markers_below_many_source_lines():
    found = parsed(PYTHON_3_13)
    assert [frame.source for frame in found.frames] == ["fit(", 'return rows["x"]']
    assert found.summary == "KeyError: 'x'"


@pytest.mark.parametrize(("sentence", "relation"), [(CAUSE, "cause"), (CONTEXT, "context")])
def test_a_chain_ends_in_the_exception_that_ended_the_program(sentence, relation):
    found = parsed(PYTHON_3_13 + sentence + PLAIN)
    assert found.exception == "ZeroDivisionError"
    assert [(one.exception, one.relation) for one in found.related] == [("KeyError", relation)]


def test_a_long_chain_keeps_the_nearest():
    chain = "".join(PLAIN.replace("division", str(n)) + CONTEXT for n in range(50)) + PYTHON_3_13
    found = parsed(chain)
    assert found.exception == "KeyError"
    assert found.related[0].message == "49 by zero"
    assert len(found.related) == 10


def test_an_exception_group_with_a_chain_and_a_group_in_it():
    found = parsed(GROUP)
    assert found.summary == "ExceptionGroup: outer (2 sub-exceptions)"
    assert [(one.exception, one.relation, one.frames[0].line) for one in found.related] == [
        ("ZeroDivisionError", "context", 6),
        ("ValueError", "member", 8),
        ("ExceptionGroup", "member", 4),
        ("KeyError", "member", 2),
    ]


def test_a_group_that_has_a_cause():
    found = parsed(PLAIN + CAUSE + GROUP)
    assert found.exception == "ExceptionGroup"
    assert (found.related[-1].exception, found.related[-1].relation) == ("ZeroDivisionError", "cause")


def test_a_worker_process_goes_on_where_its_parent_waited():
    log = f'multiprocessing.pool.RemoteTraceback: \n"""\n{PLAIN}"""\n{CAUSE}' + PLAIN.replace("main.py", "pool.py")
    found = parsed(log)
    assert [frame.path.removeprefix("/job/code/") for frame in found.frames] == ["pool.py"] * 2 + ["main.py"] * 2
    assert found.related == ()


def test_a_loader_of_torch_goes_on_in_its_worker():
    found = parsed(TORCH_WORKER)
    assert found.summary == "IndexError: list index out of range"
    assert lines_of(found)[0] == ("main.py", 20, "<module>")
    assert lines_of(found)[-1] == ("data.py", 7, "__getitem__")


def test_a_syntax_error_in_the_main_file_has_no_header():
    found = parsed('  File "/job/code/main.py", line 3\n    def f(:\n          ^\nSyntaxError: invalid syntax\n')
    assert lines_of(found) == [("main.py", 3, None)]
    assert found.summary == "SyntaxError: invalid syntax"


def test_repeated_lines_are_counted():
    log = PLAIN.replace("           ~~^~~\n", "  [Previous line repeated 993 more times]\n")
    assert [frame.repeated for frame in parsed(log).frames] == [0, 993]


def test_a_message_of_several_lines_ends_at_an_empty_one():
    found = parsed(
        "Traceback (most recent call last):\nValueError: \nAll the fits failed.\n  5 of 5\n\nprinted later\n"
    )
    assert found.message == "\nAll the fits failed.\n  5 of 5"
    assert found.summary == "ValueError: All the fits failed."


@pytest.mark.parametrize("exception", ["KeyboardInterrupt", "zlib.error: x", "m.make.<locals>.Bad: x", "_Private: x"])
def test_names_of_exceptions(exception):
    assert parsed(PLAIN.replace("ZeroDivisionError: division by zero", exception)).exception == exception.split(":")[0]


def test_the_last_traceback_counts():
    assert parsed(PYTHON_3_13 + "gave up, trying again\n" + PLAIN).exception == "ZeroDivisionError"


def test_what_was_printed_in_between_is_stepped_over():
    noisy = PLAIN.replace("    main()\n", "    main()\nloss: 0.3\nepoch 7 of 9\nINFO:root:saved\n")
    assert parsed(noisy) == parsed(PLAIN)


def test_a_header_after_a_progress_bar():
    bar = " 45%|####" * 1_000
    assert parsed(f"{bar}{PLAIN}") == parsed(PLAIN)
    assert parsed(f"{bar}\r{bar}{PLAIN}") == parsed(PLAIN)


def test_carriage_returns_are_line_ends():
    assert parsed(PLAIN.replace("\n", "\r\n")) == parsed(PLAIN)


def test_a_log_cut_before_the_end():
    found = parsed(PLAIN[: PLAIN.index("ZeroDivisionError")])
    assert found.exception == ""
    assert "the log lacks" in found.summary
    assert len(found.frames) == 2


def test_a_log_cut_before_the_header():
    found = parsed("[... 12345 bytes left out ...]\nn()\n" + PLAIN[PLAIN.index('  File "/job/code/main.py", line 5') :])
    assert lines_of(found) == [("main.py", 5, "main")]
    assert found.exception == "ZeroDivisionError"


def test_a_log_cut_within_the_traceback():
    found = parsed(PLAIN.replace("    main()\n", "    ma\n[... 12345 bytes left out ...]\n"))
    assert len(found.frames) == 2
    assert found.exception == "ZeroDivisionError"


@pytest.mark.parametrize(
    "log",
    [
        "",
        "all good\n",
        'File "x.py", line 3\n',
        "Exception ignored in: <function Pool.__del__ at 0x7f>\n" + PLAIN,
        "--- Logging error ---\n" + PLAIN + 'Call stack:\n  File "m.py", line 3, in <module>\n    log()\nMessage: 1\n',
        'Fatal Python error: Segmentation fault\n\nCurrent thread 0x7f:\n  File "x.py", line 3 in f\n',
    ],
)
def test_there_is_none(log):
    assert parse(log) is None


def test_what_the_interpreter_ignored_does_not_hide_what_ended_the_program():
    ignored = "Exception ignored in: <function Pool.__del__ at 0x7f>\n" + PYTHON_3_13
    assert parsed(PLAIN + "\n" + ignored).exception == "ZeroDivisionError"


PIECES = [
    PLAIN,
    PYTHON_3_13,
    GROUP,
    TORCH_WORKER,
    CAUSE,
    CONTEXT,
    '"""\n',
    "Call stack:\n",
    "  | x\n",
    " " * 50 + "|\n",
]
LINES = sorted({line for piece in PIECES for line in piece.split("\n")})


@settings(deadline=None)
@given(st.text())
def test_any_text_is_taken(text):
    parse(text)


@settings(deadline=None)
@given(st.lists(st.sampled_from(LINES) | st.text(max_size=20), max_size=60))
def test_any_order_of_lines_is_taken(lines):
    found = parse("\n".join(lines))
    if found is not None:
        found.render()
        found.signature()
        assert found.exception or found.frames or found.related


def test_lone_surrogates_are_taken():
    assert parsed(PLAIN.replace("division", "\udcff")).message == "? by zero"


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        " ",
        "a.",
        "a.a:",
        '"',
        '  File "',
        "~^",
        "\\",
        "  | ",
        "+-",
        "<locals>.",
        "A_",
        "Traceback (most ",
        "x" * 60 + "\r",
        "é",
    ],
)
@pytest.mark.parametrize(
    "within", ["{}", PLAIN + "{}", "  + Exception Group Traceback (most recent call last):\n  | {}"]
)
def test_ten_megabytes_take_a_moment(unit, within):
    log = within.format(unit * (10_000_000 // len(unit)))
    before = time.process_time()
    parse(log)
    # Measured: at most 0.6 s; anything quadratic takes hours.
    assert time.process_time() - before < 20
