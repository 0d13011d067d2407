"""Saved models: by whatever fitted them, and what the file says of itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.datasets import load_iris

import autometa
from autometa.exceptions import ModelFileError, ParameterError

INLINE = {"time_budget": None, "knowledge_base": False, "isolate": False, "random_state": 0}


@pytest.fixture(scope="module")
def fitted():
    X, y = load_iris(return_X_y=True, as_frame=True)
    model = autometa.AutoMetaClassifier(algorithms=["naive_bayes"], n_trials=2, **INLINE)
    return X, model.fit(X, y)


def test_a_model_says_what_it_is_by_what_it_was_chosen_and_of_what_it_is_made(fitted, tmp_path):
    X, model = fitted
    autometa.save_model(model, tmp_path / "model")
    info = autometa.model_info(tmp_path / "model")
    assert (info.metric, info.score) == ("neg_log_loss", model.result_.score)
    assert info.score_interval == pytest.approx(model.result_.score_interval)
    assert info.task["task_id"] == model.result_.task.task_id
    assert [member["algorithm"] for member in info.members] == ["naive_bayes"] * len(info.members)
    assert sum(member["weight"] for member in info.members) == pytest.approx(1.0)
    assert (info.n_trials, info.n_runs) == (2, 2)
    assert info.versions["autometa"] == autometa.__version__
    assert info.to_dict()["metric"] == "neg_log_loss"
    loaded = autometa.load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict(X), model.result_.predict(X))


def test_results_estimators_and_pipelines_are_saved_alike(fitted, tmp_path):
    X, model = fitted
    for number, thing in enumerate([model, model.result_, model.best_pipeline_]):
        path = tmp_path / str(number)
        autometa.save_model(thing, path)
        np.testing.assert_array_equal(autometa.load_model(path).predict(X), model.predict(X))
    bare = autometa.model_info(tmp_path / "2")
    assert (bare.metric, bare.members, math.isnan(bare.score)) == (None, [], True)


def test_what_is_no_model_is_refused(tmp_path):
    with pytest.raises(ParameterError, match="save_model needs a TuneResult"):
        autometa.save_model({"a": "dict"}, tmp_path / "model")
    path = tmp_path / "note.txt"
    path.write_text("no model")
    with pytest.raises(ModelFileError, match="must be a model written by autometa"):
        autometa.model_info(path)
