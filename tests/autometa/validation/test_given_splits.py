"""Folds that the user gives: taken as they are, or refused with what is wrong."""

from __future__ import annotations

import itertools
import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import (
    GroupKFold,
    GroupShuffleSplit,
    KFold,
    LeaveOneGroupOut,
    LeavePOut,
    PredefinedSplit,
    RepeatedKFold,
    ShuffleSplit,
    StratifiedGroupKFold,
    TimeSeriesSplit,
)

from autometa.exceptions import DatasetNotFoundError, DatasetWarning, ParameterError
from autometa.tables import check_table
from autometa.validation import ValidationRequest

N = 24
Y = np.tile([0, 1, 1], 8)
GROUPS = np.arange(N) // 4


def table_of(cv, **asked):
    X = pd.DataFrame({"a": np.arange(N) * 1.5})
    return check_table(X, Y, validation=ValidationRequest(cv=cv, **asked))


def folds_of(table):
    return table.validation.folds(table.y, table.task_type, 99)


def same(folds, others):
    return all(
        np.array_equal(mine, np.sort(theirs))
        for fold, other in zip(folds, others, strict=True)
        for mine, theirs in zip(fold, other, strict=True)
    )


@pytest.mark.parametrize(
    "splitter",
    [
        KFold(3, shuffle=True, random_state=1),
        GroupKFold(3),
        StratifiedGroupKFold(3),
        LeaveOneGroupOut(),
        GroupShuffleSplit(1, random_state=0),
        ShuffleSplit(1, random_state=0),
        TimeSeriesSplit(4),
        PredefinedSplit([-1] * 8 + [0] * 8 + [1] * 8),
    ],
    ids=lambda splitter: type(splitter).__name__,
)
def test_a_splitter_of_scikit_learn_is_taken_as_it_is(splitter):
    groups = GROUPS if "Group" in type(splitter).__name__ else None
    table = table_of(splitter, groups=groups)
    assert table.validation.kind == "custom"
    assert same(folds_of(table), splitter.split(np.zeros(N), Y, groups))


def test_pairs_and_masks_are_taken():
    mask = np.arange(N) < 8
    table = table_of([(~mask, mask), ([0, 1, 2, 3], list(range(8, 16)))])
    assert same(
        folds_of(table),
        [(np.arange(8, N), np.arange(8)), (np.arange(4), np.arange(8, 16))],
    )


def test_a_file_numbers_the_fold_of_each_row(tmp_path):
    numbers = pd.Series(np.where(np.arange(N) < 6, np.nan, np.arange(N) % 3), name="fold")
    path = tmp_path / "folds.csv"
    numbers.to_csv(path, index=False)
    folds = folds_of(table_of(str(path)))
    assert [test.tolist() for _, test in folds] == [
        np.flatnonzero((np.arange(N) % 3 == k) & (np.arange(N) >= 6)).tolist() for k in range(3)
    ]
    assert all(set(range(6)) <= set(train.tolist()) for train, _ in folds)


def test_a_file_of_pairs_is_taken(tmp_path):
    path = tmp_path / "folds.json"
    path.write_text(json.dumps([{"train": [0, 1, 2], "test": [5]}, [[0, 1, 2, 3], [7, 8]]]))
    assert same(
        folds_of(table_of(path)),
        [(np.arange(3), np.array([5])), (np.arange(4), np.array([7, 8]))],
    )


@pytest.mark.parametrize(
    ("cv", "message"),
    [
        (RepeatedKFold(n_splits=3, n_repeats=2), "24 rows are held out more than once"),
        (ShuffleSplit(5, random_state=0), "held out more than once; give a splitter such as"),
        ([([0, 1], [1, 2])], "Fold 0 has 1 rows on both sides"),
        ([([0, 1], [])], "The test rows of fold 0 of 'cv' must be positions of rows. There are"),
        ([([], [0, 1])], "The train rows of fold 0"),
        ([([0, 1], [24])], "positions from 0 to 23"),
        ([([0, 1], [-1])], "positions from 0 to 23"),
        ([([0, 1], [0.5])], "positions from 0 to 23"),
        ([([0, 0, 1], [2])], "must be distinct. 1 repeat"),
        ([], "gives none"),
        ([3, 4], "must be a pair"),
        (3.5, "'cv' must be a number of folds"),
        (GroupKFold(3), "cv=GroupKFold cannot be drawn from this table"),
        (KFold, "a splitter, not its class. Got KFold; give KFold()"),
        (1, "'cv' must be 2 folds or more. Got 1"),
        (25, "'cv' must be 24 folds or fewer, one for each row that counts. Got 25"),
        (LeavePOut(2), "of the first 25 folds are held out more than once"),
        ((([0, 1], [2]) for _ in itertools.count()), "1 rows of the first 25 folds are held out"),
        (True, "must not be a truth value"),
    ],
)
def test_folds_that_no_score_can_be_made_of_are_refused(cv, message):
    with pytest.raises(ParameterError, match=re.escape(message)):
        table_of(cv)


