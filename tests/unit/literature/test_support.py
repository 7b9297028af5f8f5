from __future__ import annotations

import pytest

from agent.literature.support import find_support

TEXT = (
    "A study of trees\n"
    "We compare Random Forests with k-nearest neighbors. Deforestation is no topic. "
    "Batch normalisation (BN) of 0.5 helps; PCA does not."
)


@pytest.mark.parametrize(
    ("keyword", "expected"),
    [
        ("random forest", "We compare Random Forests with k-nearest neighbors."),
        ("k-nearest neighbours", "We compare Random Forests with k-nearest neighbors."),
        ("batch normalization", "Batch normalisation (BN) of 0.5 helps; PCA does not."),
        ("pca", "Batch normalisation (BN) of 0.5 helps; PCA does not."),
        ("trees", "A study of trees"),
    ],
)
def test_a_named_component_is_quoted(keyword, expected):
    assert find_support(TEXT, [keyword]) == expected


@pytest.mark.parametrize(
    "keyword", ["forest random", "random trees", "ore", "estation", "support vector machine", "", "—"]
)
def test_what_is_not_named_is_not_supported(keyword):
    assert find_support(TEXT, [keyword]) is None


def test_any_of_several_names_is_enough():
    assert find_support(TEXT, ["principal component analysis", "PCA"]) is not None
    assert find_support(TEXT, []) is None
    assert find_support("", ["pca"]) is None
