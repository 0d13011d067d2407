"""Later rows are tested by models of earlier ones, and one moment is never on both sides."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.exceptions import DatasetError, ParameterError
from autometa.tables import check_table
from autometa.validation import ValidationRequest

DAYS = pd.date_range("2024-01-01", periods=100)


@pytest.fixture(scope="module")
def shops():
    """50 shops on 100 days each, shuffled, with an index that repeats."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"shop": np.repeat(np.arange(50), 100), "day": np.tile(DAYS, 50)},
        index=np.tile(np.arange(100), 50),
    )
    frame["x"] = rng.normal(size=len(frame))
    return frame.sample(frac=1, random_state=0)


def table_of(X, **asked):
    y = np.random.default_rng(1).normal(size=len(X))
    return check_table(X, y, "regression", validation=ValidationRequest(**asked))


def folds_of(table, n_folds=5):
    return table.validation.folds(table.y, table.task_type, n_folds)


@pytest.mark.parametrize(
    ("gap", "days"), [(None, 0), ("3 days", 3), (pd.Timedelta(days=3), 3), ("72h", 3)]
)
def test_training_ends_before_the_gap_before_the_first_row_that_is_held_out(shops, gap, days):
    table = table_of(shops, timestamps="day", gap=gap)
    day = shops["day"].to_numpy()
    folds = folds_of(table)
    assert len(folds) == 5
    for train, test in folds:
        assert day[train].max() + np.timedelta64(days, "D") < day[test].min()
        assert (day[train].max() + np.timedelta64(days + 1, "D")) == day[test].min()


def test_the_later_half_is_held_out_once_and_in_its_order(shops):
    table = table_of(shops, timestamps="day")
    day = shops["day"].to_numpy()
    tests = [test for _, test in folds_of(table)]
    held_out = np.concatenate(tests)
    assert len(held_out) == len(np.unique(held_out)) == 2500
    assert day[held_out].min() == DAYS[50]
    assert [day[test].min() for test in tests] == sorted(day[test].min() for test in tests)


def test_order_of_rows_and_labels_of_the_index_change_nothing(shops):
    shuffled = table_of(shops, timestamps="day")
    ordered = shops.sort_values(["day", "shop"]).reset_index(drop=True)
    plain = table_of(ordered, timestamps="day")
    for (_, mine), (_, theirs) in zip(folds_of(shuffled), folds_of(plain), strict=True):
        assert set(zip(shops["shop"].iloc[mine], shops["day"].iloc[mine], strict=True)) == set(
            zip(ordered["shop"].iloc[theirs], ordered["day"].iloc[theirs], strict=True)
        )


def test_the_column_of_timestamps_stays(shops):
    assert "day" in table_of(shops, timestamps="day").X


def test_moments_of_two_time_zones_are_ordered_as_they_happened():
    first = pd.date_range("2024-01-01", periods=20, freq="h", tz="Asia/Tokyo")
    second = first.tz_convert("America/New_York") + pd.Timedelta(minutes=30)
    stamps = pd.Series([*first, *second], dtype=object)
    table = table_of(pd.DataFrame({"a": np.arange(40.0)}), timestamps=stamps)
    moments = np.array([stamp.value for stamp in stamps])
    assert table.validation.times.tolist() == moments.tolist()


def test_dates_may_be_text():
    text = pd.Series([f"{day:02d}.0{month}.2024" for month in (1, 2) for day in range(1, 16)])
    table = table_of(pd.DataFrame({"a": np.arange(30.0)}), timestamps=text)
    assert (np.diff(table.validation.times) > 0).all()


def test_numbers_are_times_and_a_gap_is_in_their_units():
    years = np.repeat(np.arange(2000, 2020), 5)
    table = table_of(pd.DataFrame({"a": np.arange(100.0)}), timestamps=years, gap=2)
    for train, test in folds_of(table):
        assert years[train].max() + 2 < years[test].min()


