"""Every door takes a table or refuses it with an error of ours, whatever it is made of."""

from __future__ import annotations

import datetime
import decimal
import fractions
import subprocess
import sys
import textwrap
import warnings

import numpy as np
import optuna
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autometa
import autometa.drop_in
from autometa.algorithms import TableCleaner
from autometa.exceptions import AutoMetaError, KnowledgeBaseError, MetricError, ParameterError
from autometa.tables import check_table
from metafeatures import MetaFeatureError, describe

N = 24
QUICK = {
    "time_budget": None,
    "n_trials": 1,
    "algorithms": ["decision_tree"],
    "knowledge_base": False,
    "isolate": False,
    "random_state": 0,
}
DAY = datetime.date(2024, 1, 1)
CELLS = st.sampled_from(
    [
        0, 1, 2**60, 2**1024, -1.5, np.inf, np.nan, None, True, "a", "007", "7E400", "1,5", "",
        "\ud800", "2024-01-31", "31.12.2024", b"x", 1j, decimal.Decimal("1.5"), (1,), [1], {"k": 1},
        {1}, fractions.Fraction(1, 3), DAY, pd.Timestamp("2024-01-01", tz="Asia/Tokyo"), pd.NaT,
        datetime.time(1), datetime.timedelta(1), np.float32(1.5), np.longdouble(2), np.ma.masked,
        pd.Interval(0, 1), pd.Period("2024"), int, ..., object(), range(2), np.arange(2),
    ]
)  # fmt: skip
COLUMN = st.one_of(
    st.lists(CELLS, min_size=1, max_size=3).map(lambda cells: (cells * N)[:N]),
    st.sampled_from([np.arange(N, dtype=">i4"), np.linspace(0, 1, N).astype(np.longdouble),
                     pd.date_range("2024", periods=N), pd.Categorical(["u", "v"] * (N // 2)),
                     pd.arrays.SparseArray([0, 1] * (N // 2)), np.zeros(N, complex)]),
)  # fmt: skip


def as_series(column):
    return pd.Series(column, dtype=object) if isinstance(column, list) else pd.Series(column)


def as_objects(columns):
    array = np.empty((N, len(columns)), object)
    for place, column in enumerate(columns):
        for row, cell in enumerate(column):
            array[row, place] = cell
    return array


CONTAINERS = {
    "pandas": lambda columns: pd.DataFrame({f"c{i}": as_series(c) for i, c in enumerate(columns)}),
    "polars": lambda columns: pl.DataFrame(
        {f"c{i}": pl.Series(list(c), strict=False) for i, c in enumerate(columns)}
    ),
    "pyarrow": lambda columns: pa.table({f"c{i}": pa.array(c) for i, c in enumerate(columns)}),
    "numpy": lambda columns: np.column_stack([np.asarray(c) for c in columns]),
    "objects": as_objects,
    "lists": lambda columns: [list(row) for row in zip(*columns, strict=True)],
    "dict": lambda columns: {f"c{i}": list(c) for i, c in enumerate(columns)},
    "sparse": lambda columns: scipy.sparse.csr_matrix(np.column_stack(columns)),
    "repeated": lambda columns: pd.DataFrame([[1, 2]] * N, columns=["a", "a"]),
}


def check(X, y):
    check_table(X, y)
    TableCleaner().fit(X).transform(X)


def describe_it(X, y):
    try:
        describe(X, y, names=["n_rows"])
    except MetaFeatureError:
        return


def warm_started(X, y):
    study = optuna.create_study()
    autometa.warm_start(study, X, y, algorithm="lightgbm", seed=0)
    study.ask().suggest_float("learning_rate", 0.001, 1.0, log=True)


def dropped_in(X, y):
    """Fit what is the library's own, errors included, unless the advice is at fault."""
    model = autometa.drop_in.DecisionTreeClassifier()
    try:
        model.fit(X, y)
    except Exception:
        assert "advised_params_" in vars(model)


DOORS = {
    "check": check,
    "describe": describe_it,
    "recommend": lambda X, y: autometa.recommend(X, y, n=1),
    "search_space": lambda X, y: autometa.search_space("lightgbm", X, y),
    "default_config": lambda X, y: autometa.default_config("lightgbm", X, y),
    "warm_start": warm_started,
    "drop_in": dropped_in,
    "tune": lambda X, y: autometa.tune(X, y, **QUICK).best_pipeline.predict(X),
    "classifier": lambda X, y: autometa.AutoMetaClassifier(**QUICK).fit(X, y).predict(X),
    "regressor": lambda X, y: autometa.AutoMetaRegressor(**QUICK).fit(X, y).predict(X),
}


def hold(door, container, columns, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            X = CONTAINERS[container](columns)
        except Exception:  # a table that its own library cannot hold
            return
        try:
            DOORS[door](X, y)
        except AutoMetaError:
            return


TABLES = st.lists(COLUMN, min_size=1, max_size=3)
TARGETS = st.one_of(
    COLUMN,
    st.sampled_from([[0, 1] * (N // 2), ["u", "v"] * (N // 2), list(np.linspace(0, 1, N))]),
)


@given(st.sampled_from(list(CONTAINERS)), TABLES, TARGETS)
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
def test_the_door_raises_errors_of_ours_only(container, columns, y):
    hold("check", container, columns, y)


@pytest.mark.slow
@pytest.mark.parametrize("door", list(DOORS))
@given(st.sampled_from(list(CONTAINERS)), TABLES, TARGETS)
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_all_doors_raise_errors_of_ours_only(door, container, columns, y):
    hold(door, container, columns, y)


MAIN = """
    import dataclasses, enum, time
    import numpy as np, pandas as pd
    from autometa import tune

    class Color(enum.Enum):
        RED = 1
        BLUE = 2

    @dataclasses.dataclass(frozen=True)
    class Point:
        x: int

    class Bare:
        pass

    class Frame(pd.DataFrame):
        pass

    if __name__ == "__main__":
        rng = np.random.default_rng(0)
        truth = rng.random(60) > 0.5
        cells = [Color.RED if t else Color.BLUE for t in truth]
        X = Frame({"n": rng.normal(size=60)}).assign(c=cells, p=[Point(int(t)) for t in truth])
        X.attrs["owner"] = Bare()
        quick = dict(n_trials=1, algorithms=["decision_tree"], knowledge_base=False, random_state=0)
        result = tune(X, cells, time_budget=30, **quick)
        assert result.score > 0.99, result.notes
        assert result.best_pipeline.predict(X).tolist() == cells
        start = time.monotonic()
        try:
            tune(X.assign(bad=[Bare() for _ in cells]), cells, time_budget=30, **quick)
        except ValueError as error:
            assert "Column 'bad' holds objects of the class 'Bare'" in str(error), error
            assert time.monotonic() - start < 2
            print("held")
"""


@pytest.mark.slow
def test_objects_of_main_reach_workers_as_text_or_are_refused_at_once(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(MAIN))
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(script)], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "held", done.stderr


RATINGS = np.random.default_rng(0).integers(1, 6, 100)
NOISE = pd.DataFrame(np.random.default_rng(1).normal(size=(100, 2)), columns=["a", "b"])


@pytest.mark.filterwarnings("ignore:The target holds 5 whole numbers")
def test_ratings_with_a_metric_of_numbers_are_a_regression():
    metric = "neg_root_mean_squared_error"
    result = autometa.tune(NOISE, RATINGS, metric=metric, **QUICK)
    assert -2.5 < result.score < -1.2
    assert not hasattr(result.best_pipeline, "classes_")
    assert autometa.recommend(NOISE, RATINGS, metric=metric, n=1)[0].task_type == "regression"


@pytest.mark.parametrize(
    "door", [lambda *a, **k: autometa.tune(*a, **k, **QUICK), autometa.recommend]
)
def test_words_with_a_metric_of_numbers_are_refused(door):
    words = np.array(["low", "mid", "high"])[RATINGS % 3]
    with pytest.raises(MetricError, match="does not apply to"):
        door(NOISE, words, metric="r2")


@pytest.mark.slow
def test_a_knowledge_base_may_be_given_by_its_path(tmp_path):
    path = tmp_path / "kb"
    autometa.KnowledgeBase.bundled().save(path)
    assert len(autometa.recommend(NOISE, RATINGS > 2, n=2, knowledge_base=str(path))) == 2


@pytest.mark.parametrize(
    ("knowledge_base", "error"),
    [(False, ParameterError), (5, ParameterError), ("no such folder", KnowledgeBaseError)],
)
def test_what_is_no_knowledge_base_is_refused(knowledge_base, error):
    with pytest.raises(error):
        autometa.recommend(NOISE, RATINGS > 2, knowledge_base=knowledge_base)
