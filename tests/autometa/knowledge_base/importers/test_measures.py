"""Which way measures are better, and what they are called here."""

from __future__ import annotations

import numpy as np
import pytest

from autometa.knowledge_base.importers._measures import resolve, task_type_of


@pytest.mark.parametrize(
    ("name", "lower", "value", "scorer", "score"),
    [
        ("predictive_accuracy", False, 0.9, "accuracy", 0.9),
        ("accuracy", None, 0.9, "accuracy", 0.9),
        ("accuracy", True, 0.25, "accuracy", 0.75),
        ("balanced_error", None, 0.25, "balanced_accuracy", 0.75),
        ("Error Rate", None, 0.25, "accuracy", 0.75),
        ("auc", True, 0.25, "roc_auc", 0.75),
        ("r2", True, 1.5, "r2", -0.5),
        ("rmse", None, 2.0, "neg_root_mean_squared_error", -2.0),
        ("rmse", True, 2.0, "neg_root_mean_squared_error", -2.0),
        ("rmse", None, -2.0, "neg_root_mean_squared_error", -2.0),
        ("neg_log_loss", None, -0.5, "neg_log_loss", -0.5),
        ("neg_log_loss", False, -0.5, "neg_log_loss", -0.5),
        ("neg_log_loss", True, 0.5, "neg_log_loss", -0.5),
        ("val_accuracy", None, 0.5, "accuracy", 0.5),
        ("runtime", True, 3.0, "neg_runtime", -3.0),
        ("fitness", False, 3.0, "fitness", 3.0),
        ("loss", None, 3.0, "neg_loss", -3.0),
        ("fitness", None, 3.0, "fitness", 3.0),
    ],
)
def test_values_become_scores(name, lower, value, scorer, score):
    values = np.array([value])
    measure = resolve(name, lower, values)
    assert measure.name == scorer
    assert measure.scores(values)[0] == pytest.approx(score)


@pytest.mark.parametrize("name", ["loss", "fitness", "search_time"])
def test_a_guess_is_told(name):
    assert f"'{name}' was taken as" in resolve(name, None, np.array([1.0])).note


@pytest.mark.parametrize("name", ["accuracy", "rmse", "neg_log_loss"])
def test_what_is_known_is_not_told(name):
    assert resolve(name, None, np.array([1.0])).note == ""


def test_measures_of_regression_say_so():
    assert task_type_of(["neg_root_mean_squared_error", "r2"]) == "regression"
    assert task_type_of(["neg_log_loss"]) == "classification"
    assert task_type_of(["neg_runtime"]) == "classification"
