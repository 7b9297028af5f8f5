"""What a reader is shown of hypotheses, and in which order."""

from __future__ import annotations

from types import SimpleNamespace

from agent.discover.view import _place


def hypothesis(id_, status="accepted", score=4.0, confirmed=None, held=None):
    cited = [None if value is None else SimpleNamespace(value=value) for value in (score, confirmed, held)]
    return SimpleNamespace(id=id_, status=status, score=cited[0], confirmed=cited[1], held=cited[2])


def test_what_held_back_samples_confirm_goes_first_whatever_its_score():
    shown = [
        hypothesis("not shown", "not shown", 5.0, 1, 1),
        hypothesis("here only", score=4.9, confirmed=0, held=2),
        hypothesis("confirmed", score=4.0, confirmed=2, held=2),
        hypothesis("in part", score=4.5, confirmed=1, held=2),
        hypothesis("never judged", "refused", None),
    ]
    assert [one.id for one in sorted(shown, key=_place)] == [
        "confirmed", "in part", "here only", "not shown", "never judged",
    ]  # fmt: skip
