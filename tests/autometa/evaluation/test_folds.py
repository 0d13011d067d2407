"""Folds and parts of them: shares of classes, nesting, held-out rows untouched."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autometa.evaluation import make_folds, reference_seconds, shorten_folds


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


def test_the_reference_workload_takes_processor_time():
    assert 1e-4 < reference_seconds() < 10
