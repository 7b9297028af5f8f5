"""What people say of a run meets what the run does in one real database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from pydantic import ValidationError

from agent.config import RunConfig
from agent.errors import StaleItem, UserMustAct, VerdictRefused
from agent.records import IdeaRecord
from agent.review.queue import ReviewItem, item, items, offer, pending, reopen, reviews, submit, take
from agent.review.settings import ReviewSettings, parse_gates, parse_timeout
from agent.review.verdicts import VERDICT, Accept, Edit, Reject, Rerun
from agent.run import Run

DRAFT = {"title": "Nearest neighbours", "summary": "Replace the classifier by nearest neighbours."}
IDEA, RESULT = "r1-1/idea", "r1-1/result"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A run that waits for ideas and not for results, with one of each."""
    config = RunConfig(id="r", created=datetime.now(UTC), task="digits", review=ReviewSettings(gates=("ideas",)))
    with Run.create(tmp_path, config) as made:
        made.save(IdeaRecord(id="r1-1", round=1, draft=DRAFT))
        for kind in ("idea", "result"):
            offer(made, kind, "r1-1", 1, DRAFT["title"])
        yield made


def test_the_run_waits_for_what_it_was_told_to_wait_for(run: Run) -> None:
    assert [one.id for one in pending(run)] == [IDEA]
    assert item(run, RESULT).state == "passed"
    assert [one.id for one in items(run, kind="result", round=1)] == [RESULT]
    assert [one.id for one in items(run, start=1, most=5)] == [RESULT]


def test_an_item_is_offered_once(run: Run) -> None:
    """A resumed node offers again what it has offered: a verdict that came meanwhile stays."""
    submit(run, IDEA, 1, Accept(), "ada")
    assert offer(run, "idea", "r1-1", 1, "another title") == item(run, IDEA)
    assert item(run, IDEA).title == DRAFT["title"]


def test_a_verdict_is_kept_with_who_when_and_why(run: Run) -> None:
    before = datetime.now(UTC)
    now = submit(run, IDEA, 1, Reject(reason=" too slow "), "ada")
    assert (now.state, now.verdict, now.version) == ("decided", "reject", 2)
    (review,) = reviews(run, IDEA)
    assert (review.who, review.verdict, review.counts) == ("ada", Reject(reason="too slow"), True)
    assert before <= review.at <= datetime.now(UTC)


def test_the_later_of_two_reviewers_is_told_and_nothing_is_lost(run: Run) -> None:
    submit(run, IDEA, 1, Accept(), "ada")
    with pytest.raises(StaleItem, match="ada said accept meanwhile"):
        submit(run, IDEA, 1, Reject(reason="known since 1967"), "bob")
    assert item(run, IDEA).verdict == "accept"
    kept = reviews(run, IDEA)[-1]
    assert (kept.who, kept.verdict, kept.counts) == ("bob", Reject(reason="known since 1967"), False)


def test_of_many_reviewers_at_once_exactly_one_is_first(run: Run) -> None:
    together = Barrier(8)

    def say(number: int) -> str:
        with Run.open(run.folder) as opened:
            together.wait()
            try:
                submit(opened, IDEA, 1, Accept(reason=str(number)), f"reviewer {number}")
            except StaleItem:
                return "told"
        return "first"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(say, range(8)))
    assert sorted(said) == ["first"] + ["told"] * 7
    assert len(reviews(run, IDEA)) == 8
    assert sum(one.counts for one in reviews(run, IDEA)) == 1


def test_a_mind_may_be_changed_until_the_run_goes_on(run: Run) -> None:
    seen = submit(run, IDEA, 1, Accept(), "ada")
    submit(run, IDEA, seen.version, Reject(reason="on second thoughts"), "ada")
    taken = take(run, IDEA)
    assert taken is not None
    assert taken.verdict == Reject(reason="on second thoughts")


def test_what_the_run_took_up_stands(run: Run) -> None:
    """Also when a process that was killed in between asks again, and somebody has said something else since."""
    submit(run, IDEA, 1, Accept(), "ada")
    first = take(run, IDEA)
    submit(run, IDEA, item(run, IDEA).version, Reject(reason="too late for this one"), "bob")
    assert take(run, IDEA) == first
    assert item(run, IDEA).verdict == "reject"


def test_nothing_is_taken_before_there_is_a_verdict(run: Run) -> None:
    assert take(run, IDEA) is None
    assert item(run, IDEA).state == "waiting"


def test_who_edits_while_the_run_goes_on_is_told_and_loses_nothing(run: Run) -> None:
    edit = Edit(changes={"title": "Three nearest neighbours"})
    submit(run, IDEA, 1, Accept(), "the time-out")
    take(run, IDEA)
    with pytest.raises(StaleItem):
        submit(run, IDEA, 1, edit, "ada")
    assert reviews(run, IDEA)[-1].verdict == edit


@pytest.mark.parametrize(
    ("id_", "verdict", "says"),
    [
        (IDEA, Edit(changes={"titel": "x"}), "titel: no field of an idea; it has title, summary, motivation"),
        (IDEA, Edit(changes={"title": "x"}), "title: String should have at least 3 characters"),
        (IDEA, Rerun(seeds=(1, 2)), "rerun is not possible here; accept, edit, reject are"),
        (RESULT, Edit(changes={"metric": "1.0"}), "edit is not possible here; accept, reject, rerun are"),
        (RESULT, Rerun(seeds=(1, 2)), "the run has gone on"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(run: Run, id_: str, verdict: Edit | Rerun, says: str) -> None:
    before: ReviewItem = item(run, id_)
    with pytest.raises(VerdictRefused, match=says):
        submit(run, id_, 1, verdict, "ada")
    assert (item(run, id_), reviews(run, id_)) == (before, ())


def test_an_item_waits_again_once_it_was_measured_again(run: Run) -> None:
    submit(run, IDEA, 1, Accept(), "ada")
    taken = take(run, IDEA)
    assert taken is not None
    reopen(run, IDEA, taken.n)
    again = item(run, IDEA)
    assert (again.state, again.verdict) == ("waiting", "")
    decided = submit(run, IDEA, again.version, Reject(reason="no"), "bob")
    reopen(run, IDEA, taken.n)  # a node that is run again after a kill
    assert item(run, IDEA) == decided


def test_nobody_judges_what_is_not_there(run: Run) -> None:
    with pytest.raises(UserMustAct, match="no item r9-9/idea"):
        submit(run, "r9-9/idea", 1, Accept(), "ada")


@pytest.mark.parametrize(
    "data", [{"action": "reject"}, {"action": "reject", "reason": " "}, {"action": "rerun", "seeds": [1]}, {}, None]
)
def test_a_verdict_from_data_is_whole_or_none(data: object) -> None:
    with pytest.raises(ValidationError):
        VERDICT.validate_python(data)


def test_options_say_what_would_be_right() -> None:
    assert parse_gates("never") == ()
    assert parse_gates("ideas, results,ideas") == ("ideas", "results")
    assert parse_timeout("8h:accept") == (28800, "accept")
    with pytest.raises(UserMustAct, match="'idea' should be never or some of ideas,code,results"):
        parse_gates("idea")
    with pytest.raises(UserMustAct, match="such as 8h:accept"):
        parse_timeout("8 hours")
