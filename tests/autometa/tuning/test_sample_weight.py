"""Weights of rows reach every fit, score and choice, at every door."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.datasets import make_classification, make_regression
from sklearn.model_selection import cross_validate

from autometa import AutoMetaClassifier, AutoMetaRegressor, recommend, tune
from autometa.algorithms import algorithms_for, every_algorithm, get_algorithm
from autometa.exceptions import ParameterError
from autometa.tables import check_table

QUICK = {
    "time_budget": None,
    "n_trials": 3,
    "random_state": 0,
    "knowledge_base": False,
    "isolate": False,
}
FEW = ["ridge", "decision_tree", "elastic_net"]


@pytest.fixture(scope="module")
def regression():
    X, y = make_regression(120, 5, noise=20, random_state=0)
    return pd.DataFrame(X).add_prefix("c"), y


@pytest.fixture(scope="module")
def two_worlds():
    """Half of the rows say the opposite of the others, and count for next to nothing."""
    X, y = make_classification(300, 5, n_informative=4, n_redundant=0, random_state=0)
    weights = np.where(np.arange(300) % 2, 1.0, 0.001)
    return pd.DataFrame(X).add_prefix("c"), np.where(np.arange(300) % 2, y, 1 - y), weights


@pytest.mark.parametrize("algorithm", [a.name for a in every_algorithm() if a.is_installed])
def test_an_algorithm_takes_weights_as_it_says(algorithm, two_worlds):
    X, y, weights = two_worlds
    own = get_algorithm(algorithm)
    task_type = "binary" if "classification" in own.spaces else "regression"
    table = check_table(X, y if task_type == "binary" else y + 0.1 * X["c0"], task_type)
    weighted = check_table(X, table.labels, task_type, sample_weight=weights)
    config = next(iter(own.setups(task_type).values()))

    def fitted(on):
        model = own.build(config, task_type, 0, n_rows=300)
        return on.fit(model, on.X).predict(on.X)

    if not own.takes_weights:
        assert algorithm not in [a.name for a in algorithms_for(task_type, is_weighted=True)]
        with pytest.raises(TypeError):
            fitted(weighted)
        return
    heavy = weights == 1
    target = weighted.y[heavy]
    error = {
        on: np.abs(fitted(table_)[heavy] - target).mean()
        for on, table_ in (("all alike", table), ("weighted", weighted))
    }
    assert error["weighted"] < error["all alike"] + 1e-9


def test_the_scores_are_weighted_means(regression):
    X, y = regression
    weights = np.random.default_rng(0).integers(1, 5, len(y)).astype(float)
    result = tune(X, y, sample_weight=weights, algorithms=FEW, **QUICK)
    rows = result.oof_predictions()
    used = weights / weights.mean()
    for trial, score in zip(
        result.leaderboard()["trial"], result.leaderboard()["score"], strict=True
    ):
        own = rows[rows["trial"] == trial]
        by_fold = [
            -np.sqrt(np.average((y[f["row"]] - f["prediction"]) ** 2, weights=used[f["row"]]))
            for _, f in own.groupby("fold")
        ]
        assert score == pytest.approx(np.mean(by_fold), rel=1e-6)


@pytest.fixture(scope="module")
def mixed():
    """Return a table with categories, its target of numbers, and rows that must teach nothing."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=200), "b": rng.integers(0, 9, 200)})
    X["c"] = pd.Categorical(rng.choice(["p", "q"], 200), categories=["p", "q", "never"])
    X["day"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 90, 200), "D")
    wild = pd.DataFrame({"a": np.full(60, 1e9), "b": -(10**9), "c": "never", "day": pd.NaT})
    wild["c"] = wild["c"].astype(X["c"].dtype)
    return X, X["a"] + (X["c"] == "p") + 0.3 * rng.normal(size=200), wild


