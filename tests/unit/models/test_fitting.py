"""What is cut of a question that is too long, and what never is."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.models.fitting import shorter
from agent.models.requests import ProposeIdeas, RepairCode, WriteCode

CONTEXTS = Path(__file__).parent / "contexts"
PROPOSE = ProposeIdeas.model_validate_json((CONTEXTS / "propose_ideas.json").read_text())
REPAIR = RepairCode.model_validate_json((CONTEXTS / "repair_code.json").read_text())
WRITE = WriteCode.model_validate_json((CONTEXTS / "write_code.json").read_text())


def least(request):
    """The question after every cut."""
    while (cut := shorter(request)) is not None:
        assert len(cut.model_dump_json()) < len(request.model_dump_json())
        request = cut
    return request


def test_the_best_papers_and_the_newest_feedback_stay():
    cut = least(PROPOSE)
    assert cut.papers == PROPOSE.papers[:1]
    assert cut.history == PROPOSE.history[-1:]
    assert (cut.task, cut.files, cut.count) == (PROPOSE.task, PROPOSE.files, PROPOSE.count)


def test_the_innermost_frames_and_the_exception_stay():
    frames = [f'  File "code/f{number}.py", line 1, in f{number}\n    f()' for number in range(300)]
    text = "\n".join(["Traceback (most recent call last):", *frames, "ValueError: no"])
    cut = least(REPAIR.model_copy(update={"traceback": text, "notes": ("old", "new")}))
    assert cut.traceback.endswith("\n".join([*frames[-3:], "ValueError: no"]))
    assert cut.traceback.splitlines()[0].endswith("lines of outer frames are left out]")
    assert len(cut.traceback.splitlines()) < 20
    assert cut.notes == ("new",)


@pytest.mark.parametrize("longest", ["papers", "history"])
def test_the_longest_part_goes_first(longest):
    request = PROPOSE.model_copy(update={longest: getattr(PROPOSE, longest) * 20})
    cut = shorter(request)
    assert cut is not None
    changed = {name for name in ProposeIdeas.model_fields if getattr(cut, name) != getattr(request, name)}
    assert changed == {longest}


def test_code_questions_have_nothing_to_cut():
    assert shorter(WRITE) is None