def test_folds_that_cut_the_groups_beside_them_are_refused():
    with pytest.raises(ParameterError, match=r"Fold 0 has rows of \d groups on both sides"):
        table_of(KFold(4, shuffle=True, random_state=0), groups=GROUPS)


def test_folds_that_train_on_what_comes_later_are_refused():
    with pytest.raises(ParameterError, match="In fold 0, 18 training rows are not earlier"):
        table_of(KFold(4), timestamps=np.arange(N))


def test_a_moment_on_both_sides_is_refused():
    with pytest.raises(ParameterError, match="In fold 0, 2 training rows are not earlier"):
        table_of(TimeSeriesSplit(2, test_size=6, max_train_size=12), timestamps=np.arange(N) // 5)


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(DatasetNotFoundError, match=r"There is no 'nowhere\.csv'") as refused:
        table_of("nowhere.csv")
    assert "PredefinedSplit(column)" in str(refused.value)  # who has a column of fold numbers


def test_a_file_of_other_rows_is_refused(tmp_path):
    path = tmp_path / "folds.csv"
    path.write_text("fold\n0\n1\n")
    with pytest.raises(ParameterError, match="It has 2 lines below its header; the table has 24"):
        table_of(path)


def test_folds_of_some_rows_keep_to_these():
    table = table_of(KFold(3))
    rows = np.r_[np.arange(4), np.arange(8, N)]
    part = table.take(rows)
    for (train, test), (_, whole) in zip(folds_of(part), folds_of(table), strict=True):
        assert rows[test].tolist() == [row for row in whole if row in rows]
        assert not set(train) & set(test)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, "stratified"),
        ({"cv": 4}, "stratified"),
        ({"stratify": False}, "shuffled"),
        ({"groups": GROUPS}, "group"),
        ({"timestamps": np.arange(N)}, "time"),
        ({"groups": GROUPS, "timestamps": np.arange(N)}, "group-time"),
        ({"groups": GROUPS, "timestamps": np.arange(N), "cv": "time"}, "time"),
        ({"groups": GROUPS, "cv": "shuffled"}, "stratified"),
        ({"groups": GROUPS, "cv": "4"}, "group"),
    ],
)
def test_what_is_given_says_the_kind(asked, kind):
    cv = asked.pop("cv", None)
    assert table_of(cv, **asked).validation.kind_of("binary") == kind


@pytest.mark.parametrize("asked", [{"stratify": True}, {"cv": "stratified"}])
@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (None, "classes of a single row, .* no score is of them: 'once'[.]"),
        ([0, 1, 2, 3, 4] * 6, "whose rows are of a single group: .*: 'once'[.]"),
    ],
)
def test_a_class_whose_share_no_folds_can_keep_is_named(asked, groups, said):
    if groups is not None and "cv" in asked:
        asked = {**asked, "stratify": True, "cv": "group"}
    y = ["once", *["a", "b"] * 14, "a"]
    request = ValidationRequest(groups=groups, **asked)
    with pytest.warns(DatasetWarning, match=said):
        check_table(pd.DataFrame({"x": range(30)}), y, validation=request)


def test_shares_that_folds_can_keep_are_not_remarked_on():
    y = ["a", "b", "c"] * 10
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for groups in (None, [0, 1, 2, 3, 4] * 6):
            request = ValidationRequest(groups=groups, stratify=True)
            check_table(pd.DataFrame({"x": [1, 2, 3, 4] * 7 + [1, 2]}), y, validation=request)


def test_stratify_is_refused_where_it_says_nothing():
    with pytest.raises(ParameterError, match="cannot be stratified"):
        table_of("time", stratify=True)
    with pytest.raises(ParameterError, match="a regression has none of"):
        check_table(
            pd.DataFrame({"a": np.arange(N) * 1.5}),
            np.arange(N) * 0.5,
            validation=ValidationRequest(stratify=True),
        )