@pytest.mark.parametrize(
    ("task", "weights"),
    [
        ("numbers", "alike"),
        ("classes", "uneven"),
        pytest.param("numbers", "uneven", marks=pytest.mark.slow),
        pytest.param("classes", "alike", marks=pytest.mark.slow),
    ],
)
def test_rows_of_weight_0_teach_nothing(mixed, task, weights):
    """As without them: model, score, threshold, intervals, levels and advice, in any order."""
    X, y, wild = mixed
    odd = pd.Series(1e12 if task == "numbers" else "odd", index=wild.index)
    y = y if task == "numbers" else pd.Series(np.where(y > 1.2, "yes", "no"))
    own = None if weights == "alike" else np.random.default_rng(2).uniform(0.5, 2, len(y))
    order = np.random.default_rng(1).permutation(260)
    both = pd.concat([X, wild], ignore_index=True).iloc[order]
    all_y = pd.concat([y, odd], ignore_index=True).iloc[order]
    all_weights = np.append(np.ones(200) if own is None else own, np.zeros(60))[order]
    counted = order[order < 200]
    asked = {"metric": "r2"} if task == "numbers" else {"metric": "f1"}
    models = FEW if task == "numbers" else ["logistic_regression", "decision_tree", "naive_bayes"]
    own = None if own is None else own[counted]
    plain = tune(
        X.iloc[counted], y.iloc[counted], sample_weight=own, algorithms=models, **QUICK | asked
    )
    weighted = tune(both, all_y, sample_weight=all_weights, algorithms=models, **QUICK | asked)
    assert weighted.score == plain.score
    assert weighted.score_interval == plain.score_interval
    assert weighted.decision == plain.decision
    new = pd.concat([X, wild.assign(a=0.0)], ignore_index=True)
    assert np.array_equal(weighted.predict(new), plain.predict(new))
    ask = "predict_interval" if task == "numbers" else "predict_set"
    assert np.array_equal(getattr(weighted, ask)(new), getattr(plain, ask)(new))
    rows = weighted.oof_predictions()
    assert rows["row"].nunique() == 260
    if task == "numbers":
        assert set(rows[rows["prediction"].isna()]["row"]) == set(np.flatnonzero(order >= 200))
    advice = [
        [(one.algorithm, one.config) for one in recommend(*table, sample_weight=w, n=9)]
        for table, w in (((X.iloc[counted], y.iloc[counted]), own), ((both, all_y), all_weights))
    ]
    assert advice[0] == advice[1]


def test_weights_of_0_and_1_leave_out_no_algorithm_and_the_script_leaves_out_the_rows(
    mixed, tmp_path
):
    X, y, _ = mixed
    table = X.drop(columns="day").assign(w=np.arange(200) % 2, y=np.round(y, 6))
    table["c"] = table["c"].astype(str)
    table.to_csv(tmp_path / "table.csv", index=False)
    neighbors = QUICK | {"n_trials": 1, "algorithms": ["nearest_neighbors"]}
    result = tune(table, "y", sample_weight="w", **neighbors)
    counted = table[table["w"] == 1].drop(columns="w")
    assert result.score == tune(counted, "y", **neighbors).score
    made = {"__name__": "made"}
    exec(compile(result.code(str(tmp_path / "table.csv")), "made.py", "exec"), made)
    model, words = made["fit"](made["read"]())
    predicted = model.predict(made["prepare"](made["read"](), words))
    np.testing.assert_allclose(predicted, result.predict(table), rtol=1e-9)


def test_a_factor_changes_nothing(regression):
    X, y = regression
    weights = np.random.default_rng(2).uniform(0.5, 2, len(y))
    one, other = (
        tune(X, y, sample_weight=factor * weights, algorithms=FEW, **QUICK) for factor in (1, 1e-6)
    )
    assert one.score == other.score
    assert np.array_equal(one.best_pipeline.predict(X), other.best_pipeline.predict(X))


@pytest.mark.slow
def test_what_cannot_weigh_rows_is_left_out_and_refused_by_name(regression):
    X, y = regression
    weights = np.arange(1.0, len(y) + 1)
    result = tune(X, y, sample_weight=weights, **QUICK)
    assert any("nearest_neighbors, which cannot weigh rows" in note for note in result.notes)
    advice = recommend(X, y, sample_weight=weights, n=200)
    assert "nearest_neighbors" not in {setup.algorithm for setup in advice}
    with pytest.raises(ParameterError, match="weighted regression tasks"):
        tune(X, y, sample_weight=weights, algorithms=["nearest_neighbors"], **QUICK)
    with pytest.raises(ParameterError, match="Name the column that has them"):
        result.code()
    with pytest.raises(ParameterError, match="a run whose rows count alike"):
        tune(X, y, algorithms=["ridge"], **QUICK | {"n_trials": 1}).code(weights="w")


