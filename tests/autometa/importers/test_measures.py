"""Which way measures are better, and what they are called here."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autometa.exceptions import KnowledgeBaseError
from autometa.importers._measures import resolve, task_type_of
from autometa.metrics import get_metric


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
        ("neg_rmse", None, -2.0, "neg_root_mean_squared_error", -2.0),
        ("neg_rmse", False, -2.0, "neg_root_mean_squared_error", -2.0),
        ("neg_logloss", None, -0.5, "neg_log_loss", -0.5),
        ("neg_mae", None, -0.5, "neg_mean_absolute_error", -0.5),
        ("scores-neg_log_loss", None, -0.5, "neg_log_loss", -0.5),
        ("mean_test_neg_rmse", None, -0.5, "neg_root_mean_squared_error", -0.5),
        ("neg_oddity", None, -0.5, "neg_oddity", -0.5),
        ("accuracy", True, -0.75, "accuracy", 0.75),
        ("accuracy", None, 75.0, "accuracy", 0.75),
        ("accuracy", True, 25.0, "accuracy", 0.75),
        ("error_rate", None, 25.0, "accuracy", 0.75),
        ("r2", False, -3.0, "r2", -3.0),
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
    value = -1.0 if name.startswith("neg_") else 1.0
    assert resolve(name, None, np.array([value])).note == ""


def test_measures_of_regression_say_so():
    assert task_type_of(["neg_root_mean_squared_error", "r2"]) == "regression"
    assert task_type_of(["neg_log_loss"]) == "classification"
    assert task_type_of(["neg_runtime"]) == "classification"
    assert task_type_of(["neg_smape", "objective"]) == "regression"


@pytest.mark.parametrize(
    ("name", "lower", "values"),
    [
        ("zorp", None, [1.0, 2.0]),
        ("value", None, [1.0, 2.0]),
        ("accuracy", None, [0.9, 87.0]),
        ("accuracy", None, [-3.0, -4.0]),
        ("accuracy", None, [870.0, 920.0]),
        ("roc_auc", None, [0.5, 1.0, 60.0]),
        ("rmse", False, [2.0, 3.0]),
        ("error_rate", False, [0.1, 0.2]),
        ("neg_rmse", True, [-2.0, -3.0]),
        ("neg_log_loss", None, [0.5, 0.7]),
        ("matthews_corrcoef", None, [-3.0, 4.0]),
    ],
)
def test_what_cannot_be_known_is_refused_by_name(name, lower, values):
    with pytest.raises(KnowledgeBaseError, match=f"'{name}'") as refused:
        resolve(name, lower, np.array(values))
    assert "lower_is_better" in str(refused.value)


def test_a_few_values_beyond_the_bounds_are_marked_not_kept():
    values = np.array([0.8, 0.9, -1.0, 0.7, np.nan])
    measure = resolve("accuracy", False, values)
    assert measure.outside(values).tolist() == [False, False, True, False, False]
    np.testing.assert_array_equal(measure.scores(values), [0.8, 0.9, np.nan, 0.7, np.nan])


KNOWN = ("accuracy", "roc_auc", "f1_macro", "r2", "neg_log_loss", "neg_brier_score", "neg_runtime",
         "neg_root_mean_squared_error", "neg_mean_absolute_error", "matthews_corrcoef")  # fmt: skip


@settings(deadline=None)
@given(
    name=st.sampled_from(KNOWN),
    values=st.lists(st.floats(0.02, 0.98), min_size=2, max_size=8),
    spelling=st.sampled_from(["{}", "scores-{}", "mean_test_{}", "CV {}"]),
)
def test_scores_under_our_own_names_are_what_they_were(name, values, spelling):
    """Read back in any spelling, a score of ours is the same score of the same metric."""
    low, high = get_metric(name).low, get_metric(name).high
    scores = -np.array(values) if (low, high) == (-np.inf, 0.0) or low == -2 else np.array(values)
    measure = resolve(spelling.format(name), None, scores)
    assert measure.name == name
    np.testing.assert_allclose(measure.scores(scores), scores)


@settings(deadline=None)
@given(
    values=st.lists(st.floats(1.5, 60.0), min_size=3, max_size=8),
    name=st.sampled_from(["accuracy", "error_rate", "auc", "balanced_error"]),
)
def test_per_cents_and_shares_mean_the_same(values, name):
    percents = np.array(values)
    in_percent, as_shares = resolve(name, None, percents), resolve(name, None, percents / 100)
    assert in_percent.name == as_shares.name
    np.testing.assert_allclose(in_percent.scores(percents), as_shares.scores(percents / 100))
    assert "per cent" in in_percent.note
    assert "per cent" not in as_shares.note
