"""What controls are made of: a permutation must take the truth away, or a true finding looks like luck."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from tools.contract import try_tool
from tools.errors import NotApplicable
from tools.proteomics.controls import shuffle_labels, turn_ratios
from tools.proteomics.reference import test_reference as held_against_reference


def samples(**columns):
    obs = pd.DataFrame(columns, index=[f"s{n}" for n in range(len(next(iter(columns.values()))))])
    return AnnData(np.ones((len(obs), 2)), obs=obs, var=pd.DataFrame(index=["a", "b"]))


def permuted(data, seed, *columns, **more):
    return try_tool(shuffle_labels, data, columns=columns, seed=seed, **more).data.obs


@pytest.mark.parametrize("more", [{}, {"within": "patient"}])
def test_groups_that_only_swap_their_names_are_no_permutation(more):
    """Of three against three, one permutation in ten would find all that is true, with its sign turned."""
    data = samples(group=list("aaabbb"), patient=list("123123"))
    for seed in range(60):
        shuffled = permuted(data, seed, "group", **more)["group"].tolist()
        assert sorted(shuffled) == list("aaabbb")
        assert len(set(shuffled[:3])) == 2


def test_columns_move_together_and_numbers_of_their_own_are_permuted():
    data = samples(days=[1.0, 2, 3, 4, 5], died=[1, 0, 1, 0, 1])
    shuffled = permuted(data, 1, "days", "died")
    assert shuffled["days"].tolist() != [1, 2, 3, 4, 5]
    assert set(zip(shuffled["days"], shuffled["died"], strict=True)) == {(1, 1), (2, 0), (3, 1), (4, 0), (5, 1)}


def test_labels_that_cannot_be_mixed_are_refused():
    with pytest.raises(NotApplicable, match="puts other samples together"):
        permuted(samples(group=list("aaaa")), 0, "group")


def ratios(*, changed=0.0):
    values = np.random.default_rng(4).normal(0, 0.3, (8, 400))
    values[:4, :40] += changed
    obs = pd.DataFrame({"group": list("aaaabbbb")}, index=[f"s{n}" for n in range(8)])
    data = AnnData(values, obs=obs, var=pd.DataFrame(index=[f"p{n}" for n in range(400)]))
    data.uns["scale"] = "ratio"
    return data


def test_half_of_a_groups_ratios_are_turned_and_no_others():
    data = ratios()
    for seed in range(10):
        turned = try_tool(turn_ratios, data, column="group", level="a", seed=seed).data
        same = (turned.X == data.X).all(axis=1)
        assert same.tolist()[4:] == [True] * 4
        assert same[:4].sum() == 2
        np.testing.assert_array_equal(turned.X[~same], -data.X[~same])


def test_each_seed_turns_another_half_while_there_are_others():
    data = ratios()
    signs = [try_tool(turn_ratios, data, column="group", level="a", seed=seed).data.X[:4, 0] > 0 for seed in (1, 2, 3)]
    splits = {tuple((one == (data.X[:4, 0] > 0)).tolist()) for one in signs}
    assert len(splits) == 3
    assert all(split[0] for split in splits)


def test_turned_ratios_leave_nothing_of_a_change_against_the_reference():
    data = ratios(changed=2.0)
    table = try_tool(held_against_reference, data, group="group", numerator="a").tables["reference"]
    assert table["called"].sum() >= 40
    assert set(table.index[:40]) == {f"p{n}" for n in range(40)}
    for seed in range(3):
        turned = try_tool(turn_ratios, data, column="group", level="a", seed=seed).data
        found = try_tool(held_against_reference, turned, group="group", numerator="a").tables["reference"]
        assert found["called"].sum() == 0


def test_one_sample_cannot_be_turned_by_half():
    with pytest.raises(NotApplicable, match="two are needed"):
        try_tool(turn_ratios, ratios()[:5], column="group", level="b", seed=0)
