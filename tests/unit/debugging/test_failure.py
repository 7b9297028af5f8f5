from __future__ import annotations

import pytest

from agent.debugging.failure import Ended, Failure, describe, describe_lint, stop_reason
from agent.debugging.lint import lint

FILES = {"main.py": "from net import fit\n\nfit({})\n", "net.py": "def fit(rows):\n    return rows['x']\n"}
LOG = """\
Traceback (most recent call last):
  File "/job/code/main.py", line 3, in <module>
    fit({})
  File "/job/code/net.py", line 2, in fit
    return rows['x']
           ~~~~^^^^^
KeyError: 'x'
"""
OTHER = {**FILES, "main.py": "from net import fit\n\n\nfit({})\n"}


def run(files=FILES, history=(), log=LOG, status="error", ablation="full", **ended):
    return describe(Ended(status=status, log=log, **ended), files, history, ablation=ablation)


def test_a_traceback_is_described_for_a_repair():
    failure = run(exit_code=1)
    assert failure.kind == "traceback"
    assert failure.summary == "KeyError: 'x' (net.py, line 2)"
    assert "  File \"net.py\", line 2, in fit\n    return rows['x']\nKeyError" in failure.traceback
    assert ">    2 |     return rows['x']" in failure.structure
    assert failure.files == ("net.py", "main.py")
    assert failure.notes == ()


def test_the_ablations_leave_out_one_half_each():
    full, bare, blind = (run(ablation=mode, exit_code=1) for mode in ("full", "no_structure", "no_traceback"))
    assert (bare.traceback, bare.structure, bare.files) == (full.traceback, "", ())
    assert (blind.traceback, blind.structure) == ("", full.structure)
    assert blind.summary == "The program failed with exit code 1"
    assert full.signature == bare.signature == blind.signature


@pytest.mark.parametrize(
    ("ended", "summary"),
    [
        ({"status": "error", "exit_code": 3}, "The program failed with exit code 3"),
        ({"status": "error", "exit_code": 139}, "The program failed with exit code 139 (SIGSEGV)"),
        ({"status": "error", "exit_code": -11}, "The program failed with exit code -11 (SIGSEGV)"),
        ({"status": "timeout", "detail": "120 s"}, "The program ran out of time and was stopped: 120 s"),
        ({"status": "oom"}, "The program ran out of memory and was stopped"),
        (
            {"status": "ok", "exit_code": 0, "detail": "no predictions.npz"},
            "The program ended but did not do its work: no predictions.npz",
        ),
    ],
)
def test_without_a_traceback_the_ending_is_the_summary_and_the_log_is_shown(ended, summary):
    failure = run(log="x" * 9_000 + "last words\n", **ended)
    assert (failure.kind, failure.summary) == ("no_traceback", summary)
    assert failure.traceback.endswith("last words")
    assert len(failure.traceback) < 3_100
    assert "def fit(rows):" in failure.structure
    assert failure.files == ()


@pytest.mark.parametrize("ended", [{"status": "timeout"}, {"status": "ok"}, {"status": "error", "exit_code": 139}])
def test_a_traceback_that_did_not_end_the_program_is_shown_as_that(ended):
    failure = run(**ended)
    assert failure.kind == "no_traceback"
    assert "KeyError" in failure.traceback
    assert "KeyError" not in failure.summary
    assert failure.notes == ("The program printed this traceback but did not end by it.",)


def test_what_is_lacking_is_noted():
    cut = run(log="start\n[... 99 bytes left out ...]\n" + LOG[: LOG.index("KeyError")])
    assert cut.notes == (
        "The middle of the output was left out, because it was long.",
        "The end of the traceback is lacking.",
    )
    foreign = run(log=LOG.replace("/job/code/", "/usr/lib/"))
    assert foreign.notes == ("No line of the traceback is in the candidate's own files.",)
    assert "def fit(rows):" in foreign.structure


def test_a_repair_that_changed_nothing_is_noted():
    first = run()
    again = run(history=[first])
    assert again.notes[0] == "The last repair changed nothing: the files are what they were before it."
    back = run(history=[first, run(OTHER, [first], log=LOG.replace("'x'", "'y'"))])
    assert back.notes[0] == "The files are what they were in attempt 1, which failed as well."


def test_the_same_traceback_is_noted_wherever_its_lines_have_moved():
    first = run()
    moved = run(OTHER, [first], log=LOG.replace("line 3", "line 4").replace("/job/", "/tmp/17/"))
    assert moved.notes == ("The same failure came back: it has come 2 times. Another kind of repair is needed.",)
    assert run(OTHER, [first], log=LOG.replace("rows['x']", "rows['z']")).notes == ()
    assert run(OTHER, [first], log=LOG.replace("KeyError", "IndexError")).notes == ()


def test_numbers_do_not_tell_failures_apart_and_endings_do():
    def failed(detail, status="error"):
        return run(log="", detail=detail, status=status).signature

    assert failed("17 rows for 20 in /tmp/a1/out") == failed("3.5 rows for 4 in /tmp/b/out")
    assert failed("no predictions") != failed("labels of another kind")
    assert failed("", "timeout") != failed("", "oom")


def test_mistakes_seen_before_a_run():
    files = {**FILES, "net.py": "def fit(rows):\n    return row['x']\n"}
    failure = describe_lint(lint(files), files)
    assert (failure.kind, failure.files[0]) == ("lint", "net.py")
    assert failure.summary == "A mistake was found before the program ran: net.py:2: undefined name 'row'"
    assert "#### Mistake in `net.py`, `fit`" in failure.structure
    again = describe_lint(lint(files), files, [failure])
    assert len(again.notes) == 2
    many = {"m.py": "\n".join(f"name_{n}" for n in range(500))}
    assert len(describe_lint(lint(many), many).traceback.split("\n")) == 21


def failure_with(code, signature):
    return Failure(kind="traceback", summary="KeyError: 'x'", code=code, signature=signature)


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        ("", None),
        ("aK", None),
        ("aK aK", None),
        ("aK bL bL", None),
        ("aK aK aK", "2 repairs gave code that had failed before"),
        ("aK bL aK bL", "2 repairs gave code that had failed before"),
        ("aK bL aM cN", None),
        ("aK bL cM dN eO", None),
        ("aK bK", None),
        ("aK bK cK", "the same failure came 3 times: KeyError: 'x'"),
        ("aK bL cK dL eK", "the same failure came 3 times: KeyError: 'x'"),
        ("aK bK cL", None),
    ],
)
def test_when_to_stop(history, reason):
    assert stop_reason([failure_with(*pair) for pair in history.split()]) == reason


def test_a_failure_survives_being_stored():
    failure = run()
    assert Failure.model_validate_json(failure.model_dump_json()) == failure
