"""TableCleaner: nothing is lost in silence, and predict reads as fit did, or refuses by name."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autometa.algorithms import TableCleaner, _levels, get_algorithm
from autometa.algorithms._text import fit_text, text_parts
from autometa.exceptions import DatasetError, DatasetWarning

RNG = np.random.default_rng(0)
N = 120
DAYS = pd.Series(pd.date_range("2023-01-01", periods=N, freq="31h"))
NOTES = [" ".join(RNG.choice(["hot", "cold", "Wet", "dry,", "é"], 5)) + f" {i}" for i in range(N)]


@pytest.mark.parametrize(
    ("source", "derived"),
    [
        ({"date": DAYS}, ["date_month", "date_weekday", "date_hour", "date_month_2"]),
        ({"a": NOTES}, ["a_0", "a_7", "a_0_2"]),
        ({"a b": RNG.normal(size=N)}, ["a_b", "a,b", "a_b_2"]),
    ],
)
@pytest.mark.parametrize("user_first", [True, False])
def test_columns_named_like_derived_ones_are_all_kept(source, derived, user_first):
    own = {name: RNG.normal(size=N) for name in derived}
    X = pd.DataFrame({**own, **source} if user_first else {**source, **own})
    cleaned = TableCleaner().fit_transform(X)
    assert cleaned.columns.is_unique
    for name, values in own.items():
        assert any(np.array_equal(cleaned[c], values) for c in cleaned), name


@given(st.lists(st.sampled_from(["d", "d_month", "d_hour", "é", "_", "d_month_2", "t", "t_0"]),
                min_size=1, max_size=8, unique=True))  # fmt: skip
@settings(max_examples=30)
def test_names_differ_whatever_the_user_calls_columns(names):
    values = {"d": DAYS, "t": NOTES}
    X = pd.DataFrame({name: values.get(name, RNG.normal(size=N)) for name in names})
    cleaned = TableCleaner().fit_transform(X)
    assert cleaned.columns.is_unique
    assert cleaned.columns.str.fullmatch(r"\w+").all()


ZONED = pd.Series(pd.date_range("2024-03-01", periods=2400, freq="h", tz="Europe/Berlin"))
STAMPS = pd.Series(pd.date_range("2024-01-01", periods=2400, freq="h"))


@pytest.mark.parametrize(
    ("column", "stamps"),
    [
        (STAMPS, STAMPS),
        (STAMPS.astype(object), STAMPS),
        (STAMPS.astype("datetime64[s]"), STAMPS),
        (STAMPS + pd.Timedelta("59min 59.999999s"), STAMPS),
        (STAMPS.dt.strftime("%d.%m.%Y %H:%M"), STAMPS),
        (STAMPS.map(pd.Timestamp.isoformat), STAMPS),
        (STAMPS.dt.to_period("h"), STAMPS),
        (ZONED, ZONED),
        (ZONED.map(pd.Timestamp.isoformat), ZONED.dt.tz_convert("UTC")),
        (ZONED.dt.tz_convert("+05:30").map(pd.Timestamp.isoformat), ZONED.dt.tz_convert("+05:30")),
    ],
    ids=lambda column: str(column.dtype),
)
def test_parts_of_dates_equal_those_of_pandas_on_every_row(column, stamps):
    cleaned = TableCleaner().fit_transform(pd.DataFrame({"t": column}))
    assert (cleaned["t_hour"] == stamps.dt.hour).all()
    assert (cleaned["t_month"] == stamps.dt.month).all()
    assert (cleaned["t_weekday"] == stamps.dt.day_of_week).all()
    assert cleaned["t"].is_monotonic_increasing


FITTED = {
    "flag": (RNG.random(N) > 0.5),
    "truth": np.where(RNG.random(N) > 0.5, "true", "false"),
    "number": RNG.normal(size=N).round(2),
    "level": RNG.choice(["red", "blue"], N),
    "code": RNG.choice(["007", "012"], N),
    "day": DAYS.dt.strftime("%d/%m/%Y"),
    "iso": DAYS.dt.strftime("%Y-%m-%d"),
}


def cleaned_as(name, cells):
    cleaner = TableCleaner().fit(pd.DataFrame({name: FITTED[name], "other": RNG.normal(size=N)}))
    return cleaner.transform(pd.DataFrame({name: cells, "other": 0.0}))[name]


@pytest.mark.parametrize(
    ("name", "cells", "read"),
    [
        ("flag", [1, 0], ["True", "False"]),
        ("flag", [1.0, None], ["True", None]),
        ("flag", ["true", "FALSE"], ["True", "False"]),
        ("truth", [True, False], ["True", "False"]),
        ("truth", ["True", "maybe"], ["True", None]),
        ("truth", [1, 0], ["True", "False"]),
        ("number", ["1.5", " 2"], [1.5, 2.0]),
        ("number", [True, False], [1.0, 0.0]),
        ("level", ["red", "green"], ["red", None]),
        ("level", [np.nan, np.nan], [None, None]),
        ("day", ["05/06/2023"], [19513.0]),
        ("day", [pd.Timestamp("2023-06-05")], [19513.0]),
        ("day", ["2023-06-05"], [19513.0]),
        ("iso", ["20230605"], [19513.0]),
        ("iso", [20230605], [19513.0]),
    ],
)
def test_another_type_that_says_the_same_is_read_as_at_fit(name, cells, read):
    column = cleaned_as(name, cells).astype(object)
    assert column.where(column.notna(), None).tolist() == read


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("flag", ["yes", "no"]),
        ("flag", [2, 3]),
        ("number", ["1,5", "2,5"]),
        ("number", ["high"]),
        ("number", [pd.Timestamp("2024-01-01")]),
        ("level", [1, 2]),
        ("level", [True, False]),
        ("code", [7, 12]),
        ("day", ["12/31/2023"]),
        ("day", ["soon"]),
        ("day", [1.7e9]),
        ("iso", ["31.12.2023"]),
    ],
)
def test_what_cannot_be_read_as_at_fit_is_refused_by_name(name, cells):
    with pytest.raises(DatasetError, match=f"Column '{name}' must hold .* as when the model"):
        cleaned_as(name, cells)


def test_tables_without_names_are_taken_by_position_with_the_warning_of_scikit_learn():
    X = pd.DataFrame({"b": RNG.normal(size=N), "a": FITTED["level"], "x0": RNG.normal(size=N)})
    cleaner = TableCleaner().fit(X)
    with pytest.warns(UserWarning, match="X does not have valid feature names, but TableCleaner"):
        by_position = cleaner.transform(X.to_numpy())
    pd.testing.assert_frame_equal(by_position, cleaner.transform(X))
    with pytest.raises(DatasetError, match="X has 2 features, but TableCleaner is expecting 3"):
        cleaner.transform(X.to_numpy()[:, :2])


def test_names_that_fit_did_not_see_are_taken_by_position():
    values = RNG.normal(size=(N, 2))
    cleaner = TableCleaner().fit(values)
    named = pd.DataFrame(values, columns=["a", "b"])
    with pytest.warns(UserWarning, match="X has feature names, but TableCleaner was fitted"):
        assert np.array_equal(cleaner.transform(named), cleaner.transform(values))


def test_repeated_names_are_refused_in_fit_and_transform():
    X = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    twice = X.set_axis(["a", "a"], axis=1)
    for call in (TableCleaner().fit, TableCleaner().fit(X).transform):
        with pytest.raises(DatasetError, match="Column names must differ"):
            call(twice)


YEARS = [2019, 2020, 2021]


@pytest.mark.parametrize(
    ("fitted", "given"),
    [
        (YEARS, [2020, 2021, 2022]),
        (["2019", "2020", "2021"], ["2020", "2021", "2022"]),
        ([("a", 1), ("a", 2), ("b", 1)], [("a", 2), ("b", 1), ("b", 2)]),
    ],
)
def test_names_that_are_no_words_are_names(fitted, given):
    columns = pd.Index(fitted, tupleize_cols=True)
    X = pd.DataFrame(RNG.normal(size=(N, 3)), columns=columns)
    cleaner = TableCleaner().fit(X)
    turned = cleaner.transform(X[columns[::-1]])
    pd.testing.assert_frame_equal(turned, cleaner.transform(X))
    with pytest.raises(DatasetError, match="must have the columns it was fitted on"):
        cleaner.transform(X.set_axis(pd.Index(given, tupleize_cols=True), axis=1))


@pytest.mark.parametrize("make", [pl.from_pandas, pa.Table.from_pandas, lambda X: X])
def test_every_library_gives_the_same_cleaned_table(make):
    X = pd.DataFrame({**FITTED, "note": NOTES, "moment": DAYS})
    expected = TableCleaner().fit_transform(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cleaner = TableCleaner().fit(make(X))
        pd.testing.assert_frame_equal(cleaner.transform(make(X)), expected)
        pd.testing.assert_frame_equal(cleaner.transform(X), expected)


def test_fit_and_transform_agree_and_leave_the_table_alone():
    X = pd.DataFrame({**FITTED, "note": NOTES}, index=[f"r{i}" for i in range(N)])
    before = X.copy(deep=True)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(X)
    pd.testing.assert_frame_equal(cleaned, cleaner.transform(X))
    pd.testing.assert_frame_equal(X, before)
    assert cleaned.index.equals(X.index)


@given(st.lists(st.text(max_size=30), min_size=3, max_size=20))
@settings(max_examples=50)
def test_text_is_counted_as_scikit_learn_counts_it(texts):
    column = pd.Series([*texts, "some words to learn", "more words"], dtype=object)
    fitted = fit_text(column)
    np.testing.assert_allclose(text_parts(fitted, column), fitted.transform(column), atol=1e-12)


def test_words_of_rows_that_are_held_out_change_nothing_that_is_learnt():
    X = pd.DataFrame({"note": NOTES, "number": RNG.normal(size=N)})
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(X)
    rows = np.arange(80)
    other = X.assign(note=[*NOTES[:80], *["utterly other words here"] * 40])
    learnt = cleaner.relearn_text(X, cleaned, rows)
    again = cleaner.relearn_text(other, cleaned, rows)
    pd.testing.assert_frame_equal(learnt.iloc[:80], again.iloc[:80])
    assert learnt.columns.equals(cleaned.columns)
    assert not np.allclose(learnt["note_0"], cleaned["note_0"])


def test_columns_named_by_numbers_are_found_in_any_order():
    X = pd.DataFrame(RNG.normal(size=(N, 3)))
    cleaner = TableCleaner().fit(X.set_axis(["0", "1", "2"], axis=1))
    pd.testing.assert_frame_equal(cleaner.transform(X[[2, 0, 1]]), cleaner.transform(X))
    pd.testing.assert_frame_equal(cleaner.transform(X.to_numpy()), cleaner.transform(X))


@pytest.mark.parametrize("name", ["logistic_regression", "svm", "nearest_neighbors", "lda"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_missing_or_new_level_of_two_is_neither_of_them(name):
    smoker = np.array(["no", "yes"] * 150)
    X = pd.DataFrame({"smoker": smoker, "z": np.zeros(300) + np.arange(300) % 3})
    y = (smoker == "yes") ^ (np.arange(300) % 10 < 1)
    model = get_algorithm(name).build({}, "binary").fit(X, y)
    asked = pd.DataFrame({"smoker": ["no", "yes", None, "unknown"], "z": 1.0})
    no, yes, missing, new = model.predict_proba(asked)[:, 1]
    assert no < 0.3 < 0.7 < yes
    assert no + 0.05 < missing < yes - 0.05
    assert missing == pytest.approx(new)


TIMES = pd.date_range("2024-03-01", periods=60, freq="7h")
ZONED = TIMES.tz_localize("America/New_York")
FORMS = {
    "stamps": lambda times: times,
    "text": lambda times: times.astype(str),
    "objects": lambda times: times.astype(object),
}


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize(("fitted", "given"), [(ZONED, TIMES), (TIMES, ZONED)])
def test_times_with_and_without_time_zone_are_not_mixed_in_silence(form, fitted, given):
    cleaner = TableCleaner().fit(pd.DataFrame({"t": FORMS[form](fitted)}))
    with pytest.warns(DatasetWarning, match="Column 't' holds times"):
        cleaner.transform(pd.DataFrame({"t": FORMS[form](given)}))
    empty = pd.DataFrame({"t": [None] * 3})
    others = (fitted, TIMES.tz_localize("UTC"))
    for table in (*(pd.DataFrame({"t": FORMS[form](times)}) for times in others), empty):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            cleaner.transform(table)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table, lambda d: np.zeros((0, 1))])
def test_a_table_without_rows_is_refused_by_name(make):
    cleaner = TableCleaner().fit(pd.DataFrame({"a": np.arange(10.0)}))
    with pytest.raises(DatasetError, match="must have a row or more"):
        cleaner.transform(make({"a": np.zeros(0)}))


def test_levels_that_no_row_has_are_not_learnt_and_equal_texts_are_one_level():
    column = pd.Series(pd.Categorical.from_codes([0, 1, -1, 2], [1, 1.5, "1", "unused"]))
    X = pd.DataFrame({"a": column, "b": np.arange(4.0)})
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(X)["a"]
    assert cleaner.levels_["a"] == ["1", "1.5"]
    assert cleaned.astype(object).where(cleaned.notna(), None).tolist() == ["1", "1.5", None, "1"]
    assert cleaner.transform(pd.DataFrame({"a": ["unused"], "b": [0.0]}))["a"].isna().all()


def test_texts_are_made_of_levels_not_of_rows(monkeypatch):
    made = []
    monkeypatch.setattr(_levels, "level_text", lambda value: made.append(value) or str(value))
    column = pd.Series(pd.Categorical(["a", "b"] * 5_000))
    TableCleaner().fit_transform(pd.DataFrame({"a": column, "b": np.arange(10_000.0)}))
    assert len(made) <= 8
