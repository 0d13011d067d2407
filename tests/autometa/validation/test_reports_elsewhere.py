"""What users of other libraries met with groups, time and targets: each tried here.

The issues are public: FLAML 226, 887, 1383, 1384 and 1553, AutoGluon 1293 and 4257, scikit-lego
193, sktime 4886, mljar-supervised 401 and 491, pycaret 1417 and 3758.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

from autometa import tune
from autometa.algorithms import get_algorithm
from autometa.tables import check_table
from autometa.validation import ValidationRequest

N, PER_MATCH = 120, 6
INLINE = {
    "time_budget": None,
    "n_trials": 1,
    "knowledge_base": False,
    "isolate": False,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def matches():
    """Return rows of 20 matches whose outcome is theirs alone: nothing tells of new ones."""
    rng = np.random.default_rng(0)
    who = np.repeat(np.arange(N // PER_MATCH), PER_MATCH)
    X = pd.DataFrame(rng.normal(size=(20, 3))[who] + 0.01 * rng.normal(size=(N, 3)))
    X.columns = list("abc")
    return X, pd.Series(rng.normal(size=20)[who]), pd.Series([f"match {i}" for i in who])


def folds_of(X, y, **asked):
    table = check_table(X, y, validation=ValidationRequest(**asked))
    return table, table.validation.folds(table.y, table.task_type, 4)


def test_groups_of_text_hold_for_classes_too(matches):
    """FLAML 226: they had no effect on classification, and scores were too good."""
    X, y, who = matches
    options = {"metric": "balanced_accuracy", "algorithms": ["nearest_neighbors"], **INLINE}
    y = (y > 0).map({True: "won", False: "lost"})
    shuffled = tune(X, y, cv="shuffled", **options)
    grouped = tune(X, y, groups=who, **options)
    assert shuffled.score > 0.95
    assert grouped.score < 0.75
    assert grouped.validation["kind"] == "group"


def test_an_index_that_is_left_from_an_earlier_split_changes_nothing(matches):
    """FLAML 1384: a KeyError, unless the index was reset."""
    X, y, who = matches
    order = np.random.default_rng(1).permutation(N)[:90]
    left = [part.iloc[order] for part in (X, y, who)]
    reset = [part.reset_index(drop=True) for part in left]
    _, ours = folds_of(*left[:2], groups=left[2])
    _, theirs = folds_of(*reset[:2], groups=reset[2])
    assert [t.tolist() for _, t in ours] == [t.tolist() for _, t in theirs]


@pytest.mark.parametrize("asked", ["groups", "timestamps"])
def test_weights_go_with_groups_and_with_time(matches, asked):
    """FLAML 887 and 1553: weights were split twice, or missing at the last fit."""
    X, y, who = matches
    values = {"groups": who, "timestamps": np.arange(N)}
    weights = np.linspace(0.5, 2.0, N)
    result = tune(
        X, y, algorithms=["ridge"], sample_weight=weights, **{asked: values[asked]}, **INLINE
    )
    assert np.isfinite(result.score)
    assert len(result.predict(X)) == N


@pytest.mark.skipif(not get_algorithm("catboost").is_installed, reason="CatBoost is not installed")
def test_catboost_is_fitted_where_there_are_groups(matches):
    """FLAML 1383: groups were handed to its fit, which does not take them."""
    X, y, who = matches
    table = check_table(X, y, validation=ValidationRequest(groups=who))
    model = get_algorithm("catboost").build({"iterations": 50}, "regression")
    assert len(table.fit(model, table.X).predict(table.X)) == N


@pytest.mark.parametrize("index", ["shuffled", "equal"])
def test_rows_in_any_order_are_held_out_by_time(matches, index):
    """AutoGluon 4257: training had later rows. scikit-lego 193: equal labels of an index."""
    X, y, _ = matches
    order = np.random.default_rng(2).permutation(N)
    days = pd.Series(pd.date_range("2024-01-01", periods=N)).iloc[order]
    X, y = X.iloc[order], y.iloc[order]
    if index == "equal":
        X, y, days = (part.set_axis(np.ones(N), axis=0) for part in (X, y, days))
    table, folds = folds_of(X, y, timestamps=days)
    times = days.to_numpy()
    assert len(folds) == 4
    for train, test in folds:
        assert times[train].max() < times[test].min()
    np.testing.assert_allclose(table.y, y.to_numpy())


def test_the_last_moment_is_held_out_when_time_is_counted_from_a_start(matches):
    """sktime 4886: with such an index the last fold was missing."""
    X, y, _ = matches
    _, folds = folds_of(X, y, timestamps=pd.to_timedelta(np.arange(N), unit="h"))
    assert max(int(test.max()) for _, test in folds) == N - 1


def test_one_part_that_is_held_out_is_what_the_score_is_of(matches):
    """mljar-supervised 401 and 491: rows far from those of training, and no other."""
    X, y, _ = matches
    train, test = np.arange(75), np.arange(100, N)
    result = tune(
        X,
        y,
        metric="r2",
        algorithms=["ridge"],
        cv=[(train, test)],
        task_type="regression",
        **INLINE,
    )
    held_out = result.oof_predictions().dropna(subset=["prediction"])
    assert sorted(set(held_out["row"])) == test.tolist()
    own = held_out[held_out["trial"].notna()]
    assert result.score == pytest.approx(r2_score(y.iloc[own["row"]], own["prediction"]))


def test_weights_of_the_ensemble_stay_with_their_members(matches):
    """AutoGluon 1293: after fitting on all rows they were those of other members."""
    X, y, who = matches
    signal = y + X["a"] ** 2 + 2 * X["b"]
    options = INLINE | {"n_trials": 4}
    result = tune(X, signal, groups=who, algorithms=["ridge", "decision_tree"], **options)
    board = result.leaderboard().set_index("trial")
    members = board[board["weight"] > 0]
    assert members["weight"].sum() == pytest.approx(1.0)
    expected = np.zeros(N)
    table = check_table(X, signal, validation=ValidationRequest(groups=who))
    for _, row in members.iterrows():
        model = get_algorithm(row["algorithm"]).build(row["config"], "regression", n_rows=N)
        assert not isinstance(model[-1], Ridge)  # the target is scaled around it
        expected += row["weight"] * table.fit(model, table.X).predict(table.X)
    np.testing.assert_allclose(result.predict(X), expected, rtol=0.2, atol=0.2)


def test_counts_with_zeros_have_logarithms_and_scores_in_their_own_unit():
    """pycaret 1417: only values above 0 were taken; 3758: scores were those of logarithms."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.normal(size=N)})
    y = pd.Series(rng.poisson(np.exp(1.5 * X["x"])), dtype=float)
    assert (y == 0).any()
    options = INLINE | {"n_trials": 2}
    result = tune(X, y, metric="mae", task_type="regression", algorithms=["ridge"], **options)
    board = result.leaderboard()
    (log,) = board.loc[[c.get("target") == "log" for c in board["config"]], "score"]
    guess = -np.abs(y - y.median()).mean()
    assert guess < log < 0.0
    assert -log > 0.1 * y.mean()  # of logarithms it would be a tenth of it
