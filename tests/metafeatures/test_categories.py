"""Entropies of categories alone, and components of numbers with categories."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kurtosis, skew
from sklearn.decomposition import PCA

from metafeatures import describe

COINS = pd.DataFrame(
    {
        "number": np.arange(8.0),
        "fair": list("hhhhtttt"),
        "always": list("hhhhhhhh"),
        "gaps": ["a", "a", None, None, "b", "b", None, None],
    }
)


def test_entropy_of_categories_leaves_numbers_out_and_counts_gaps_as_a_level():
    values = describe(COINS, list("xxxxyyyy"), names=["category_entropy"])
    assert values["category_entropy.min"] == 0
    assert values["category_entropy.max"] == 1.5  # a half is missing, a quarter each a and b
    assert values["category_entropy.mean"] == pytest.approx(2.5 / 3)


def test_information_of_categories_is_what_they_tell_of_the_target():
    values = describe(COINS, list("xxxxyyyy"), names=["category_information"])
    assert values["category_information.max"] == 1
    assert values["category_information.median"] == pytest.approx(0.5)  # gaps tell nothing
    assert values["category_information.min"] == 0


def test_entropies_of_categories_are_undefined_without_any():
    values = describe(COINS[["number"]], list("xxxxyyyy"), names=["category_entropy"])
    assert values.isna().all()


def test_components_are_those_of_standardised_numbers_and_plain_indicators():
    rng = np.random.default_rng(0)
    numbers = rng.exponential([1.0, 1e6], size=(200, 2))
    colours = rng.choice(["r", "g", "b"], 200, p=[0.6, 0.3, 0.1])
    table = pd.DataFrame(numbers).assign(colour=colours)
    values = describe(table, rng.normal(size=200), families=["statistical"])
    scaled = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    pca = PCA().fit(np.column_stack([scaled, colours[:, None] == ["r", "g", "b"]]))
    needed = int((pca.explained_variance_ratio_.cumsum() < 0.95).sum()) + 1
    first = pca.transform(np.column_stack([scaled, colours[:, None] == ["r", "g", "b"]]))[:, 0]
    assert values["mixed_components_95_share"] == needed / 5
    assert values["mixed_component_skewness"] == pytest.approx(abs(skew(first)))
    assert values["mixed_component_kurtosis"] == pytest.approx(kurtosis(first))


def test_rare_levels_make_room_for_frequent_ones():
    rng = np.random.default_rng(0)
    many = pd.DataFrame({"many": [f"level {i}" for i in range(1000)], "few": list("ab") * 500})
    y = rng.normal(size=1000)
    bounded, unbounded = (
        describe(many, y, names=["mixed_components_95_share"], max_rows=max_rows).item()
        for max_rows in (10_000, None)
    )
    # 'few' has the largest component, 0.5 of a variance of 0.5 + n (1/1000)(999/1000); the n
    # levels of 'many' share the rest alike, and 95 % of the whole takes this many of them
    for share, n in ((bounded, 498), (unbounded, 1000)):
        rest = n * 999 / 1000**2
        taken = 1 + np.ceil((0.95 * (0.5 + rest) - 0.5) / rest * n)
        assert share == pytest.approx(taken / (n + 2), abs=0.02)
