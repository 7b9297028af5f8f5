from __future__ import annotations

import time
from contextlib import suppress

import pytest

from agent.literature.pace import FAILURES_BEFORE_REST, Limits, NoTurn, Pace, pace_of

LIMITS = Limits(interval_s=0.02, patience_s=1, rest_s=60)


def soon() -> float:
    return time.monotonic() + 1


def test_turns_are_apart_from_the_end_of_one_to_the_start_of_the_next():
    pace = Pace(LIMITS)
    with pace.turn(soon()):
        time.sleep(0.03)
        ended = time.monotonic()
    with pace.turn(soon()):
        assert time.monotonic() - ended >= LIMITS.interval_s


def test_a_turn_that_raises_is_a_turn_and_gives_the_next_one_free():
    pace = Pace(LIMITS)
    with suppress(KeyError), pace.turn(soon()):
        ended = time.monotonic()
        raise KeyError
    with pace.turn(soon()):
        assert time.monotonic() - ended >= LIMITS.interval_s


def test_who_comes_while_another_has_the_turn_waits_to_the_deadline_only():
    pace = Pace(LIMITS)
    with pace.turn(soon()), pytest.raises(NoTurn), pace.turn(time.monotonic() + 0.05):
        pass


def test_a_host_rests_after_failures_in_a_row_and_not_before():
    pace = Pace(LIMITS)
    for _ in range(FAILURES_BEFORE_REST - 1):
        pace.failed(0.0)
    pace.succeeded()
    pace.failed(0.0)
    with pace.turn(soon()):
        pass
    for _ in range(FAILURES_BEFORE_REST):
        pace.failed(0.0)
    begun = time.monotonic()
    with pytest.raises(NoTurn), pace.turn(soon()):
        pass
    assert time.monotonic() - begun < 0.5


def test_a_host_is_asked_again_after_its_rest():
    pace = Pace(LIMITS._replace(rest_s=0.05))
    for _ in range(FAILURES_BEFORE_REST):
        pace.failed(0.0)
    with pace.turn(soon()):
        pass


def test_a_host_has_one_pace():
    assert pace_of("one.example", LIMITS) is pace_of("one.example", LIMITS)
    assert pace_of("one.example", LIMITS) is not pace_of("two.example", LIMITS)
