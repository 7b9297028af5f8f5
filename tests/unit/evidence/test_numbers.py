from __future__ import annotations

import pytest

from agent.evidence.numbers import unsupported

FACTS = ["difference: +0.0350", "metric with seed 2: 0.952", "confidence: 99.38 %", "worst: −0.12", "rows: 12,000"]


@pytest.mark.parametrize(
    "text",
    [
        "It is better by 0.035.",
        "It is better by +0.035 at 99.38 %, see r1-2 and r10-3-a1.",
        "Seed 2 gives 0.952, the worst is worse by 0.12 (−0.12).",
        "All 12000 rows were scored.",
        "No number at all; the L-BFGS solver, sha256 and x3 are names.",
    ],
)
def test_numbers_of_the_facts_may_be_written(text: str) -> None:
    assert unsupported(text, FACTS) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("It reaches 0.953.", "0.953"),
        ("It is worse by -0.035.", "-0.035"),
        ("It reaches 95.2 %.", "95.2 %"),
        ("It is 3 times better.", "3"),
        ("p = 1e-5", "0.00001"),
        ("confidence 99.38", "99.38"),
        ("It gains .035 and 7.", "7"),
    ],
)
def test_any_other_number_is_found(text: str, number: str) -> None:
    assert number in [f"{one.sign}{one.size:f}{' %' if one.percent else ''}" for one in unsupported(text, FACTS)]
