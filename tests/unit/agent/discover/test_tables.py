"""Reading what tools wrote, which may be anything."""

from __future__ import annotations

from agent.discover.tables import ResultTable, _read


def table(tmp_path, text):
    path = tmp_path / f"{abs(hash(text))}.csv"
    path.write_text(text, encoding="utf-8")
    return _read(path)


def test_rows_are_ranked_by_p_then_by_strength(tmp_path):
    made = table(
        tmp_path, "id,log2_fc,p,q,called,gene\na,1,0.01,0.1,False,A\nb,-3,0.01,0.1,True,B;B2\nc,0,nan,,False,C\n"
    )
    assert list(made.best()) == ["b", "a"]
    assert (made.direction("b"), made.direction("a"), made.direction("c")) == ("lower", "higher", "different")
    assert (made.called("b"), made.called("a")) == (True, False)
    assert made.names("b") == ("B;B2", "B", "B2", "b")


def test_what_falls_is_not_hidden_by_all_that_rises(tmp_path):
    rows = [f"up{n},1,{n + 1}e-9,True" for n in range(9)] + [f"down{n},-1,{n + 1}e-5,True" for n in range(3)]
    made = table(tmp_path, "\n".join(["id,log2_fc,p,called", "near,2,1e-12,False", *rows]))
    assert made.strongest(6) == ["up0", "up1", "up2", "up3", "down0", "down1"]
    assert made.strongest(20)[-1] == "near"


def test_what_a_question_names_is_found_and_common_words_are_no_genes(tmp_path):
    made = table(tmp_path, "id,p,gene\nP1,0.5,PTEN\nP2,0.1,WAS\nP3,0.01,MLH1\nP4,0.2,Cd3e\n")
    assert made.named_in("Is PTEN protein (P4) lower where mlh1 was lost?") == ["P3", "P1"]
    assert made.named_in("`Cd3e` or WAS") == ["P2", "P4"]


def test_a_hazard_ratio_below_one_is_lower(tmp_path):
    made = table(tmp_path, "id,hazard_ratio,p,q\nx,0.5,0.001,0.01\ny,1.5,0.001,0.2\n")
    assert (made.direction("x"), made.direction("y")) == ("lower", "higher")
    assert (made.called("x"), made.called("y")) == (True, False)


def test_garbage_is_no_number_and_no_row(tmp_path):
    made = table(tmp_path, "id,p\na,zebra\nb,inf\nc,0.5,9\n\n")
    assert list(made.best()) == []
    assert set(made.rows) == {"a", "b"}
    assert table(tmp_path, "") == ResultTable(columns=(), rows={})
