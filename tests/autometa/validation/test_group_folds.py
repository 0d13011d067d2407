"""Groups are never on both sides: no empty fold, each group held out once, in any order of rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.exceptions import DatasetError, DatasetWarning, ParameterError
from autometa.tables import check_table
from autometa.validation import ValidationRequest


def table_of(groups, y=None, X=None, **asked):
    n = len(groups if y is None else y)
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=n)}) if X is None else X
    y = rng.normal(size=n) if y is None else y
    return check_table(X, y, validation=ValidationRequest(groups=groups, **asked))


def folds_of(table, n_folds=5, seed=0):
    return table.validation.folds(table.y, table.task_type, n_folds, seed)


def check_folds(folds, groups, n_rows):
    groups = np.asarray(groups)
    times = np.zeros(n_rows, int)
    for train, test in folds:
        assert len(test)
        assert len(train)
        assert not set(groups[train]) & set(groups[test])
        times[test] += 1
    assert (times == 1).all()


@pytest.mark.filterwarnings("ignore:Folds cannot keep the shares")
@pytest.mark.parametrize("seed", range(50))
def test_each_group_is_held_out_once_whatever_its_size_and_classes(seed):
    rng = np.random.default_rng(seed)
    n_groups = int(rng.integers(2, 12))
    groups = rng.choice(n_groups, 80, p=rng.dirichlet(np.full(n_groups, 0.5)))
    groups[:n_groups] = np.arange(n_groups)
    y = np.where(rng.random(80) < 0.2, "rare", "common")
    y[:2] = "rare", "common"
    table = table_of(groups, y)
    n_folds = int(rng.integers(2, n_groups + 1))
    folds = folds_of(table, n_folds)
    assert len(folds) <= n_folds
    held_out = np.concatenate([test for _, test in folds])
    assert len(held_out) == len(np.unique(held_out))
    for train, test in folds:
        assert not set(groups[train]) & set(groups[test])
        assert len(np.unique(table.y[train])) == 2


def test_as_many_groups_as_folds_leave_no_fold_empty():
    groups = np.repeat(["p", "q", "r"], [50, 3, 7])
    y = np.array(["yes", "no"] * 30)
    table = table_of(groups, y)
    folds = folds_of(table, 3)
    assert len(folds) == 3
    check_folds(folds, groups, 60)


def test_fewer_groups_than_folds_are_used_and_said():
    with pytest.warns(DatasetWarning, match="There are 3 groups and 5 folds were asked for"):
        table = table_of(np.arange(60) % 3, cv=5)
    assert len(folds_of(table, 5)) == 3


def test_which_groups_share_a_fold_does_not_hang_on_the_order_of_rows():
    rng = np.random.default_rng(1)
    X = pd.DataFrame({"a": rng.normal(size=200), "who": rng.choice(list("abcdefghijk"), 200)})
    y = pd.Series(rng.choice(["yes", "no"], 200))
    mixed = X.sample(frac=1, random_state=2)

    def together(X, y):
        table = table_of(X["who"], y, X.drop(columns="who"))
        return {frozenset(X["who"].iloc[test]) for _, test in folds_of(table, 4)}

    assert together(X, y) == together(mixed, y.loc[mixed.index])


def test_classes_are_spread_over_the_folds_as_far_as_groups_allow():
    groups = np.repeat(np.arange(40), 10)
    y = np.where(groups % 4 == 0, "rare", "common")
    shares = [np.mean(y[test] == "rare") for _, test in folds_of(table_of(groups, y), 5)]
    assert shares == pytest.approx([0.25] * 5)


@pytest.mark.filterwarnings("ignore:Folds cannot keep the shares")
def test_a_fold_whose_training_part_would_have_one_class_is_left_out():
    groups = np.repeat(np.arange(4), 20)
    y = np.where(groups == 0, "only here", "elsewhere")
    folds = folds_of(table_of(groups, y), 4)
    assert len(folds) == 3
    assert all((groups[test] != 0).all() for _, test in folds)


def test_a_class_of_one_group_is_said_without_being_asked():
    groups = np.repeat(["p", "q", "r"], 20)
    y = np.where(groups == "r", "rare", np.tile(["yes", "no"], 30))
    with pytest.warns(DatasetWarning, match="of a single group.*'rare'"):
        table = table_of(groups, y)
    assert len(folds_of(table, 3)) == 3


@pytest.mark.filterwarnings("ignore:Folds cannot keep the shares")
def test_no_fold_to_learn_from_is_refused():
    groups = np.repeat(["p", "q"], 20)
    table = table_of(groups, np.where(groups == "p", "yes", "no"))
    with pytest.raises(DatasetError, match="group folds leave no part of the table"):
        folds_of(table, 2)


def test_groups_pair_by_index_as_the_target_does():
    X = pd.DataFrame({"a": np.arange(20.0)}, index=[f"r{i}" for i in range(20)])
    groups = pd.Series(np.arange(20) // 5, index=X.index)
    given = table_of(groups.sample(frac=1, random_state=0), np.arange(20.0), X)
    assert given.validation.groups.tolist() == groups.tolist()


def test_groups_of_other_rows_are_refused():
    X = pd.DataFrame({"a": np.arange(20.0)}, index=range(20))
    with pytest.raises(DatasetError, match="X and groups must have the same index labels"):
        table_of(pd.Series(np.arange(20) % 3, index=range(5, 25)), np.arange(20.0), X)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([1.0, np.nan] * 10, "'groups' must not be missing, as in 10 of 20 rows"),
        (["all"] * 20, "'groups' must hold two groups or more. Got one: 'all'"),
        (2, "'groups' must have one value a row, or be the name of a column. Got 2"),
        (["who"], "Got 1 for 20 rows. Give groups='who' for the column of that name"),
        (np.zeros(20), "Got one: 0.0; leave it out"),
        (np.ones((20, 2)), r"'groups' must have one dimension. Got an array of shape \(20, 2\)"),
        (pd.DataFrame({"p": [1] * 20, "q": 2}), "'groups' must be one column. Got 2 columns"),
        (["a", "b"], r"names of columns: .* such as X.groupby\(\['a', 'b'\]\).ngroup\(\)"),
        ([1, 2] * 9, "'groups' must have one value a row. Got 18 for 20 rows"),
    ],
)
def test_groups_that_say_nothing_are_refused(groups, message):
    with pytest.raises(DatasetError, match=message):
        table_of(groups, np.arange(20.0), pd.DataFrame({"a": np.arange(20.0), "b": 1.0}))


def test_a_group_for_each_row_is_said():
    with pytest.warns(DatasetWarning, match="Each row is a group of its own"):
        table_of(np.arange(20))


def test_a_named_column_of_groups_is_left_out_of_the_table():
    X = pd.DataFrame({"a": np.arange(20.0), "who": np.arange(20) // 4})
    table = check_table(X, np.arange(20.0), validation=ValidationRequest(groups="who"))
    assert table.X.columns.tolist() == ["a"]
    assert table.validation.groups.tolist() == X["who"].tolist()


def test_a_name_that_is_no_column_is_refused_with_the_nearest():
    X = pd.DataFrame({"a": np.arange(20.0), "who": np.arange(20) // 4})
    with pytest.raises(DatasetError, match=r"no column 'whom'\. Did you mean 'who'"):
        check_table(X, np.arange(20.0), validation=ValidationRequest(groups="whom"))


def test_groups_of_several_types_are_taken():
    groups = [1, "1", 2.5, None.__class__] * 5
    table = table_of(groups)
    assert table.validation.n_groups == 4


def test_a_kind_without_what_it_needs_is_refused():
    with pytest.raises(ParameterError, match=r"cv='group' needs 'groups'\. Got none"):
        check_table(
            pd.DataFrame({"a": np.arange(20.0)}),
            np.arange(20.0),
            validation=ValidationRequest(cv="group"),
        )
