from __future__ import annotations

from agent.review.editing import changed

FIELDS = {"title": "A title", "summary": "One line.\nAnother.", "model.py": "import os\n\nx = 1\n"}


def laid_out(fields: dict[str, str]) -> str:
    return "".join(f"##### {name} #####\n{text}\n" for name, text in fields.items())


def test_what_was_left_alone_is_no_change() -> None:
    assert changed(FIELDS, laid_out(FIELDS)) == {}


def test_what_was_changed_is_given_as_it_stands() -> None:
    edited = FIELDS | {"title": "Another title", "model.py": "x = 2\n"}
    assert changed(FIELDS, laid_out(edited)) == {"title": "Another title", "model.py": "x = 2\n"}


def test_a_field_that_was_taken_out_stays_as_it_was() -> None:
    assert changed(FIELDS, laid_out({"title": "Another title"})) == {"title": "Another title"}


def test_a_new_file_is_a_change() -> None:
    assert changed(FIELDS, laid_out(FIELDS | {"new.py": "y = 1\n"})) == {"new.py": "y = 1\n"}
