"""check_validation() names what shuffled folds would hide, and is silent where nothing is."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import random as random_sparse

from autometa import check_validation
from autometa.dependence import findings_of
from autometa.dependence._index import index_of
from autometa.exceptions import DatasetError, DatasetWarning
from autometa.tables import check_table, split_groups
from autometa.validation import ValidationRequest


def visits(seed=0, n_patients=40, n_visits=8):
    """Return rows of patients with an age each, and a target that hangs on the patient."""
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients), n_visits)
    n_rows = len(patient)
    X = pd.DataFrame(
        {
            "patient_id": patient,
            "age": rng.integers(20, 80, n_patients)[patient],
            "dose": rng.normal(size=n_rows),
        }
    )
    return X, rng.normal(size=n_patients)[patient] + 0.3 * rng.normal(size=n_rows)


def daily(seed=0, n_rows=400):
    """Return rows of days, the target of which wanders."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {"date": pd.date_range("2023-01-01", periods=n_rows), "a": rng.normal(size=n_rows)}
    )
    return X, rng.normal(size=n_rows).cumsum()


def independent(seed, n_rows=300):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "a": rng.normal(size=n_rows),
            "count": rng.poisson(20, n_rows),
            "store_id": rng.integers(0, 40, n_rows),
            "city": rng.choice([f"city {i}" for i in range(30)], n_rows),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, n_rows), "D"),
            "text": ["word " * int(k) for k in rng.integers(3, 40, n_rows)],
        }
    )
    return X, rng.normal(size=n_rows)


def kinds(findings):
    return [(finding.kind, finding.column) for finding in findings]


def test_repeated_patients_are_named_with_what_to_pass():
    (finding,) = check_validation(*visits())
    assert (finding.kind, finding.column) == ("groups", "patient_id")
    assert finding.argument == "groups='patient_id'"
    # 1 is the variance between patients, .09 that within: 1 / 1.09 on the scale of values.
    assert finding.evidence == pytest.approx(0.92, abs=0.06)
    assert "stands on 8 rows on average, the same in 'age'" in finding.message
    assert str(finding) == finding.message


def test_patients_are_found_in_any_order_of_the_rows():
    X, y = visits()
    order = np.random.default_rng(1).permutation(len(X))
    found = check_validation(X.iloc[order].reset_index(drop=True), y[order])
    assert kinds(found) == [("groups", "patient_id")]


def test_a_column_that_no_name_gives_away_is_found_by_time_beginning_anew():
    X, y = visits(n_visits=10)
    X["when"] = np.tile(np.arange(10), 40)
    X = X.rename(columns={"patient_id": "c0"})
    assert kinds(check_validation(X, y)) == [("groups", "c0")]
    order = np.random.default_rng(1).permutation(len(X))
    shuffled = check_validation(X.iloc[order].reset_index(drop=True), y[order])
    assert kinds(shuffled) == []  # it could be any category


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize(
    ("names", "argument"),
    [
        (["patient_id"], "groups='patient_id'"),
        (["patient_id", "visit"], "groups='patient_id'"),
        ([None], "groups=X.index"),
        ([None, None], "groups=X.index.get_level_values(0)"),
    ],
)
def test_patients_in_the_index_are_found_as_in_a_column(names, argument, shuffled):
    X, y = visits()
    levels = [[f"P{number}" for number in X["patient_id"]], np.tile(np.arange(8), 40)]
    X.index = pd.MultiIndex.from_arrays(levels[: len(names)], names=names)
    if len(names) == 1:
        X.index = X.index.get_level_values(0)
    order = np.random.default_rng(1).permutation(len(X)) if shuffled else np.arange(len(X))
    X, y = X.drop(columns="patient_id").iloc[order], y[order]
    (finding,) = check_validation(X, y)
    assert (finding.kind, finding.column) == ("groups", names[0])
    assert finding.argument == argument
    groups = eval(argument.removeprefix("groups="), {"X": X})  # what is said can be passed
    request = ValidationRequest(groups=groups)
    assert check_table(X, y, validation=split_groups(X, request)[1]).validation.n_groups == 40


@pytest.mark.parametrize("name", ["date", None])
def test_dates_in_the_index_are_found_as_in_a_column(name):
    X, y = daily()
    X = X.set_index("date").rename_axis(name)
    (finding,) = check_validation(X, y)
    assert (finding.kind, finding.column) == ("time", name)
    assert finding.argument == ("timestamps='date'" if name else "timestamps=X.index")
    counts = pd.Series(np.arange(len(X)) % 3, index=X.index)  # rows of weight 0 have no label
    table = check_table(X, y, sample_weight=counts)
    assert kinds(findings_of(table, index=index_of(X, table.counted))) == [("time", name)]


