"""Hyperparameters of a study and of a history find each other, and their values line up."""

from __future__ import annotations

import numpy as np
import pytest
from optuna.distributions import (
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from autometa.performance._encoding import CATEGORY_GAP, Encoding
from autometa.samplers._space import is_selector
from autometa.samplers._values import snapped as snapped_to

SETUPS = [
    ("forest", {"max_depth": 2, "criterion": "gini", "rate": 0.01}),
    ("forest", {"max_depth": 6, "criterion": "entropy", "rate": 0.1}),
    ("forest", {"max_depth": 10, "criterion": "gini", "rate": 1.0}),
    ("svm", {"C": 1.0}),
    ("svm", {"C": 5.0}),
]
NAN = np.nan


@pytest.fixture(scope="module")
def encoding():
    return Encoding(SETUPS)


def names(encoding):
    return [(d.algorithm, d.name) for d in encoding.dimensions]


@pytest.mark.parametrize(
    ("parameter", "found"),
    [
        ("max_depth", "max_depth"),
        ("Max-Depth", "max_depth"),
        ("forest_max_depth", "max_depth"),
        ("forest.max_depth", "max_depth"),
        ("forest:max_depth", "max_depth"),
        ("clf__max_depth", "max_depth"),
        ("step/max_depth", "max_depth"),
        ("svm.max_depth", None),  # another algorithm's
        ("mymax_depth", None),  # no separator: another word
        ("depth", None),
        ("max_depth_2", None),
    ],
)
def test_a_parameter_is_found_by_its_name_behind_any_prefix_that_parts(encoding, parameter, found):
    j = encoding.find("forest", parameter)
    assert (None if j is None else encoding.dimensions[j].name) == found


def test_positions_run_from_the_least_value_seen_to_the_greatest(encoding):
    order = names(encoding)
    assert order == [("forest", n) for n in ("criterion", "max_depth", "rate")] + [("svm", "C")]
    assert encoding.dimensions[2].log  # .01, .1 and 1 are even as logarithms
    expected = [
        [1, 0.0, 0.0, NAN],  # choices in the order of their names: entropy, gini
        [0, 0.5, 0.5, NAN],
        [1, 1.0, 1.0, NAN],
        [NAN, NAN, NAN, 0.0],
        [NAN, NAN, NAN, 1.0],
    ]
    np.testing.assert_allclose(encoding.setups.positions, expected)
    assert encoding.setups.which.tolist() == [0, 0, 0, 1, 1]
    assert encoding.owners.tolist() == [0, 0, 0, 1]


def test_features_are_one_hot_categories_and_numbers_centred_where_absent(encoding):
    gap = CATEGORY_GAP
    expected = [
        [0, gap, 0.0, 0.0, 0.5, gap, 0],
        [gap, 0, 0.5, 0.5, 0.5, gap, 0],
        [0, gap, 1.0, 1.0, 0.5, gap, 0],
        [0, 0, 0.5, 0.5, 0.0, 0, gap],
        [0, 0, 0.5, 0.5, 1.0, 0, gap],
    ]
    np.testing.assert_allclose(encoding.features(encoding.setups), expected)
    assert encoding.groups.tolist() == [0, 0, 1, 2, 3, 4, 4]


def test_a_trial_says_nothing_of_what_its_parameters_do_not_name(encoding):
    row = encoding.trial_row("forest", {"max_depth": 4, "criterion": "log_loss", "other": 1})
    np.testing.assert_allclose(row, [NAN, 0.25, NAN, NAN])


@pytest.mark.parametrize(
    ("name", "distribution", "position", "snapped"),
    [
        ("max_depth", IntDistribution(1, 10), 0.3, 0.25),  # 4.4 is 4
        ("max_depth", IntDistribution(5, 8), 0.0, 0.375),  # 2 is below 5
        ("max_depth", IntDistribution(2, 10, step=4), 0.4, 0.5),  # 5.2: 6 of 2, 6, 10
        ("max_depth", FloatDistribution(3.0, 9.0), 0.99, 0.875),
        ("rate", FloatDistribution(0.1, 1.0, log=True), 0.2, 0.5),
        ("rate", CategoricalDistribution([0.01, 1.0]), 0.7, 0.0),  # .25: nearer to .01
        ("criterion", CategoricalDistribution(["gini"]), 0, NAN),  # no entropy to be had
        ("criterion", CategoricalDistribution(["gini", "entropy"]), 1, 1),
    ],
)
def test_positions_move_to_the_nearest_value_that_a_study_has(
    encoding, name, distribution, position, snapped
):
    j = names(encoding).index(("forest", name))
    positions = np.full((1, len(encoding.dimensions)), NAN)
    positions[0, j] = position
    found = snapped_to(encoding, positions, {j: distribution})[0, j]
    assert found == pytest.approx(snapped, nan_ok=True)


@pytest.mark.parametrize(
    ("name", "choices", "expected"),
    [
        ("algorithm", ["forest", "lda"], True),
        ("classifier", ["forest", "svm"], True),
        ("classifier", ["forest", "lda"], False),  # one of two may be a coincidence
        ("algorithm", ["auto", "brute"], False),
    ],
)
def test_a_parameter_that_names_algorithms_chooses_between_them(name, choices, expected):
    assert is_selector(name, CategoricalDistribution(choices), ["forest", "svm"]) == expected
