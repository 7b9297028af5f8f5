"""The share of false identifications, by what decoys catch."""

from __future__ import annotations

import numpy as np

from tools.proteomics.spectra import target_decoy_q


def test_q_counts_decoys_and_never_falls_with_a_worse_score():
    score = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    decoy = np.array([False, False, False, True, False])
    q = target_decoy_q(score, decoy)
    assert list(q) == [1 / 3, 1 / 3, 1 / 3, 0.5, 0.5]
    assert list(target_decoy_q(score[::-1], decoy[::-1])) == list(q[::-1])


def test_a_tie_with_a_decoy_is_not_to_the_good_of_the_target():
    q = target_decoy_q(np.array([1.0, 1.0]), np.array([False, True]))
    assert (q == 1).all()


def test_the_estimate_holds_on_made_up_matches():
    rng = np.random.default_rng(0)
    right, wrong, decoys = rng.normal(-6, 1, 2000), rng.normal(0, 1, 1000), rng.normal(0, 1, 1000)
    score = np.concatenate([right, wrong, decoys])
    decoy = np.arange(4000) >= 3000
    accepted = (target_decoy_q(score, decoy) <= 0.01) & ~decoy
    assert accepted[:2000].mean() > 0.95
    assert accepted[2000:3000].sum() / accepted.sum() < 0.02
