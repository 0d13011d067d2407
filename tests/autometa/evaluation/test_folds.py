"""Folds and parts of them: shares of classes, nesting, held-out rows untouched."""

from __future__ import annotations

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import StratifiedKFold

from autometa.evaluation import (
    fold_numbers,
    fold_seed,
    make_folds,
    reference_seconds,
    shorten_folds,
)


@given(
    counts=st.lists(st.integers(3, 60), min_size=2, max_size=5),
    small=st.floats(0.05, 0.5),
    large=st.floats(0.5, 1.0),
)
def test_parts_are_nested_and_leave_the_held_out_rows_alone(counts, small, large):
    y = np.repeat(np.arange(len(counts)), counts)
    folds = make_folds(y, "multiclass", 3)
    parts = [shorten_folds(folds, y, "multiclass", f) for f in (small, large)]
    for (train, test), (few, few_test), (many, many_test) in zip(folds, *parts, strict=True):
        assert set(few) <= set(many) <= set(train)
        assert len(few) == max(2, round(small * len(train)))
        np.testing.assert_array_equal(test, few_test)
        np.testing.assert_array_equal(test, many_test)


def test_a_part_keeps_the_shares_of_classes_and_a_row_of_the_rare():
    y = np.repeat([0, 1, 2], [600, 270, 30])
    (train, _), *_ = shorten_folds(make_folds(y, "multiclass", 3), y, "multiclass", 0.1)
    np.testing.assert_allclose(np.bincount(y[train]), [40, 18, 2], atol=1)


def test_all_rows_are_the_folds_themselves():
    y = np.arange(30.0)
    folds = make_folds(y, "regression", 3)
    for (train, _), (kept, _) in zip(
        folds, shorten_folds(folds, y, "regression", 1.0), strict=True
    ):
        np.testing.assert_array_equal(train, kept)


def test_the_reference_is_the_quickest_of_three_rounds_of_processor_time():
    reference_seconds()  # imports
    start = time.process_time()
    found = reference_seconds()
    spent = time.process_time() - start
    # Three rounds take three times the quickest or more, and what is drawn at random for each
    # about as much again.
    assert spent / 12 < found <= spent / 3


@given(
    counts=st.lists(st.integers(1, 30), min_size=2, max_size=6).filter(lambda c: sum(c) >= 5),
    n_folds=st.integers(2, 5),
    seed=st.integers(0, 2**31 - 1),
)
def test_classes_spread_over_as_many_folds_as_they_have_rows(counts, n_folds, seed):
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    folds = make_folds(y, "multiclass", n_folds, seed)
    held_out = np.concatenate([test for _, test in folds])
    assert len(folds) == n_folds
    assert len(set(held_out)) == len(held_out)
    for train, test in folds:
        assert set(train) | set(test) == set(range(len(y)))
        assert not set(train) & set(test)
    if sum(c for c in counts if c > 1) < n_folds:
        assert len(held_out) == len(y)  # a table so small that each row is held out
        return
    for number, count in enumerate(counts):
        n_held_out = [int((y[test] == number).sum()) for _, test in folds]
        assert sum(n_held_out) == (count if count > 1 else 0)
        assert max(n_held_out) - min(n_held_out) <= 1
        for train, _ in folds:  # every class is learnt in every fold
            assert number in y[train]
    n_present = [len(set(y[test])) for _, test in folds]
    assert n_present == sorted(n_present, reverse=True)


def test_numbering_the_classes_otherwise_changes_no_fold():
    y = np.random.default_rng(0).choice(3, 60, p=[0.6, 0.35, 0.05])
    other = np.array([2, 0, 1])[y]
    for one, two in zip(
        make_folds(y, "multiclass", 5), make_folds(other, "multiclass", 5), strict=True
    ):
        np.testing.assert_array_equal(one[1], two[1])


def test_without_rare_classes_folds_are_those_of_scikit_learn():
    y = np.arange(60) % 3
    folds = StratifiedKFold(5, shuffle=True, random_state=7).split(y, y)
    for (_, mine), (_, theirs) in zip(make_folds(y, "multiclass", 5, 7), folds, strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_the_seed_of_folds_is_the_tables_not_the_names():
    y = np.random.default_rng(0).integers(0, 3, 50)
    assert fold_seed(y, "multiclass") == fold_seed(np.array([1, 2, 0])[y], "multiclass")
    assert fold_seed(y, "multiclass") != fold_seed(y[::-1], "multiclass")
    values = np.random.default_rng(0).normal(size=50)
    assert fold_seed(values, "regression") == fold_seed(8 * values + 3, "regression")


def test_fold_numbers_say_who_holds_a_row_out():
    y = np.array([0, 0, 0, 0, 1, 1, 2])
    numbers = fold_numbers(make_folds(y, "multiclass", 2), len(y))
    assert numbers[-1] == -1  # the only row of its class
    assert sorted(numbers[:-1]) == [0, 0, 0, 1, 1, 1]
