"""Every entry of the catalogue keeps its promises; one more entry is one more metric."""

from __future__ import annotations

from collections import Counter

import pytest
from sklearn.metrics import get_scorer_names

from autometa.exceptions import MetricError
from autometa.metrics import (
    by_closeness,
    check_metric,
    every_metric,
    get_metric,
    measured_metrics,
)
from autometa.metrics._catalogue import RELATED_FAMILIES
from autometa.tables import TASK_TYPES
from autometa.testing import MetricContract


class TestEveryMetric(MetricContract):
    metrics = tuple(every_metric().values())


def test_every_scorer_of_scikit_learn_has_bounds():
    for name in get_scorer_names():
        metric = get_metric(name)
        assert (metric.low, metric.high) != (-float("inf"), float("inf")), name


def test_a_name_means_one_metric():
    names = Counter(list(every_metric()))
    for metric in every_metric().values():
        names.update([*metric.aliases, *metric.complements])
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("task_type", TASK_TYPES)
def test_places_of_measured_metrics_are_all_taken_once(task_type):
    places = [m.measured[task_type] for m in every_metric().values() if task_type in m.measured]
    assert sorted(places) == list(range(len(places)))
    assert len(measured_metrics(task_type)) == len(places)


def test_shares_are_at_most_1():
    for metric in every_metric().values():
        if metric.kind == "classification" and not metric.is_loss:
            assert metric.high == 1.0, metric.name


def test_families_know_each_other():
    families = {metric.family for metric in every_metric().values()} - {""}
    assert families == set(RELATED_FAMILIES)
    for related in RELATED_FAMILIES.values():
        assert set(related) <= families


def test_metrics_of_one_family_answer_for_each_other_before_all_others():
    names = ["accuracy", "neg_log_loss", "roc_auc_ovr", "balanced_accuracy"]
    assert by_closeness("roc_auc", names)[:2] == ["roc_auc_ovr", "neg_log_loss"]
    assert by_closeness("f1", names)[0] == "balanced_accuracy"
    assert by_closeness("no_such_metric", names) == names


@pytest.mark.parametrize(
    ("name", "task_type", "expected"),
    [
        ("rmse", "regression", "neg_root_mean_squared_error"),
        ("MAE", "regression", "neg_mean_absolute_error"),
        ("log_loss", "binary", "neg_log_loss"),
        ("auc", "binary", "roc_auc"),
        ("auc", "multiclass", "roc_auc_ovr"),
        ("f1_score", "multiclass", "f1_macro"),
    ],
)
def test_everyday_names_are_taken(name, task_type, expected):
    assert check_metric(name, task_type) == expected


@pytest.mark.parametrize(("name", "task_type"), [("rmse", "binary"), ("auc", "regression")])
def test_everyday_names_of_another_task_are_refused_as_they_were_given(name, task_type):
    with pytest.raises(MetricError, match=f"'{name}' does not apply to {task_type}"):
        check_metric(name, task_type)


def test_a_scorer_name_keeps_the_meaning_that_scikit_learn_gives_it():
    with pytest.raises(MetricError, match="'roc_auc' does not apply to multiclass"):
        check_metric("roc_auc", "multiclass")
