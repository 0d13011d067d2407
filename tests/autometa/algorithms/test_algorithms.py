"""What every algorithm promises, whatever family it is of; and the table cleaner."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from optuna.distributions import distribution_to_json
from sklearn.base import clone
from sklearn.metrics import get_scorer

from autometa.algorithms import TableCleaner, get_algorithm, list_algorithms
from autometa.exceptions import AlgorithmNotFoundError, DatasetError, ParameterError

TASK_TYPES = ["binary", "multiclass", "regression"]
PAIRS = [(a.name, t) for t in TASK_TYPES for a in list_algorithms(t)]
EVERY = pytest.mark.parametrize(("name", "task_type"), PAIRS)
METRICS = {"binary": "roc_auc", "multiclass": "roc_auc_ovr", "regression": "r2"}
MARGIN = 0.1  # more than two standard errors of an area over 60 rows


@pytest.fixture(scope="module")
def mixed():
    """A table with a column of every kind, missing values and awkward names."""
    rng = np.random.default_rng(0)
    n = 240
    X = pd.DataFrame(
        {
            "number, {1}": rng.normal(size=n),
            "count": rng.integers(0, 6, n),
            "flag": rng.random(n) > 0.5,
            "level": rng.choice(["x", "y", "z"], n),
            "many": [f"l{v}" for v in rng.integers(0, 60, n)],
            "day": pd.date_range("2024-01-01", periods=n),
            "note": [" ".join(rng.choice(["hot", "cold", "wet", "dry"], 4)) for _ in range(n)],
            "constant": 1,
            "empty": None,
        }
    )
    X.loc[::7, "number, {1}"] = np.nan
    X.loc[::5, "level"] = None
    signal = X["count"] + X["flag"]
    targets = {
        "binary": pd.Series(np.where(signal > 2, "p", "q")),
        "multiclass": pd.Series(np.select([signal < 2, signal < 4], ["low", "mid"], "high")),
        "regression": signal * 2.0 + rng.normal(size=n) * 0.1,
    }
    return X, targets


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@EVERY
def test_each_known_setup_fits_predicts_and_beats_a_guess(name, task_type, mixed):
    X, targets = mixed
    y = targets[task_type]
    algorithm = get_algorithm(name)
    scores = {}
    for label, config in algorithm.setups(task_type).items():
        pipeline = algorithm.build(config, task_type).fit(X.iloc[:180], y.iloc[:180])
        assert len(pipeline.predict(X.iloc[180:])) == 60
        if task_type != "regression":
            probabilities = pipeline.predict_proba(X.iloc[180:])
            np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-5)
            assert set(pipeline.classes_) == set(y)
        scores[label] = get_scorer(METRICS[task_type])(pipeline, X.iloc[180:], y.iloc[180:])
    guess = 0.0 if task_type == "regression" else 0.5
    assert {label: score for label, score in scores.items() if score <= guess + MARGIN} == {}


@EVERY
def test_sampled_configurations_lie_in_the_space_and_differ(name, task_type):
    algorithm = get_algorithm(name)
    space = algorithm.space(task_type)
    sampled = algorithm.sample(8, task_type)
    assert sampled == algorithm.sample(8, task_type)
    assert len({str(config) for config in sampled}) == 8
    for config in sampled:
        assert config.keys() == space.keys()
        for key, distribution in space.items():
            assert distribution._contains(distribution.to_internal_repr(config[key]))


@EVERY
def test_known_setups_lie_in_the_space(name, task_type):
    algorithm = get_algorithm(name)
    space = algorithm.space(task_type)
    assert "library" in algorithm.setups(task_type)
    for label, config in algorithm.setups(task_type).items():
        assert config.keys() == space.keys(), label
        for key, distribution in space.items():
            if label != "library" or not isinstance(config[key], float):
                internal = distribution.to_internal_repr(config[key])
                assert distribution._contains(internal), (label, key)


@EVERY
def test_the_same_seed_gives_the_same_predictions(name, task_type, mixed):
    X, targets = mixed
    pipeline = get_algorithm(name).build({}, task_type, random_state=3)
    first, second = (clone(pipeline).fit(X, targets[task_type]).predict(X) for _ in range(2))
    assert (first == second).all()


def test_there_are_enough_families():
    classifiers = {a.name for a in list_algorithms("binary")}
    regressors = {a.name for a in list_algorithms("regression")}
    assert {
        "lightgbm", "hist_gradient_boosting", "random_forest", "extra_trees", "svm",
        "logistic_regression", "nearest_neighbors", "mlp", "naive_bayes", "lda", "decision_tree",
    } <= classifiers  # fmt: skip
    assert {"ridge", "elastic_net"} <= regressors
    assert "naive_bayes" not in regressors


def test_spaces_are_written_as_optuna_writes_them():
    for algorithm in list_algorithms("binary"):
        for distribution in algorithm.space("binary").values():
            assert distribution_to_json(distribution)


def test_size_limits_leave_an_algorithm_out():
    assert "svm" not in {a.name for a in list_algorithms("binary", n_rows=10**6)}


def test_an_unknown_algorithm_is_told():
    with pytest.raises(AlgorithmNotFoundError, match="Did you mean 'lightgbm'"):
        get_algorithm("lightgmb")


def test_an_unknown_hyperparameter_is_told():
    with pytest.raises(ParameterError, match=r"Unknown: \['depth'\]"):
        get_algorithm("lightgbm").build({"depth": 3}, "binary")


def test_the_cleaner_gives_floats_and_categories_with_safe_names(mixed):
    X, _ = mixed
    cleaned = TableCleaner().fit_transform(X)
    assert all(str(dtype) in ("float64", "category") for dtype in cleaned.dtypes)
    assert cleaned.columns.str.fullmatch(r"\w+").all()
    assert not {"constant", "empty"} & set(cleaned.columns)
    assert len(cleaned) == len(X)


def test_the_cleaner_reads_unseen_levels_as_missing():
    cleaner = TableCleaner().fit(pd.DataFrame({"a": ["x", "y"] * 3}))
    out = cleaner.transform(pd.DataFrame({"a": ["x", "new", None]}))
    assert out["a"].isna().tolist() == [False, True, True]


@EVERY
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_levels_and_missing_values_new_to_the_model_are_no_trouble(name, task_type):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"level": rng.choice(["x", "y", "z"], 60), "number": rng.normal(size=60)})
    targets = {
        "binary": X["number"] > 0,
        "multiclass": X["level"],
        "regression": X["number"] * 2,
    }
    y = targets[task_type]
    pipeline = get_algorithm(name).build({}, task_type).fit(X, y)
    new = pd.DataFrame({"level": ["x", None, "other"], "number": [0.0, np.nan, np.inf]})
    assert len(pipeline.predict(new)) == 3


def test_the_cleaner_takes_columns_by_name_in_any_order():
    X = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": ["x", "y", "x"]})
    cleaner = TableCleaner().fit(X)
    pd.testing.assert_frame_equal(cleaner.transform(X[["b", "a"]]), cleaner.transform(X))


def test_the_cleaner_reads_whole_floats_and_integers_as_one_level():
    cleaner = TableCleaner().fit(pd.DataFrame({"a": pd.Categorical([1, 2, 1])}))
    out = cleaner.transform(pd.DataFrame({"a": pd.Categorical([1.0, 2.0, 1.0])}))
    assert out["a"].tolist() == ["1", "2", "1"]


def test_the_cleaner_names_a_missing_column():
    cleaner = TableCleaner().fit(pd.DataFrame({"a": [1, 2], "b": [3, 4]}))
    with pytest.raises(DatasetError, match=r"Missing: \['b'\]"):
        cleaner.transform(pd.DataFrame({"a": [1, 2]}))


def test_the_cleaner_refuses_a_table_without_any_information():
    with pytest.raises(DatasetError, match="two distinct values or more"):
        TableCleaner().fit(pd.DataFrame({"a": [1, 1], "b": [None, None]}))
