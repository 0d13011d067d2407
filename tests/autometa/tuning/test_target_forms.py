"""Forms of a target with a long tail in `tune`: which are tried, and what is kept of them."""

from __future__ import annotations

import json
import runpy

import numpy as np
import pandas as pd
import pytest

from autometa import tune
from autometa.tables import check_table
from autometa.tuning.scheduling._plan import (
    Candidate,
    as_of_today,
    preset_candidates,
    searches_target,
)
from autometa.tuning.scheduling._target_forms import with_target_forms

NAMES = ("lightgbm", "ridge", "hist_gradient_boosting", "nearest_neighbors")


def table_of(y):
    return check_table(pd.DataFrame({"x": np.arange(float(len(y)))}), y, "regression")


def long_tail(n: int = 60):
    return np.random.default_rng(0).lognormal(0.0, 1.2, n)


def plan_of(*names: str) -> list[Candidate]:
    presets = preset_candidates("regression", NAMES)
    return [next(c for c in presets if c.algorithm == name) for name in names]


def forms(plan: list[Candidate]) -> list[tuple[str, str]]:
    return [(c.algorithm, c.config["target"]) for c in plan]


def test_the_first_algorithm_comes_in_each_form_and_two_more_in_the_one_that_suits():
    plan = plan_of("lightgbm", "ridge", "hist_gradient_boosting", "nearest_neighbors")
    by_rmse = with_target_forms(plan, table_of(long_tail()), "neg_root_mean_squared_error")
    assert forms(by_rmse) == [
        ("lightgbm", "identity"),
        ("lightgbm", "tweedie"),
        ("lightgbm", "poisson"),
        ("lightgbm", "log"),
        ("ridge", "identity"),
        ("ridge", "log"),
        ("hist_gradient_boosting", "identity"),
        ("hist_gradient_boosting", "poisson"),
        ("nearest_neighbors", "identity"),
    ]
    by_mae = with_target_forms(plan, table_of(long_tail()), "neg_mean_absolute_error")
    assert forms(by_mae)[1] == ("lightgbm", "log")
    assert forms(by_mae)[7] == ("hist_gradient_boosting", "log")


def test_a_plan_that_has_them_already_stays_as_it_is():
    table = table_of(long_tail())
    once = with_target_forms(plan_of("lightgbm", "ridge"), table, "r2")
    assert with_target_forms(once, table, "r2") == once


@pytest.mark.parametrize(
    "y", [np.linspace(0, 1, 60), long_tail() - 5.0, np.random.default_rng(0).normal(9, 1, 60)]
)
def test_plans_of_other_targets_are_left_alone(y):
    plan = plan_of("lightgbm", "ridge")
    assert with_target_forms(plan, table_of(y), "r2") == plan


def test_a_deviance_is_searched_for_whatever_the_skewness():
    even = table_of(np.linspace(0, 1, 60))
    assert not searches_target(even, "r2")
    assert searches_target(even, "neg_mean_poisson_deviance")
    assert not searches_target(table_of(np.linspace(-1, 1, 60)), "neg_mean_poisson_deviance")


def test_what_is_remembered_of_another_table_has_a_form_only_where_it_is_searched():
    remembered = {"alpha": 2.0, "target": "log"}
    assert "target" not in as_of_today("ridge", remembered, "regression")
    assert as_of_today("ridge", remembered, "regression", True)["target"] == "log"


@pytest.fixture(scope="module")
def found():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.normal(size=120)})
    y = pd.Series(rng.poisson(np.exp(1.3 * X["x"])), name="y", dtype=float)
    result = tune(
        X,
        y,
        metric="neg_mean_absolute_error",
        task_type="regression",
        algorithms=["ridge"],
        time_budget=None,
        n_trials=2,
        random_state=0,
        knowledge_base=False,
        isolate=False,
    )
    return X, y, result


def test_the_logarithm_is_tried_second_and_scores_are_in_the_unit_of_the_target(found):
    _, y, result = found
    board = result.leaderboard().sort_values("trial")
    assert [config["target"] for config in board["config"]] == ["identity", "log"]
    assert board["score"].iloc[1] > board["score"].iloc[0]
    held_out = result.oof_predictions()
    held_out = held_out[held_out["trial"] == board["trial"].iloc[1]]
    errors = (held_out["prediction"] - y.to_numpy()[held_out["row"]]).abs()
    folds = errors.groupby(held_out["fold"].to_numpy()).mean()
    assert board["score"].iloc[1] == pytest.approx(-folds.mean())


def test_setups_with_the_target_as_it_is_are_kept_under_the_name_they_had(found):
    *_, result = found
    configs = [json.loads(config) for config in result.runs()["config"].drop_duplicates()]
    assert [config.get("target") for config in configs] == [None, "log"]


def test_a_script_rebuilds_the_pipeline_without_autometa(found, tmp_path):
    X, y, result = found
    file = tmp_path / "t.csv"
    X.assign(y=y).to_csv(file, index=False)
    source = result.code(str(file))
    assert "class LogScaler(StandardScaler)" in source
    assert "import autometa" not in source
    assert "from autometa" not in source
    path = tmp_path / "train.py"
    path.write_text(source)
    made = runpy.run_path(str(path))
    model, words = made["fit"](made["read"]())
    predicted = model.predict(made["prepare"](X, words))
    np.testing.assert_allclose(predicted, result.best_pipeline.predict(X), rtol=1e-9)
