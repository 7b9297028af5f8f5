"""Pictures say what the numbers say, however many there are and however far apart."""

from __future__ import annotations

import re

from agent.review.pages.geometry import Interval, Judgement, Scale, chart, strip


def judged(*verdicts: str) -> list[Judgement]:
    return [
        Judgement(f"r{n // 2 + 1}-{n % 2 + 1}", n // 2 + 1, verdict, None if verdict == "failed" else FOUND)
        for n, verdict in enumerate(verdicts)
    ]


FOUND = Interval(0.01, 0.02, 0.03)


def test_one_disaster_does_not_press_the_others_together() -> None:
    scale = Scale.over([FOUND, Interval(-0.9, -0.8, -0.7)], 0.001)
    low, _, high = (scale.at(value, 100) for value in FOUND)
    assert high - low > 15
    assert scale.at(-0.8, 100) == 0


def test_places_keep_the_order_of_values() -> None:
    scale = Scale.over([FOUND], 0.005)
    places = [scale.at(value, 100) for value in (-1, -0.005, 0, 0.005, 0.01, 0.03, 1)]
    assert places == sorted(places)
    assert (places[0], places[-1]) == (0, 100)


def test_zero_and_the_band_of_what_is_too_small_are_on_every_scale() -> None:
    for intervals in ([], [FOUND], [Interval(-0.3, -0.2, -0.1)]):
        scale = Scale.over(intervals, 0.01)
        assert 0 < scale.at(-0.01, 100) < scale.at(0, 100) < scale.at(0.01, 100) < 100
        assert 0.0 in scale.ticks()
        assert 3 <= len(scale.ticks()) <= 7


def test_a_strip_shows_low_middle_and_high() -> None:
    scale = Scale(-0.05, 0.05)
    made = strip(scale, FOUND, 0.005)
    assert (made.zero, made.line, made.middle) == ("50", ("60", "80"), "70")
    assert made.band == ("45", "10")


def test_a_chart_has_a_point_for_each_judgement_and_an_interval_for_each_that_has_one() -> None:
    made = chart(judged("improved", "failed", "same", "improved"), Scale(-0.05, 0.05), 0.005)
    points = {verdict: path.count("h0") for verdict, _, path in made.marks}
    lines = {verdict: path.count("V") for verdict, path, _ in made.marks}
    assert points == {"failed": 1, "improved": 2, "same": 1}
    assert lines == {"failed": 0, "improved": 2, "same": 1}
    assert [one.idea for one in made.targets] == ["r1-1", "r2-1", "r2-2"]
    assert [name for _, name in made.rounds] == ["r1", "r2"]


def test_the_best_so_far_rises_only_with_improvements() -> None:
    none = chart(judged("same", "worse"), Scale(-0.05, 0.05), 0.005)
    assert none.best == ""
    two = chart(judged("improved", "improved"), Scale(-0.05, 0.05), 0.005)
    assert len(re.findall("V", two.best)) == 1  # the second one is no better than the first


def test_a_chart_of_a_thousand_ideas_stays_small() -> None:
    made = chart(judged(*["inconclusive"] * 1000), Scale(-0.05, 0.05), 0.005)
    assert sum(len(one) for mark in made.marks for one in mark) < 40_000
    assert made.targets == ()
    assert len([name for _, name in made.rounds if name]) < 25