def test_a_gap_of_rows_leaves_out_the_latest_of_training():
    X = pd.DataFrame({"a": np.arange(100.0)})
    table = table_of(X, cv="time", gap="10 rows")
    for train, test in folds_of(table):
        assert train.max() == test.min() - 11


def test_a_gap_of_rows_cuts_no_moment():
    days = np.repeat(np.arange(20), 5)
    table = table_of(pd.DataFrame({"a": np.arange(100.0)}), timestamps=days, gap="7 rows")
    for train, test in folds_of(table):
        assert days[train].max() == days[test].min() - 3  # two days of five rows have seven


def test_rows_are_in_order_as_they_stand_when_that_is_asked_for():
    table = table_of(pd.DataFrame({"a": np.arange(100.0)}), cv="time")
    assert [(t[0][-1], t[1][0]) for t in folds_of(table)] == [
        (49, 50), (59, 60), (69, 70), (79, 80), (89, 90)
    ]  # fmt: skip


def test_few_moments_make_few_folds():
    table = table_of(
        pd.DataFrame({"a": np.arange(30.0)}), timestamps=np.repeat([2020, 2021, 2022], 10)
    )
    assert [len(test) for _, test in folds_of(table)] == [10, 10]


def test_a_first_moment_of_most_rows_is_trained_on():
    table = table_of(pd.DataFrame({"a": np.arange(30.0)}), timestamps=[1] * 25 + [2] * 3 + [3] * 2)
    ((train, test),) = folds_of(table)[:1]
    assert (len(train), len(test)) == (25, 5)


def test_both_hold_out_later_rows_of_new_groups(shops):
    table = table_of(shops, groups="shop", timestamps="day", gap="1 day")
    assert table.validation.kind == "group-time"
    shop, day = shops["shop"].to_numpy(), shops["day"].to_numpy()
    folds = folds_of(table)
    assert len(folds) == 5
    for train, test in folds:
        assert not set(shop[train]) & set(shop[test])
        assert day[train].max() + np.timedelta64(1, "D") < day[test].min()
    held_out = np.concatenate([test for _, test in folds])
    assert set(held_out) == set(np.flatnonzero(day >= day[held_out].min()))


@pytest.mark.parametrize(
    ("timestamps", "message"),
    [
        ([*DAYS[:19], pd.NaT], "'timestamps' must not be missing, as in 1 of 20 rows"),
        (["2024-01-01"] * 20, "two moments or more. Got one: '2024-01-01'"),
        (["soon", "later"] * 10, "must be dates or numbers. 20 of 20 rows read as neither, such"),
        ([True, False] * 10, "must be dates or numbers"),
    ],
)
def test_timestamps_that_are_none_are_refused(timestamps, message):
    with pytest.raises(DatasetError, match=message):
        table_of(pd.DataFrame({"a": np.arange(20.0)}), timestamps=timestamps)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"timestamps": DAYS[:20], "gap": 3}, "must say its unit where the timestamps are dates"),
        ({"timestamps": range(20), "gap": "3 days"}, "the timestamps are no dates"),
        ({"gap": "3 days"}, "needs 'timestamps' that are dates"),
        ({"timestamps": range(20), "gap": -1}, "none is negative. Got -1"),
        ({"timestamps": range(20), "gap": "soon"}, "Got 'soon'"),
        ({"gap": 3}, "'gap' is between earlier and later rows"),
        ({"cv": "time", "gap": 0.5}, "'gap' counts rows without timestamps"),
    ],
)
def test_a_gap_that_does_not_suit_is_refused(asked, message):
    with pytest.raises(ParameterError, match=message):
        table_of(pd.DataFrame({"a": np.arange(20.0)}), **asked)


def test_a_gap_that_leaves_nothing_to_learn_from_is_refused():
    table = table_of(pd.DataFrame({"a": np.arange(20.0)}), cv="time", gap="19 rows")
    with pytest.raises(DatasetError, match="Give a shorter gap"):
        folds_of(table)
