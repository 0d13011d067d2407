"""Targets with a long tail: logarithms, and objectives of counts, as hyperparameter `target`."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import mean_poisson_deviance

from autometa.algorithms import algorithms_for, get_algorithm
from autometa.algorithms._few_rows import model_step
from autometa.algorithms._target import LogScaler, PositiveScaler
from autometa.exceptions import ParameterError
from autometa.tables import check_table

QUICK = {
    "lightgbm": {"n_estimators": 50},
    "xgboost": {"n_estimators": 50},
    "hist_gradient_boosting": {"max_iter": 50},
    "catboost": {"iterations": 50},
    "ridge": {},
}
PAIRS = [
    (name, target)
    for name in QUICK
    if get_algorithm(name).is_installed
    for target in get_algorithm(name).targets
    if target != "identity"
]


def counts(n: int = 400) -> tuple[pd.DataFrame, np.ndarray]:
    """Return counts whose mean is exp(1.5 x)."""
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 2, n)
    X = pd.DataFrame({"x": x, "noise": rng.normal(size=n)})
    return X, rng.poisson(np.exp(1.5 * x)).astype(float)


@pytest.mark.parametrize(("name", "target"), PAIRS)
def test_predictions_of_counts_are_never_below_zero_and_follow_the_mean(name, target):
    X, y = counts()
    model = get_algorithm(name).build({**QUICK[name], "target": target}, "regression", n_rows=400)
    predicted = clone(model).fit(X[:300], y[:300]).predict(X[300:])
    assert predicted.min() >= 0
    assert np.corrcoef(predicted, np.exp(1.5 * X["x"][300:]))[0, 1] > 0.9


@pytest.mark.parametrize("name", [name for name, target in PAIRS if target == "poisson"])
def test_an_objective_of_counts_predicts_the_mean_and_a_logarithm_less(name):
    """Of a target whose mean is twice its median, on rows that nothing tells apart."""
    rng = np.random.default_rng(1)
    X, y = pd.DataFrame({"x": rng.normal(size=2_000)}), rng.lognormal(0.0, 1.2, 2_000)
    means = {}
    for target in ("log", "poisson"):
        model = get_algorithm(name).build({**QUICK[name], "target": target}, "regression")
        means[target] = model.fit(X, y).predict(X).mean()
    assert means["poisson"] == pytest.approx(y.mean(), rel=0.1)
    assert means["log"] < 0.75 * y.mean()


@pytest.mark.parametrize(("name", "target"), PAIRS)
@pytest.mark.parametrize("kind", ["negative", "zeros"])
def test_any_target_can_be_fitted(name, target, kind):
    """Advice may come from a table of counts, and a fold may hold zeros alone."""
    if (name, kind) == ("catboost", "zeros"):
        return  # it refuses targets that are all equal, whatever their form
    X, y = counts(120)
    y = y - 50.0 if kind == "negative" else np.zeros(120)
    model = get_algorithm(name).build({**QUICK[name], "target": target}, "regression", n_rows=120)
    predicted = model.fit(X, y).predict(X)
    low, high = (y.min() - 1, 2 * y.max() + 60) if kind == "negative" else (-1e-6, 1e-6)
    assert low <= predicted.min() <= predicted.max() <= high


@pytest.mark.parametrize(
    "values",
    [[0.0, 1.0, 5.0], [0.5, 2.0, 80.0], [-3.0, 0.0, 4.0], [0.0, 0.0, 0.0], [0.0, 0.25, 7.5]],
)
@pytest.mark.parametrize("kind", [LogScaler, PositiveScaler])
def test_a_transformed_target_comes_back(kind, values):
    y = np.array(values)[:, None]
    scaler = kind().fit(y)
    transformed = scaler.transform(y)
    np.testing.assert_allclose(scaler.inverse_transform(transformed), y, atol=1e-12)
    if kind is PositiveScaler:
        assert transformed.min() >= 0
        assert transformed.mean() == pytest.approx(1.0)


def test_logarithms_do_not_run_away():
    """A linear model of logarithms would predict 1e40 for a row far out."""
    scaler = LogScaler().fit(np.exp(np.linspace(0.0, 4.0, 50))[:, None])
    spread = np.linspace(0.0, 4.0, 50).std()
    assert scaler.inverse_transform([[99.0]])[0, 0] == pytest.approx(np.exp(4.0 + spread))
    assert scaler.inverse_transform([[-1e9]])[0, 0] == 0.0


@pytest.mark.parametrize(("name", "target"), PAIRS)
def test_one_row_is_predicted_as_many_are(name, target):
    X, y = counts(150)
    table = check_table(X, y)
    model = get_algorithm(name).build({**QUICK[name], "target": target}, "regression", n_rows=150)
    model.fit(table.X, y)
    encoded = np.asarray(model[:-1].transform(table.X), "float64")
    step = model_step(model[-1], [None] * encoded.shape[1])
    if step is not None:
        np.testing.assert_allclose(step(encoded), model.predict(table.X), rtol=1e-6)


def test_objectives_of_counts_have_the_smaller_deviance():
    X, y = counts(600)
    found = {}
    for target in ("identity", "poisson"):
        config = {"n_estimators": 100, "target": target}
        model = get_algorithm("lightgbm").build(config, "regression").fit(X[:400], y[:400])
        found[target] = mean_poisson_deviance(y[400:], np.maximum(model.predict(X[400:]), 1e-6))
    assert found["poisson"] < found["identity"]


def test_a_form_that_an_algorithm_lacks_is_refused():
    with pytest.raises(ParameterError, match=r"'ridge' must be one of identity, log\. Got 'gamma'"):
        get_algorithm("ridge").build({"target": "gamma"}, "regression")
    with pytest.raises(ParameterError, match="Unknown: \\['target'\\]"):
        get_algorithm("lightgbm").build({"target": "log"}, "binary")


def test_spaces_and_setups_are_what_they_were_without_a_long_tail():
    for algorithm in algorithms_for("regression"):
        assert "target" not in algorithm.space("regression")
        assert all("target" not in config for config in algorithm.setups("regression").values())
        assert algorithm.space("regression", True)["target"].choices == algorithm.targets
    assert "target" not in get_algorithm("lightgbm").space("binary", True)