def test_an_index_that_counts_rows_says_nothing():
    rng = np.random.default_rng(0)
    X, y = pd.DataFrame(rng.normal(size=(400, 3)), columns=list("abc")), rng.normal(size=400)
    left_over = rng.permutation(1_000)[:400]  # of a split
    each_from_0 = np.tile(np.arange(100), 4)  # of tables put one below the other
    for index in (left_over, np.sort(left_over), each_from_0):
        X["a"] = np.sort(X["a"])  # along which all but the first are in order
        assert check_validation(X.set_axis(index), y) == []
        assert check_validation(X.set_axis(index).rename_axis("a"), y) == []


def test_a_case_whose_rows_have_one_label_is_an_entity_in_any_order():
    rng = np.random.default_rng(0)
    case = rng.permutation(np.repeat(np.arange(60), 6))
    X = pd.DataFrame({"case": case, "a": rng.normal(size=360), "b": rng.normal(size=360)})
    y = rng.integers(0, 2, 60)[case]
    assert kinds(check_validation(X, y)) == [("groups", "case")]
    assert check_validation(X, rng.integers(0, 2, 360)) == []
    assert check_validation(X.rename(columns={"case": "make"}), y) == []  # new rows have these too


def test_text_identifiers_of_classes_are_found():
    X, y = visits()
    X["patient_id"] = [f"P-{number:03}" for number in X["patient_id"]]
    assert kinds(check_validation(X, y > 0)) == [("groups", "patient_id")]


def test_an_informative_category_is_no_entity():
    rng = np.random.default_rng(0)
    make = rng.integers(0, 25, 2_000)
    X = pd.DataFrame({"make": [f"make {i}" for i in make], "power": rng.normal(size=25)[make]})
    assert check_validation(X, rng.normal(size=25)[make] + rng.normal(size=2_000)) == []


def test_a_sorted_number_that_tells_the_target_is_no_entity():
    rng = np.random.default_rng(0)
    rooms = np.sort(rng.integers(0, 30, 600))
    X = pd.DataFrame({"rooms": rooms, "b": rng.normal(size=600)})
    assert check_validation(X, rooms + rng.normal(size=600)) == []


def test_dates_along_which_the_target_wanders_are_named():
    (finding,) = check_validation(*daily())
    assert (finding.kind, finding.column) == ("time", "date")
    assert finding.argument == "timestamps='date'"
    assert finding.evidence > 0.9


def test_dates_are_found_in_any_order_of_the_rows_and_as_text():
    X, y = daily()
    X["date"] = X["date"].dt.strftime("%Y-%m-%d")
    order = np.random.default_rng(1).permutation(len(X))
    found = check_validation(X.iloc[order].reset_index(drop=True), y[order])
    assert kinds(found) == [("time", "date")]


def test_years_that_a_file_is_sorted_by_are_named_and_those_of_birth_are_not():
    rng = np.random.default_rng(0)
    year = np.repeat(np.arange(1990, 2010), 30)
    X = pd.DataFrame({"season": year, "a": rng.normal(size=600)})
    y = 0.3 * (year - 2000) + rng.normal(size=600)
    assert kinds(check_validation(X, y)) == [("time", "season")]
    order = rng.permutation(600)
    born = X.iloc[order].rename(columns={"season": "birth_year"}).reset_index(drop=True)
    assert check_validation(born, y[order]) == []


def test_change_within_shops_is_found_where_shops_differ_more_than_days():
    rng = np.random.default_rng(0)
    shop, day = np.tile(np.arange(30), 60), np.repeat(np.arange(60), 30)
    level = 100 * rng.normal(size=30)[shop] + np.sin(day / 8)
    X = pd.DataFrame(
        {
            "branch": [f"b{i}" for i in shop],
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(day, "D"),
        }
    )
    assert kinds(check_validation(X, level)) == [("time", "date")]


def test_a_record_without_a_time_is_noticed_and_a_sorted_file_is_not():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(500, 4)).cumsum(axis=0), columns=list("abcd"))
    y = (X.sum(axis=1) + rng.normal(size=500)).to_numpy()
    (finding,) = check_validation(X, y)
    assert (finding.kind, finding.column) == ("time", None)
    assert finding.argument == "timestamps=range(len(X))"
    order = np.argsort(X["a"].to_numpy())
    assert check_validation(X.iloc[order].reset_index(drop=True), y[order]) == []


def test_marks_that_stand_in_pieces_make_no_record():
    rng = np.random.default_rng(0)
    brand = np.repeat(rng.permutation(np.arange(60) % 6), 10)  # pieces of ten rows, not sorted
    X = pd.DataFrame({f"is_{i}": (brand == i).astype(int) for i in range(6)})
    X["mileage"] = rng.normal(size=600)
    assert check_validation(X, rng.normal(size=6)[brand] + 0.1 * rng.normal(size=600)) == []


