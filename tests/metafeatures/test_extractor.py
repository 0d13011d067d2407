"""MetaFeatureExtractor: what is asked for is what comes, bounded and with a report."""

from __future__ import annotations

import inspect
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from threadpoolctl import threadpool_info

import metafeatures
from metafeatures import (
    MetaFeatureDataError,
    MetaFeatureError,
    MetaFeatureExtractor,
    MetaFeatureNotFoundError,
    MetaFeatureParameterError,
    MetaFeatureWarning,
    describe,
    exceptions,
    list_metafeatures,
)
from metafeatures._threads import one_blas_thread

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=60), "b": RNG.choice(list("xyz"), 60)})
CLASSES = RNG.integers(0, 2, 60)
NUMBERS = X["a"] + RNG.normal(size=60)


@pytest.mark.parametrize(
    ("y", "task_type"),
    [(CLASSES, "binary"), (X["b"], "multiclass"), (NUMBERS, "regression")],
)
def test_vector_holds_the_catalogue_of_its_task_type_in_order(y, task_type):
    values = describe(X, y)
    assert values.index.tolist() == list_metafeatures(task_type)["name"].tolist()
    assert values.dtype == np.float64
    assert values.index.is_unique


def test_families_that_mean_nothing_for_a_task_type_are_absent():
    assert "class_entropy" not in describe(X, NUMBERS)
    assert "target_skewness" not in describe(X, CLASSES)
    assert "landmark_naive_bayes.auc" not in describe(X, NUMBERS)


def test_families_and_names_select_and_keep_the_catalogue_order():
    values = describe(X, CLASSES, families=["simple"])
    assert set(list_metafeatures().set_index("name").loc[values.index, "family"]) == {"simple"}
    values = describe(X, CLASSES, names=["skewness", "n_rows", "kurtosis.max"])
    assert values.index[0] == "n_rows"
    assert values.index[-1] == "kurtosis.max"
    assert sum(name.startswith("skewness.") for name in values.index) == 5


def test_selected_values_are_those_of_the_whole_vector():
    whole = describe(X, CLASSES)
    for family in ("simple", "statistical", "information-theoretic", "landmarking"):
        part = describe(X, CLASSES, families=[family])
        pd.testing.assert_series_equal(part, whole[part.index])


def test_report_says_family_seconds_rows_and_reasons():
    extractor = MetaFeatureExtractor()
    values = extractor.extract(X, CLASSES)
    report = extractor.report_
    assert report.columns.tolist() == ["family", "seconds", "n_rows", "reason"]
    assert report.index.equals(values.index)
    assert (report["seconds"] >= 0).all()
    assert (report["n_rows"] == 60).all()
    assert ((report["reason"] != "") == values.isna()).all()
    assert "fewer than two numeric columns vary" in report.loc["correlation.mean", "reason"]


def test_report_says_how_many_rows_were_looked_at():
    wide = pd.DataFrame(RNG.normal(size=(11_000, 3)))
    names = ["n_missing", "kurtosis.mean", "correlation.mean", "one_nn.mean"]
    extractor = MetaFeatureExtractor(names=names)
    extractor.extract(wide, np.arange(11_000) % 2)
    assert extractor.report_["n_rows"][names].tolist() == [11_000, 10_000, 5_000, 1_500]
    extractor = MetaFeatureExtractor(names=names[:3], max_rows=None)
    extractor.extract(wide, np.arange(11_000) % 2)
    assert extractor.report_["n_rows"].tolist() == [11_000] * 3


def test_a_spent_time_budget_leaves_nan_and_says_so():
    extractor = MetaFeatureExtractor(time_budget=1e-9)
    with pytest.warns(MetaFeatureWarning, match=r"meta-features \(simple, .* budget of 1e-09 s"):
        values = extractor.extract(X, CLASSES)
    assert values.isna().all()
    assert (extractor.report_["reason"] == "skipped: the time budget was spent").all()


def test_the_table_may_repeat_column_names_or_number_them():
    repeated = pd.DataFrame(np.c_[X["a"], X["a"]], columns=["a", "a"])
    numbered = pd.DataFrame(np.c_[X["a"], X["a"]])
    pd.testing.assert_series_equal(describe(repeated, CLASSES), describe(numbered, CLASSES))


def test_the_index_of_table_and_target_does_not_matter():
    other = X.set_axis(np.arange(60) * 3 + 700)  # no label in common: paired by position
    pd.testing.assert_series_equal(describe(X, CLASSES), describe(other, pd.Series(CLASSES)))


def test_names_of_classes_do_not_matter():
    renamed = np.where(np.bincount(CLASSES).argmax() == CLASSES, "zebra", "ant")
    pd.testing.assert_series_equal(describe(X, CLASSES), describe(X, renamed))


