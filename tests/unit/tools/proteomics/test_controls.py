"""What controls are made of: a permutation must take the truth away, or a true finding looks like luck."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from tools.contract import try_tool
from tools.errors import NotApplicable
from tools.proteomics.controls import shuffle_labels


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
