"""Several outputs: each has its own search, and one model predicts them all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor

from autometa import AutoMetaClassifier, AutoMetaRegressor, load_model, tune
from autometa.exceptions import DatasetError, ParameterError

INLINE = {
    "time_budget": None,
    "n_trials": 1,
    "knowledge_base": False,
    "isolate": False,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def numbers():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(200, 3)), columns=list("abc"))
    y = pd.DataFrame({"up": X["a"] + 0.1 * rng.normal(size=200), "down": -2 * X["b"]})
    return X, y


@pytest.fixture(scope="module")
def result(numbers):
    return tune(*numbers, algorithms=["ridge"], **INLINE)


def test_one_model_predicts_every_output(numbers, result, tmp_path):
    X, y = numbers
    assert isinstance(result.best_pipeline, MultiOutputRegressor)
    predicted = result.predict(X)
    assert predicted.shape == (200, 2)
    assert r2_score(y, predicted, multioutput="raw_values").min() > 0.9
    for i, name in enumerate(y):
        np.testing.assert_array_equal(predicted[:, i], result.outputs[name].predict(X))
    result.save(tmp_path / "model")
    np.testing.assert_array_equal(load_model(tmp_path / "model").predict(X), predicted)


def test_the_score_is_the_mean_over_outputs(result):
    scores = [one.score for one in result.outputs.values()]
    assert result.score == pytest.approx(np.mean(scores))
    board = result.leaderboard()
    assert board["output"].tolist() == ["up", "down"]
    assert board["score"].tolist() == pytest.approx(scores)
    assert set(result.runs()["task_id"]) == {o.task.task_id for o in result.outputs.values()}
    assert result.outputs["down"].task.target == "down"
    assert any("Each of 2 outputs" in note for note in result.notes)


def test_each_output_has_its_intervals(numbers, result):
    X, y = numbers
    ends = result.predict_interval(X)
    assert ends.shape == (200, 2, 2)
    inside = (ends[:, :, 0] <= y) & (y <= ends[:, :, 1])
    assert inside.to_numpy().mean(axis=0).min() > 0.85
    with pytest.raises(ParameterError, match="A script is of one output"):
        result.code()


def test_labels_of_several_kinds_are_told_apart(numbers):
    X, _ = numbers
    y = np.column_stack([X["a"] > 0, X["b"] > 0.5]).astype(int)
    model = AutoMetaClassifier(algorithms=["naive_bayes"], **INLINE).fit(X, y)
    assert isinstance(model.best_pipeline_, MultiOutputClassifier)
    assert [classes.tolist() for classes in model.classes_] == [[0, 1], [0, 1]]
    assert (model.predict(X) == y).mean(axis=0).min() > 0.85
    assert [p.shape for p in model.predict_proba(X)] == [(200, 2), (200, 2)]
    assert [s.shape for s in model.predict_set(X)] == [(200, 2), (200, 2)]


def test_the_regressor_takes_an_array_of_outputs(numbers):
    X, y = numbers
    model = AutoMetaRegressor(algorithms=["ridge"], **INLINE).fit(X.to_numpy(), y.to_numpy())
    assert model.score(X.to_numpy(), y.to_numpy()) > 0.9
    assert list(model.result_.outputs) == ["y0", "y1"]


def test_outputs_that_do_not_go_together_are_refused_before_any_search(numbers):
    X, y = numbers
    mixed = y.assign(down=np.where(y["down"] > 0, "yes", "no"))
    with pytest.raises(DatasetError, match=r"classes in \['down'\] and numbers in \['up'\]"):
        tune(X, mixed, **INLINE)
    with pytest.raises(DatasetError, match="different names"):
        tune(X, y.set_axis(["up", "up"], axis=1), **INLINE)
