"""The error tree: one root, public names, data as attributes, and warnings kept as notes."""

from __future__ import annotations

import pickle
import threading
import warnings

import numpy as np
import pandas as pd
import pytest

import autometa
import metafeatures
from autometa import exceptions
from autometa.exceptions import (
    AlgorithmNotFoundError,
    AutoMetaError,
    AutoMetaWarning,
    DatasetError,
    DatasetNotFoundError,
    DatasetWarning,
    FallbackWarning,
    MetricError,
    ParameterError,
    collect_notes,
)

CLASSES = [getattr(exceptions, name) for name in exceptions.__all__]
X = pd.DataFrame({"a": np.arange(20.0), "b": np.arange(20) % 3})
Y = np.arange(20) % 2


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_each_class_is_public_at_the_top_and_survives_a_pickle(cls):
    assert getattr(autometa, cls.__name__) is cls
    assert cls.__module__ == "autometa"
    assert issubclass(cls, AutoMetaError | AutoMetaWarning)
    arrived = pickle.loads(pickle.dumps(cls("said so")))
    assert type(arrived) is cls
    assert str(arrived) == "said so"


def test_messages_and_data_survive_what_dask_does_to_pickles():
    pytest.importorskip("distributed.utils")  # its import changes how errors are pickled
    error = DatasetNotFoundError("No file 'a.csv'.", name="a.csv")
    arrived = pickle.loads(pickle.dumps(error))
    assert (str(arrived), arrived.name) == ("No file 'a.csv'.", "a.csv")


@pytest.mark.parametrize("name", metafeatures.exceptions.__all__)
def test_errors_of_metafeatures_name_the_public_package(name):
    assert getattr(metafeatures, name).__module__ == "metafeatures"


def test_data_of_an_error_travel_with_it():
    error = DatasetError("no", name="x", suggestions=["y", "z"], columns=[1, "b"])
    arrived = pickle.loads(pickle.dumps(error))
    assert (arrived.name, arrived.suggestions, arrived.columns) == ("x", ("y", "z"), ("1", "b"))
    plain = ParameterError("no")
    assert (plain.name, plain.suggestions, plain.columns) == (None, (), ())


def test_the_name_of_version_0_1_still_catches():
    assert exceptions.AutometaError is AutoMetaError


@pytest.mark.parametrize(
    ("call", "error", "name", "suggestions"),
    [
        (lambda: autometa.recommend(X, Y, metric="rocauc"), MetricError, "rocauc", ("roc_auc",)),
        (lambda: autometa.recommend(X, "bb"), DatasetError, "bb", ("b",)),
        (lambda: autometa.load_dataset("sklearn:irsi"), DatasetNotFoundError, "irsi", ("iris",)),
        (
            lambda: autometa.build_pipeline("lightgmb", {}, "binary"),
            AlgorithmNotFoundError,
            "lightgmb",
            ("lightgbm",),
        ),
        (
            lambda: autometa.describe(X, Y, names=["class_entropi"]),
            ParameterError,
            "class_entropi",
            ("class_entropy",),
        ),
    ],
)
def test_an_unknown_name_comes_with_those_that_are_near(call, error, name, suggestions):
    with pytest.raises(error) as caught:
        call()
    assert (caught.value.name, caught.value.suggestions) == (name, suggestions)


def test_columns_at_fault_are_named():
    twice = pd.DataFrame(np.random.default_rng(0).normal(size=(20, 2)), columns=["a", "a"])
    with pytest.raises(DatasetError) as caught:
        autometa.recommend(twice, Y)
    assert caught.value.columns == ("a",)


DOORS = [
    lambda X, y: autometa.recommend(X, y, n=1),
    lambda X, y: autometa.tune(X, y, time_budget=None, n_trials=1, isolate=False),
    lambda X, y: autometa.describe(X, y),
    lambda X, y: autometa.AutoMetaClassifier(n_trials=1, isolate=False).fit(X, y),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("table", "target"),
    [
        (object(), Y),
        (X, object()),
        (X, {"a": 1}),
        (X, pd.Series(Y, index=np.arange(20) + 5)),
        ([[1, 2], [3]], Y),
    ],
)
def test_what_is_no_table_is_a_dataset_error_at_every_door(door, table, target):
    with pytest.raises(DatasetError):
        door(table, target)


def test_a_fallback_can_be_filtered_alone():
    assert issubclass(FallbackWarning, AutoMetaWarning)
    assert not issubclass(DatasetWarning, FallbackWarning)


def test_notes_hold_what_warnings_say_though_the_process_ignores_them():
    before = list(warnings.filters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with collect_notes() as notes:
            warnings.warn("first", DatasetWarning, stacklevel=1)
            warnings.warn(DatasetWarning("second"), stacklevel=1)
    assert notes == ["first", "second"]
    assert warnings.filters == before


def test_notes_of_one_thread_are_not_those_of_another():
    def elsewhere():
        DatasetWarning("of another thread")

    with collect_notes() as notes:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        DatasetWarning("of this one")
    assert notes == ["of this one"]
    DatasetWarning("after the end")
    assert notes == ["of this one"]
