"""Intervals of the reported score against what statistics say of simple cases."""

from __future__ import annotations

import numpy as np
import pytest

from autometa.tuning.final_model._held_out import HeldOut
from autometa.tuning.final_model._interval import score_interval

Z = 1.645


def held_out(y, metric, n_folds=5, n_classes=0, positive=1):
    return HeldOut(
        rows=np.arange(len(y)),
        folds=np.arange(len(y)) % n_folds,
        y=y,
        metric=metric,
        n_classes=n_classes,
        positive=positive,
    )


def labelled(n, share, seed=0):
    """Return labels of two classes and probabilities that are right in a share of the rows."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) // 5 % 2
    predicted = np.where(rng.random(n) < share, y, 1 - y)
    return y, np.eye(2)[predicted] * 0.8 + 0.1


@pytest.mark.parametrize(
    ("n", "n_folds", "variances"), [(500, 5, 3.25), (600, 3, 3.5), (400, 1, 2)]
)
def test_accuracy_varies_as_a_share_does(n, n_folds, variances):
    y, values = labelled(n, 0.8)
    rows = held_out(y, "accuracy", n_folds, n_classes=2)
    score = rows.score(values)
    low, high = score_interval(values, rows, score)
    half = Z * np.sqrt(variances * score * (1 - score) / n)
    assert (high - low) / 2 == pytest.approx(half, rel=0.15)
    assert (high + low) / 2 == pytest.approx(score)


def test_rmse_varies_as_the_root_of_a_mean_of_squares():
    rng = np.random.default_rng(1)
    y = rng.normal(size=2_000)
    values = y + rng.normal(size=2_000)
    rows = held_out(y, "neg_root_mean_squared_error")
    low, high = score_interval(values, rows, rows.score(values))
    assert (high - low) / 2 == pytest.approx(Z * np.sqrt(3.25 / (2 * 2_000)), rel=0.2)


def test_a_sample_of_very_many_rows_stands_for_all():
    y, values = labelled(40_000, 0.9)
    rows = held_out(y, "accuracy", n_classes=2)
    low, high = score_interval(values, rows, rows.score(values))
    assert (high - low) / 2 == pytest.approx(Z * np.sqrt(3.25 * 0.09 / 40_000), rel=0.2)


@pytest.mark.parametrize("metric", ["accuracy", "roc_auc", "f1", "balanced_accuracy"])
def test_without_an_error_some_are_still_to_be_feared(metric):
    y, values = labelled(60, 1.1)
    low, high = score_interval(values, held_out(y, metric, n_classes=2), 1.0)
    assert high == 1.0
    assert low == pytest.approx(0.95)  # 3 of 60 rows


def test_bounds_of_the_metric_are_kept():
    y, values = labelled(30, 0.9)
    rows = held_out(y, "neg_log_loss", n_classes=2)
    low, high = score_interval(values, rows, rows.score(values))
    assert low < high <= 0.0


@pytest.mark.parametrize("metric", ["r2", "neg_median_absolute_error"])
def test_it_repeats_with_a_seed_and_scales_with_the_target(metric):
    rng = np.random.default_rng(2)
    y = rng.normal(size=100)
    values = y + rng.normal(size=100)
    rows = held_out(y, metric)
    first = score_interval(values, rows, rows.score(values), seed=3)
    assert first == score_interval(values, rows, rows.score(values), seed=3)
    tenfold = held_out(10 * y, metric)
    low, high = score_interval(10 * values, tenfold, tenfold.score(10 * values), seed=3)
    factor = 1.0 if metric == "r2" else 10.0
    assert (low, high) == pytest.approx((factor * first[0], min(factor * first[1], 1.0)))


def test_more_rows_never_widen_it():
    widths = []
    for n in (60, 240, 960, 3_840):
        y, values = labelled(n, 0.8)
        rows = held_out(y, "roc_auc", n_classes=2)
        low, high = score_interval(values, rows, rows.score(values))
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 4 * widths[-1]


def test_without_a_score_there_is_no_interval():
    y, values = labelled(30, 0.9)
    assert np.isnan(score_interval(values, held_out(y, "accuracy", n_classes=2), np.nan)).all()
