"""`discover` takes a table or a task, and says in one line what is wrong with what it was given."""

from __future__ import annotations

import sys

import pytest

from agent.cli import main


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("discover", "name a table of quantities or a task, or --demo, and not both"),
        ("discover spike-in --demo", "name a table of quantities or a task, or --demo, and not both"),
        ("discover nowhere.tsv", "the table: nowhere.tsv: no such file"),
        ("discover spike-im", "spike-im: neither a task's name nor a folder; did you mean spike-in?"),
        ("discover digits", "digits: improves a method: start it with `echolocate run digits`"),
        ("run spike-in", "spike-in: discovers: start it with `echolocate discover spike-in`"),
        ("task baseline spike-in", "spike-in: discovers: start it with `echolocate discover spike-in`"),
        ("discover spike-in --mcp lab", "'lab': an MCP server is given as `name=program argument …`"),
        ("discover spike-in --tools nowhere", "--tools nowhere: no such folder"),
    ],
)
def test_what_cannot_be_right_is_one_line(words, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["echolocate", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert says in said
    assert len(said.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_new_task_that_discovers_is_shown_and_valid(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for words in ("task new mine --discover", "task validate mine", "task show mine", "task list"):
        monkeypatch.setattr(sys, "argv", ["echolocate", *words.split()])
        with pytest.raises(SystemExit) as ended:
            main()
        assert not ended.value.code
    said = capsys.readouterr().out
    assert "mine: a valid task" in said
    assert "spike-in" in said