@pytest.mark.parametrize("decision", [None, 0.3])
def test_the_script_of_a_weighted_run_predicts_what_its_pipeline_does(
    regression, decision, tmp_path
):
    X, y = regression
    rng = np.random.default_rng(0)
    y = np.round(y, 6) if decision is None else np.where(y > 0, "high", "low")
    table = X.assign(w=rng.integers(0, 5, len(y)) / 4, y=y, kind=rng.choice(["a", "b"], len(y)))
    table.to_csv(tmp_path / "table.csv", index=False)
    table = pd.read_csv(tmp_path / "table.csv")
    more = {"algorithms": FEW} if decision is None else {"tune_threshold": decision}
    more = {"algorithms": ["logistic_regression", "decision_tree"]} | more
    X = table.drop(columns="y")
    result = tune(X, table["y"], sample_weight="w", target="y", **QUICK | more)
    source = result.code(str(tmp_path / "table.csv"))
    made = {"__name__": "made"}
    exec(compile(source, "made.py", "exec"), made)
    model, words = made["fit"](made["read"]())
    predicted = model.predict(made["prepare"](made["read"](), words))
    expected = result.best_pipeline.predict(X.drop(columns="w"))
    if decision is not None:
        assert (predicted == expected).all()
        shares = model.predict_proba(made["prepare"](made["read"](), words))
        predicted, expected = shares, result.best_pipeline.predict_proba(X.drop(columns="w"))
    np.testing.assert_allclose(predicted, expected, rtol=1e-6)
    assert "autometa" not in source.replace("found by autometa", "")


@pytest.mark.slow
def test_each_of_several_outputs_is_weighted(regression):
    """As if each had been asked about alone, whether it is numbers or classes."""
    X, y = regression
    weights = np.random.default_rng(3).integers(0, 4, len(y)).astype(float)
    few = QUICK | {"n_trials": 2, "algorithms": ["decision_tree"]}
    numbers = pd.DataFrame({"one": y, "two": X["c0"] - y})
    labels = (numbers > 0).astype(int)
    for outputs in (numbers, labels):
        both = tune(X, outputs, sample_weight=weights, **few)
        for name in outputs:
            alone = tune(X, outputs[name], sample_weight=weights, **few)
            assert both.outputs[name].is_weighted
            assert both.outputs[name].score == pytest.approx(alone.score)
    plain = tune(X, numbers, **few)
    assert plain.score != tune(X, numbers, sample_weight=weights, **few).score


def test_a_column_of_weights_is_not_learnt_from(regression):
    X, y = regression
    weights = np.random.default_rng(2).uniform(0.5, 2, len(y))
    model = AutoMetaRegressor(algorithms=FEW, **QUICK).fit(
        X.assign(w=weights), y, sample_weight="w"
    )
    by_values = AutoMetaRegressor(algorithms=FEW, **QUICK).fit(X, y, sample_weight=weights)
    assert np.array_equal(model.predict(X), by_values.predict(X))
    assert np.array_equal(model.predict(X.assign(w=1.0)), by_values.predict(X))


@pytest.mark.slow
def test_metadata_routing_brings_weights_to_fits_and_scores(two_worlds):
    X, y, weights = two_worlds
    quick = QUICK | {"n_trials": 1, "algorithms": ["svm"]}
    with sklearn.config_context(enable_metadata_routing=True):
        model = AutoMetaClassifier(**quick).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=True)
        routed = cross_validate(
            model, X, y, cv=2, params={"sample_weight": weights}, return_estimator=True
        )
    assert all(fitted.result_.is_weighted for fitted in routed["estimator"])
    plain = cross_validate(AutoMetaClassifier(**quick), X, y, cv=2)
    assert routed["test_score"].mean() > plain["test_score"].mean() + 0.2