@pytest.mark.parametrize("with_identifier", [False, True])
def test_copies_are_counted_without_the_column_that_numbers_rows(with_identifier):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(300, 4)), columns=list("abcd"))
    X["e"] = rng.choice(list("xyz"), 300)
    y = X["a"].to_numpy() > 0
    X, y = pd.concat([X, X.iloc[:30]], ignore_index=True), np.r_[y, y[:30]]
    X.loc[300:, "b"] += 1e-12  # as after a round trip through text
    if with_identifier:
        X["row"] = np.arange(330)
    (finding,) = check_validation(X, y)
    assert finding.kind == "copies"
    assert finding.evidence == pytest.approx(60 / 330)
    assert finding.argument is None


def test_rows_of_few_levels_are_equal_by_chance_and_no_copies():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.integers(0, 3, (500, 5)).astype(str), columns=list("abcde"))
    assert X.duplicated(keep=False).mean() > 0.5
    assert check_validation(X, rng.integers(0, 2, 500)) == []


def test_equal_rows_with_other_targets_are_no_copies():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(np.repeat(rng.normal(size=(150, 3)), 2, axis=0), columns=list("abc"))
    assert "copies" not in [f.kind for f in check_validation(X, rng.normal(size=300))]


@pytest.mark.parametrize(
    ("y", "evidence"), [(np.repeat(["a", "b"], 100), 198 / 199), (np.arange(200) / 7, 1.0)]
)
def test_a_file_sorted_by_its_target_is_reported_as_harmless(y, evidence):
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(200, 2)), columns=["a", "b"])
    (finding,) = check_validation(X, y)
    assert finding.kind == "target_order"
    assert finding.evidence == pytest.approx(evidence)
    assert "must shuffle" in finding.message


@pytest.mark.parametrize("n_tables", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_of_tables_of_independent_rows_one_in_a_thousand_alarms(n_tables):
    alarms = sum(bool(check_validation(*independent(seed))) for seed in range(n_tables))
    assert (
        alarms <= n_tables // 100
    )  # .2 % are expected of two tests; 2 of 200 with p = .06 or less


def test_gaps_everywhere_and_few_rows_are_no_trouble():
    X, y = visits()
    X = X.astype({"age": float})
    rng = np.random.default_rng(0)
    for name in X:
        X[name] = X[name].mask(rng.random(len(X)) < 0.3)
    assert kinds(check_validation(X, y)) == [("groups", "patient_id")]
    assert check_validation(X.iloc[:29], y[:29]) == []
    X["nothing"] = np.nan
    with pytest.warns(UserWarning, match="constant or empty"):
        assert kinds(check_validation(X, y)) == [("groups", "patient_id")]


def test_sparse_and_wide_tables_are_looked_at_in_part():
    y = np.random.default_rng(0).normal(size=2_000)
    sparse = random_sparse(2_000, 1_200, density=0.01, random_state=0, format="csr")
    assert check_validation(sparse, y) == []
    wide = np.random.default_rng(1).normal(size=(100, 2_000))
    assert check_validation(wide, y[:100]) == []


def test_a_long_table_is_looked_at_in_stretches_of_it():
    X, y = visits(n_patients=8_000, n_visits=5)
    assert kinds(check_validation(X, y)) == [("groups", "patient_id")]


def test_the_table_is_left_as_it_was_and_may_be_named(tmp_path):
    X, y = visits()
    before = X.copy()
    findings = check_validation(X, y)
    pd.testing.assert_frame_equal(X, before)
    X.assign(target=y).to_csv(tmp_path / "visits.csv", index=False)
    assert kinds(check_validation(tmp_path / "visits.csv", "target")) == kinds(findings)
    with pytest.raises(DatasetError, match="no column 'y'"):
        check_validation(tmp_path / "visits.csv", "y")


def test_columns_of_every_type_are_taken():
    n = np.arange(60)
    X = pd.DataFrame(
        {
            "masked": pd.array([None, *range(59)], dtype="Int64"),
            "flag": pd.array([True, None] * 30, dtype="boolean"),
            "wide": n.astype("int64") * 2**56 + 1,
            "length": pd.to_timedelta(n, "h"),
            "zone": pd.date_range("2024-01-01", periods=60, tz="Europe/Berlin")[::-1],
            "level": pd.Categorical(n % 7),
            "mixed": [1, "1", None, 2.5, True] * 12,
            "sparse": pd.arrays.SparseArray(n % 3),
            "infinite": np.where(n == 5, np.inf, n),
            "text": ["some words that are long enough " + str(i) for i in n],
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DatasetWarning)
        found = check_validation(X, np.random.default_rng(0).normal(size=60))
    assert kinds(found) == [("time", "zone")]  # other columns count with it
