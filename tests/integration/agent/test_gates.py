"""Gates: a run that waits for people, goes on wherever the answer comes from, and tells the next round of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from quick_runs import BETTER, go, make_run, proposing, writing

from agent.errors import StaleItem
from agent.history import attempts
from agent.models.replay import ReplayModel
from agent.models.requests import CodeChange, ProposeIdeas, WriteCode
from agent.recordings import record_of
from agent.records import EventRecord, IdeaRecord, MeasurementRecord, VerdictRecord
from agent.review.inbox import Letter, post
from agent.review.queue import THE_RUN, item, pending, reviews, submit
from agent.review.settings import ReviewSettings
from agent.review.verdicts import Accept, Edit, Reject, Rerun, Verdict
from agent.run import Run
from agent.session import replaying
from agent.testing import ScriptedModel

SEEDS = tuple(range(11, 19))
REASON = "Reject everything that adds a mean; we tried it in 2019."


def write(request: WriteCode) -> CodeChange:
    """Code for `mean` that is better, and for `same` that changes nothing."""
    better = request.idea.title == "mean"
    return writing(model=BETTER if better else request.files[1].content + "# a comment\n")(request)


def model(write: Callable[[WriteCode], CodeChange] = write) -> ScriptedModel:
    """Two ideas a round, `mean` and `same`."""
    return ScriptedModel({"propose_ideas": proposing("mean", "same"), "write_code": write})


def waiting_run(home: Path, *gates: str, rounds: int = 1, **review: Any) -> Run:
    settings = ReviewSettings.model_validate({"gates": gates, **review})
    return make_run(home, budget={"rounds": rounds, "ideas": 2}, replicates=1000, review=settings)


def say(run: Run, id_: str, verdict: Verdict, who: str = "ada") -> None:
    submit(run, id_, item(run, id_).version, verdict, who)


def written(scripted: ScriptedModel) -> list[str]:
    return [request.idea.title for request in scripted.asked if isinstance(request, WriteCode)]


def verdicts(run: Run, split: str = "validation") -> dict[str, str]:
    return {row.idea_id: row.verdict for row in run.all(VerdictRecord, split=split)}


def test_no_code_is_written_before_somebody_looked_at_the_ideas(tmp_path: Path) -> None:
    scripted = model()
    with waiting_run(tmp_path, "ideas") as run:
        assert go(run, scripted) == "resting"
        assert [one.id for one in pending(run)] == ["r1-1/idea", "r1-2/idea"]
        assert written(scripted) == []
        assert go(run, scripted) == "resting"  # nobody has answered meanwhile


def test_ideas_that_are_not_answered_do_not_hold_up_those_that_are(tmp_path: Path) -> None:
    with waiting_run(tmp_path, "ideas") as run:
        go(run, model())
        say(run, "r1-1/idea", Accept())
        assert go(run, model()) == "resting"
        assert {row.subject for row in run.all(MeasurementRecord)} == {"baseline", "r1-1"}
        say(run, "r1-2/idea", Accept())
        assert go(run, model()) == "finished"
        assert verdicts(run) == {"r1-1": "improved", "r1-2": "same"}


def test_the_next_round_is_told_why_an_idea_was_rejected(tmp_path: Path) -> None:
    scripted = model()
    with waiting_run(tmp_path, "ideas", rounds=2) as run:
        go(run, scripted)
        say(run, "r1-1/idea", Reject(reason=REASON))
        say(run, "r1-2/idea", Accept())
        assert go(run, scripted) == "resting"
        assert [one.id for one in pending(run)] == ["r2-1/idea", "r2-2/idea"]
        assert written(scripted) == ["same"]
        assert verdicts(run) == {"r1-2": "same"}
        rejected = run.get(IdeaRecord, "r1-1")
    assert rejected is not None
    assert (rejected.decision, rejected.decision_reason) == ("rejected", f"rejected by ada: {REASON}")
    request = [one for one in scripted.asked if isinstance(one, ProposeIdeas)][-1]
    assert [(one.idea, one.action, one.about, one.reason) for one in request.reviews] == [
        ("r1-1", "reject", "idea", REASON)
    ]


def test_a_round_whose_ideas_were_all_rejected_is_followed_by_a_better_informed_one(tmp_path: Path) -> None:
    with waiting_run(tmp_path, "ideas", rounds=2) as run:
        go(run, model())
        for one in pending(run):
            say(run, one.id, Reject(reason="no"))
        assert go(run, model()) == "resting"
        assert {one.round for one in pending(run)} == {2}


def test_an_edited_idea_is_what_the_code_is_written_for(tmp_path: Path) -> None:
    scripted = model()
    with waiting_run(tmp_path, "ideas") as run:
        go(run, scripted)
        say(run, "r1-1/idea", Edit(changes={"title": "mean of all columns"}))
        say(run, "r1-2/idea", Reject(reason="no"))
        assert go(run, scripted) == "finished"
    assert written(scripted) == ["mean of all columns"]


def test_code_is_reviewed_before_it_runs(tmp_path: Path) -> None:
    with waiting_run(tmp_path, "code") as run:
        assert go(run, model()) == "resting"
        assert [one.id for one in pending(run)] == ["r1-1/code", "r1-2/code"]
        assert [row.status for idea in ("r1-1", "r1-2") for row in attempts(run, idea)] == ["written", "written"]
        say(run, "r1-1/code", Reject(reason="it reads the clock"))
        say(run, "r1-2/code", Edit(changes={"model.py": BETTER}, reason="the mean it is"))
        assert go(run, model()) == "finished"
        assert verdicts(run) == {"r1-2": "improved"}
        first, edited = attempts(run, "r1-2")
        assert (first.status, edited.status) == ("written", "ok")
        assert edited.note == "Edited by ada. the mean it is"


def test_a_rejected_result_is_not_confirmed(tmp_path: Path) -> None:
    with waiting_run(tmp_path, "results") as run:
        assert go(run, model()) == "resting"
        assert verdicts(run) == {"r1-1": "improved", "r1-2": "same"}
        say(run, "r1-1/result", Reject(reason="the validation rows leak"))
        say(run, "r1-2/result", Accept())
        assert go(run, model()) == "finished"
        assert verdicts(run, "test") == {}


def test_a_result_is_measured_again_with_other_seeds_and_asked_about_again(tmp_path: Path) -> None:
    with waiting_run(tmp_path, "results") as run:
        go(run, model())
        first = comparison(run, "r1-1")
        say(run, "r1-1/result", Rerun(seeds=SEEDS))
        assert go(run, model()) == "resting"
        assert {one.id for one in pending(run)} == {"r1-1/result", "r1-2/result"}
        for subject in ("baseline", "r1-1"):
            measured = run.all(MeasurementRecord, subject=subject, split="validation")
            assert {row.seed for row in measured} == {0, 1, 2, *SEEDS}
        assert {row.seed for row in run.all(MeasurementRecord, subject="r1-2")} == {0, 1, 2}
        # Each look takes half of what is left of the idea's share of the error rate.
        assert (first["comparisons"], comparison(run, "r1-1")["comparisons"]) == (4, 8)
        for one in pending(run):
            say(run, one.id, Accept())
        assert go(run, model()) == "finished"


def comparison(run: Run, idea: str) -> dict[str, Any]:
    row = run.get(VerdictRecord, f"{idea}/validation")
    assert row is not None
    assert row.comparison is not None
    return row.comparison


@pytest.mark.parametrize("policy", ["accept", "reject"])
def test_nobody_has_to_be_there(tmp_path: Path, policy: str) -> None:
    with waiting_run(tmp_path, "ideas", timeout_s=0.0, then=policy) as run:
        assert go(run, model()) == "finished"
        assert {one.who for one in reviews(run)} == {THE_RUN}
        assert verdicts(run) == ({"r1-1": "improved", "r1-2": "same"} if policy == "accept" else {})


def test_a_time_out_is_no_lesson_for_the_next_round(tmp_path: Path) -> None:
    scripted = model()
    with waiting_run(tmp_path, "ideas", rounds=2, timeout_s=0.0, then="reject") as run:
        assert go(run, scripted) == "finished"
    assert [one.reviews for one in scripted.asked if isinstance(one, ProposeIdeas)] == [(), ()]


def test_who_is_late_at_a_time_out_is_told_and_loses_nothing(tmp_path: Path) -> None:
    edit = Edit(changes={"title": "a title that took an hour"})
    with waiting_run(tmp_path, "ideas", timeout_s=1.0, then="accept") as run:
        assert go(run, model()) == "finished"
        seen = item(run, "r1-1/idea").model_copy(update={"version": 1})
        with pytest.raises(StaleItem, match="echolocate said accept meanwhile"):
            submit(run, seen.id, seen.version, edit, "ada")
        assert [one.verdict for one in reviews(run, seen.id) if not one.counts] == [edit]


def test_a_run_that_waits_for_nothing_can_still_be_judged(tmp_path: Path) -> None:
    """In the morning, when it has long finished."""
    with waiting_run(tmp_path) as run:
        assert go(run, model()) == "finished"
        assert pending(run) == ()
        say(run, "r1-1/result", Reject(reason="I do not believe it"))
        assert item(run, "r1-1/result").verdict == "reject"


def test_a_verdict_while_the_run_works_reaches_the_next_round(tmp_path: Path) -> None:
    """Though the run waits for nobody: the verdict falls while the code of the first idea is written."""
    with waiting_run(tmp_path, rounds=2) as run:

        def write_and_be_judged(request: WriteCode) -> CodeChange:
            if item(run, "r1-1/idea").verdict == "":
                say(run, "r1-1/idea", Reject(reason=REASON))
            return write(request)

        scripted = model(write_and_be_judged)
        assert go(run, scripted) == "finished"
    request = [one for one in scripted.asked if isinstance(one, ProposeIdeas)][-1]
    assert [one.reason for one in request.reviews] == [REASON]


def test_a_gate_that_was_opened_later_lets_through_what_waits(tmp_path: Path) -> None:
    with waiting_run(tmp_path, "ideas") as run:
        go(run, model())
        run.attend(ReviewSettings())
    with Run.open(tmp_path / "quick") as run:
        assert run.config.review == ReviewSettings()
        assert go(run, model()) == "finished"
        assert set(verdicts(run)) == {"r1-1", "r1-2"}


def letter(**fields: Any) -> str:
    return json.dumps({"item": "r1-1/idea", "version": 1, "who": "ada", "verdict": {"action": "accept"}} | fields)


def test_verdicts_may_come_as_files(tmp_path: Path) -> None:
    with waiting_run(tmp_path, "ideas") as run:
        go(run, model())
        inbox = run.folder / "inbox"
        inbox.mkdir()
        (inbox / "1.json").write_text(letter())
        (inbox / "2.json").write_text(letter(item="r1-2/idea", verdict={"action": "reject", "reason": REASON}))
        assert go(run, model()) == "finished"
        assert verdicts(run) == {"r1-1": "improved"}
        assert sorted(path.name for path in inbox.iterdir()) == ["read"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (letter(verdict={"action": "reject"}), "verdict.reject.reason: Field required"),
        (letter(version=0), "the run has changed it meanwhile"),
        (letter(path="/etc/passwd"), "Extra inputs are not permitted"),
        ("{", "Invalid JSON"),
    ],
)
def test_a_file_that_is_no_verdict_is_set_aside_with_the_reason(tmp_path: Path, text: str, says: str) -> None:
    with waiting_run(tmp_path, "ideas") as run:
        go(run, model())
        inbox = run.folder / "inbox"
        inbox.mkdir()
        (inbox / "bad.json").write_text(text)
        assert go(run, model()) == "resting"
        assert sorted(path.name for path in inbox.iterdir()) == ["bad.refused", "bad.why"]
        assert says in (inbox / "bad.why").read_text()


def test_a_file_on_what_is_still_to_come_stays_until_it_is_there(tmp_path: Path) -> None:
    with waiting_run(tmp_path, "ideas", rounds=2) as run:
        go(run, model())
        post(run, [Letter(item=f"r2-{n}/idea", version=1, who="ada", verdict=Reject(reason="no")) for n in (1, 2)])
        assert go(run, model()) == "resting"
        assert "no r2-1/idea of version 1 yet" in (run.folder / "inbox/000001.why").read_text()
        for one in pending(run):
            say(run, one.id, Reject(reason="no"))
        assert go(run, model()) == "finished"
        assert {one.item_id for one in reviews(run)} == {"r1-1/idea", "r1-2/idea", "r2-1/idea", "r2-2/idea"}
        assert not [path for path in (run.folder / "inbox").iterdir() if path.suffix == ".why"]


def test_a_reviewed_run_is_repeated_with_what_was_said(tmp_path: Path) -> None:
    scripted = model()
    with waiting_run(tmp_path, "ideas", "results", rounds=2) as run:
        while go(run, scripted) == "resting":
            for one in pending(run):
                again = one.id == "r1-1/result" and one.version == 1
                reject = one.id == "r1-2/idea"
                say(run, one.id, Rerun(seeds=(5, 6)) if again else Reject(reason=REASON) if reject else Accept())
        recording, found = record_of(run), verdicts(run)
        said = [(one.item_id, one.verdict, one.who) for one in reviews(run)]
    with replaying(tmp_path, "again", recording) as run:
        assert go(run, ReplayModel(recording.answers)) == "finished"
        assert verdicts(run) == found
        assert [(one.item_id, one.verdict, one.who) for one in reviews(run)] == said


def test_waiting_for_people_is_no_work(tmp_path: Path) -> None:
    """The budget of minutes is not spent on a run that rests."""
    with waiting_run(tmp_path, "ideas", timeout_s=1000.0, then="wait") as run:
        begun = time.monotonic()
        with ThreadPoolExecutor(1) as pool:
            judging = pool.submit(judge_late, run.folder)
            assert go(run, model()) == "finished"
        assert run.seconds_worked() < time.monotonic() - begun - judging.result()


def judge_late(folder: Path) -> float:
    """Reject everything, some seconds after the run came to rest; returns the seconds."""
    with Run.open(folder) as run:
        while not run.all(EventRecord, kind="resting"):
            time.sleep(0.1)
        rested = time.monotonic()
        time.sleep(3)
        seconds = time.monotonic() - rested
        for one in pending(run):
            say(run, one.id, Reject(reason="no"))
        return seconds