@pytest.mark.parametrize(
    ("table", "y", "message"),
    [
        (X[:0], [], r"at least one row and one column. Got a table of shape \(0, 2\)"),
        (X[[]], CLASSES, r"Got a table of shape \(60, 0\)"),
        (X, CLASSES[:5], "same number of rows. Got 60 rows of X and 5 of y"),
        (pd.DataFrame({"z": [1j, 2j]}), [0, 1], "Got complex numbers in column 'z'"),
    ],
)
def test_a_table_that_cannot_be_described_is_an_error_that_says_why(table, y, message):
    with pytest.raises(MetaFeatureDataError, match=message) as caught:
        describe(table, y)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, MetaFeatureError)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"names": ["class_entropi"]},
            r"\['class_entropi'\]. Did you mean 'class_entropy'\? list_",
        ),
        (
            {"families": ["simpel"]},
            r"families: \['simpel'\]. Did you mean 'simple'\? Available: 'simple'",
        ),
        ({"names": ["zzz"]}, r"Unknown meta-features: \['zzz'\]. list_metafeatures\(\) gives all"),
    ],
)
def test_unknown_names_are_answered_with_close_ones(parameters, message):
    with pytest.raises(MetaFeatureNotFoundError, match=message):
        describe(X, CLASSES, **parameters)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("time_budget", 0),
        ("time_budget", "1 s"),
        ("max_rows", 9),
        ("max_rows", 99.5),
        ("n_jobs", 0),
        ("names", "n_rows"),
        ("families", "simple"),
    ],
)
def test_parameters_outside_their_range_are_named(parameter, value):
    with pytest.raises(MetaFeatureParameterError, match=f"The '{parameter}' parameter") as caught:
        describe(X, CLASSES, **{parameter: value})
    assert repr(value) in str(caught.value)


def test_extractor_only_stores_its_parameters_and_can_be_cloned():
    extractor = MetaFeatureExtractor(families=["simple"], max_rows=50)
    assert clone(extractor).get_params() == extractor.get_params()
    assert repr(extractor) == "MetaFeatureExtractor(families=['simple'], max_rows=50)"


def test_a_generator_of_random_numbers_is_taken_as_random_state():
    first, second = (describe(X, CLASSES, random_state=np.random.RandomState(3)) for _ in range(2))
    pd.testing.assert_series_equal(first, second)


def test_catalogue_has_a_row_for_each_name_and_no_gaps():
    catalogue = list_metafeatures()
    assert catalogue["name"].is_unique
    assert not catalogue.drop(columns=["sampling_error", "spread"]).isna().any().any()
    assert (catalogue["definition"].str.len() > 10).all()
    assert catalogue["definition"].is_unique
    for source in ("pymfe", "openml", "autosklearn"):
        names = catalogue.loc[catalogue[source] != "", source]
        assert names.is_unique
        assert len(names) >= 4


def test_catalogue_of_a_task_type_is_a_part_of_the_whole():
    assert set(list_metafeatures("regression")["name"]) < set(list_metafeatures()["name"])
    with pytest.raises(MetaFeatureParameterError, match="Got 'ranking' instead"):
        list_metafeatures("ranking")


def test_all_is_the_public_api():
    public = {name: getattr(metafeatures, name) for name in metafeatures.__all__}
    types = {name for name in public if name.endswith("TaskType")}
    assert all(public[name].__module__.startswith("metafeatures") for name in set(public) - types)
    assert set(exceptions.__all__) < set(metafeatures.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = metafeatures.nothing


def test_nothing_leaks_into_the_filters_of_warnings():
    before = list(warnings.filters)
    describe(X, CLASSES)
    assert warnings.filters == before


def test_threads_change_no_value():
    wide = pd.DataFrame(RNG.normal(size=(400, 30)))
    pd.testing.assert_series_equal(
        describe(wide, CLASSES.repeat(7)[:400], n_jobs=3),
        describe(wide, CLASSES.repeat(7)[:400]),
        check_exact=True,
    )


def test_blas_has_its_threads_back_when_the_last_caller_leaves():
    before = _blas_threads()
    first, second = one_blas_thread(), one_blas_thread()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert _blas_threads() == {1}
    second.__exit__(None, None, None)
    assert _blas_threads() == before


def _blas_threads():
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_the_report_of_a_call_comes_with_its_values():
    X = pd.DataFrame({"a": np.arange(12.0)})
    extractor = MetaFeatureExtractor(names=["n_rows", "target_skewness", "class_entropy"])
    values, report = extractor.extract(X, np.arange(12) % 2, return_report=True)
    extractor.extract(X, np.arange(12) / 7)  # another call does not change what was returned
    assert list(report.index) == list(values.index) == ["n_rows", "class_entropy"]
    assert list(report.columns) == ["family", "seconds", "n_rows", "reason"]
    again, its_report = describe(X, np.arange(12) % 2, names=["n_rows"], return_report=True)
    assert again.to_dict() == {"n_rows": 12.0}
    assert its_report.loc["n_rows", "family"] == "simple"


def test_all_but_the_table_is_given_by_name():
    X = pd.DataFrame({"a": np.arange(12.0)})
    for call in (
        lambda: describe(X, np.arange(12) % 2, "binary"),
        lambda: MetaFeatureExtractor().extract(X, np.arange(12) % 2, "binary"),
        lambda: MetaFeatureExtractor(["simple"]),
    ):
        with pytest.raises(TypeError, match="positional"):
            call()


def test_describe_has_the_parameters_of_the_extractor():
    described = set(inspect.signature(describe).parameters) - {"X", "y"}
    extracted = set(inspect.signature(MetaFeatureExtractor.extract).parameters) - {"self", "X", "y"}
    assert described == set(MetaFeatureExtractor().get_params()) | extracted


def test_an_unknown_name_comes_with_the_nearest():
    with pytest.raises(MetaFeatureNotFoundError) as caught:
        describe(pd.DataFrame({"a": np.arange(12.0)}), np.arange(12) % 2, names=["n_rowz"])
    assert (caught.value.name, caught.value.suggestions) == ("n_rowz", ("n_rows",))
    arrived = pickle.loads(pickle.dumps(caught.value))
    assert (str(arrived), arrived.name) == (str(caught.value), "n_rowz")
