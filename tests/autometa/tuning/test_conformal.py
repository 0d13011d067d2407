"""Intervals and sets cover what they say, or are refused."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from sklearn.base import clone

from autometa import AutoMetaRegressor, load_model, tune
from autometa.exceptions import ParameterError, ValidationWarning
from autometa.tuning.final_model._conformal import calibrate, interval, label_set

INLINE = {
    "time_budget": None,
    "n_trials": 1,
    "knowledge_base": False,
    "isolate": False,
    "random_state": 0,
}
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.975, 0.99)


def errors_of(scores, groups=None):
    scores = np.asarray(scores, dtype=float)
    return calibrate(np.zeros(len(scores)), scores, np.arange(len(scores)) % 5, groups, seed=0)


@pytest.mark.parametrize("coverage", LEVELS)
def test_the_rank_is_exact_for_every_number_of_rows(coverage):
    for n in range(5, 200):
        rank = math.ceil(Fraction(n + 1) * Fraction(str(coverage)))
        fitted = errors_of(np.random.default_rng(n).permutation(n) + 1)
        if rank <= n:
            assert fitted.quantile(coverage) == rank, n
            continue
        with pytest.raises(ParameterError, match=f"There are {n}; ask for at most") as refused:
            fitted.quantile(coverage)
        needed = int(str(refused.value).split(" takes ")[1].split()[0])
        assert math.ceil((needed + 1) * Fraction(str(coverage))) <= needed
        assert math.ceil(needed * Fraction(str(coverage))) > needed - 1  # one fewer is too few


@pytest.mark.parametrize("n", [9, 19, 30])
def test_coverage_is_what_was_asked_for_on_average_over_tables(n):
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(2_000):
        errors = np.abs(rng.normal(size=n + 1))
        inside.append(errors[-1] <= errors_of(errors[:-1]).quantile(0.8))
    slack = 3 * np.sqrt(0.16 / 2_000)
    assert 0.8 - slack <= np.mean(inside) <= 0.8 + 1 / (n + 1) + slack


def test_a_group_counts_as_one_row():
    rng = np.random.default_rng(0)
    inside = []
    for _ in range(400):
        effects, sizes = rng.normal(size=41) * 3, rng.integers(1, 30, 41)
        groups = np.repeat(np.arange(41), sizes)
        errors = np.abs(effects[groups] + rng.normal(size=len(groups)))
        known = groups < 40
        limit = errors_of(errors[known], groups[known]).quantile(0.9)
        inside.append((errors[~known] <= limit).mean())
    slack = 3 * np.std(inside, ddof=1) / 20
    assert 0.9 - slack <= np.mean(inside) <= 0.95 + slack


def test_weighted_errors_cover_the_rows_that_the_weights_stand_for():
    """One row of ten is of a kind with large errors; of new rows, one of two."""
    rng = np.random.default_rng(0)
    plain, weighted = [], []
    for _ in range(300):
        wide = rng.random(200) < 0.1
        errors = np.abs(rng.normal(size=200)) * np.where(wide, 5.0, 1.0)
        weights = np.where(wide, 0.5 / 0.1, 0.5 / 0.9)
        new = np.abs(rng.normal(size=200)) * np.where(rng.random(200) < 0.5, 5.0, 1.0)
        folds = np.arange(200) % 5
        plain.append((new <= errors_of(errors).quantile(0.9)).mean())
        fitted = calibrate(np.zeros(200), errors, folds, None, 0, weights)
        weighted.append((new <= fitted.quantile(0.9)).mean())
    slack = 3 * np.std(weighted, ddof=1) / math.sqrt(300)
    assert np.mean(plain) < 0.8
    assert 0.9 - slack <= np.mean(weighted) <= 0.93 + slack


def test_equal_weights_change_nothing_and_only_ratios_count():
    errors = np.random.default_rng(0).permutation(300) + 1.0
    groups = np.arange(300) % 40
    for of in (None, groups):
        alike, halves = (
            calibrate(np.zeros(300), errors, np.arange(300) % 5, of, 0, np.full(300, weight))
            for weight in (1.0, 0.5)
        )
        for coverage in (0.5, 0.8, 0.9):
            expected = errors_of(errors, of).quantile(coverage)
            assert alike.quantile(coverage) == halves.quantile(coverage) == expected


def test_a_weighted_model_has_weighted_intervals():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 2))
    wide = rng.random(400) < 0.2
    y = X[:, 0] + rng.normal(size=400) * np.where(wide, 5.0, 0.2)
    quick = INLINE | {"algorithms": ["ridge"]}
    widths = [
        np.ptp(tune(X, y, sample_weight=weights, **quick).predict_interval(X[:1])[0])
        for weights in (None, np.where(wide, 9.0, 1.0), np.where(wide, 0.01, 1.0))
    ]
    assert widths[2] < 0.5 * widths[0] < 0.5 * widths[1]


def test_few_groups_of_many_rows_are_refused():
    fitted = errors_of(np.arange(800), np.arange(800) % 8)
    with pytest.raises(ParameterError, match="takes 9 groups"):
        fitted.quantile(0.9)
    assert fitted.quantile(0.8) == pytest.approx(720, abs=10)  # 7.2 of 8 groups


@pytest.mark.parametrize("coverage", [0, 1, -0.1, 1.5, True, None, "0.9", math.nan])
def test_what_is_no_coverage_is_refused(coverage):
    with pytest.raises(ParameterError, match="'coverage' must be a number between 0 and 1"):
        errors_of(np.arange(99)).quantile(coverage)


def test_widths_follow_the_prediction_where_errors_do():
    rng = np.random.default_rng(0)
    predicted = rng.uniform(0, 10, 4_000)
    y = predicted + predicted * rng.normal(size=4_000)
    fitted = calibrate(predicted[:1_000], y[:1_000], np.arange(1_000) % 5, None, seed=0)
    ends = interval(fitted, predicted[1_000:], 0.9)
    inside = (ends[:, 0] <= y[1_000:]) & (y[1_000:] <= ends[:, 1])
    assert inside.mean() == pytest.approx(0.9, abs=0.03)
    low, high = predicted[1_000:] < 3, predicted[1_000:] > 7
    assert inside[low].mean() < 0.98  # of one width for all, every small value is inside
    assert inside[high].mean() > 0.85
    width = ends[:, 1] - ends[:, 0]
    assert width[high].mean() > 3 * width[low].mean()


def test_widths_are_equal_where_errors_are():
    rng = np.random.default_rng(0)
    predicted = rng.uniform(0, 10, 1_000)
    fitted = calibrate(predicted, predicted + rng.normal(size=1_000), np.arange(1_000) % 5, None, 0)
    assert np.ptp(fitted.scale(predicted)) < 0.5 * fitted.scale(predicted).mean()


def test_sets_cover_all_rows_and_by_class_the_rare_ones_too():
    rng = np.random.default_rng(0)
    odds = -4.6 + 2 * rng.normal(size=60_000)
    share = 1 / (1 + np.exp(-odds))
    y = (rng.uniform(size=60_000) < share).astype(int)
    values = np.column_stack([1 - share, share])
    fitted = calibrate(values[:20_000], y[:20_000], np.arange(20_000) % 5, None, seed=0)
    new, truth = values[20_000:], y[20_000:]
    together, apart = (label_set(fitted, new, 0.9, by_class=flag) for flag in (False, True))
    rows = np.arange(len(truth))
    assert together[rows, truth].mean() >= 0.89
    assert together[rows, truth][truth == 1].mean() < 0.5  # documented: not for each class
    for label in (0, 1):
        assert apart[rows, truth][truth == label].mean() >= 0.87  # 200 rows say what is rare
    assert together.any(axis=1).all()  # none is empty


@pytest.mark.parametrize("shift", [0.0, -0.01])
def test_only_where_no_value_was_negative_no_interval_is_and_coverage_stays(shift):
    rng = np.random.default_rng(0)
    predicted = rng.uniform(0, 2, 3_000)
    y = np.maximum(predicted + rng.normal(size=3_000), 0.0) + shift
    fitted = calibrate(predicted[:1_000], y[:1_000], np.arange(1_000) % 5, None, seed=0)
    new, truth = predicted[1_000:], y[1_000:]
    ends = interval(fitted, new, 0.9)
    half = fitted.quantile(0.9) * fitted.scale(new)
    whole = np.column_stack([new - half, new + half])
    assert (whole[:, 0] < 0).any()
    np.testing.assert_array_equal(ends, np.maximum(whole, 0.0) if shift == 0 else whole)
    inside, before = ((low <= truth) & (truth <= high) for low, high in (ends.T, whole.T))
    np.testing.assert_array_equal(inside, before)


def test_an_interval_that_lies_below_zero_as_a_whole_ends_at_zero():
    fitted = calibrate(np.zeros(99), np.arange(99.0), np.arange(99) % 5, None, seed=0)
    np.testing.assert_array_equal(interval(fitted, np.array([-1e3, 200.0]), 0.5)[0], [0.0, 0.0])


def test_the_lowest_of_all_rows_counts_not_only_of_those_kept():
    y = np.ones(30_000)
    y[np.random.default_rng(0).permutation(30_000)[-1]] = -1.0  # not among the rows kept
    assert calibrate(np.zeros(30_000), y, np.arange(30_000) % 5, None, seed=0).lowest is None


def test_results_estimators_and_saved_models_give_the_same_intervals(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 3))
    y = X @ [1.0, 2.0, 0.0] + rng.normal(size=900)
    model = AutoMetaRegressor(algorithms=["ridge"], **INLINE).fit(X[:300], y[:300])
    ends = model.predict_interval(X[300:])
    assert ((ends[:, 0] <= y[300:]) & (y[300:] <= ends[:, 1])).mean() == pytest.approx(
        0.9, abs=0.05
    )
    assert ends.mean(axis=1) == pytest.approx(model.predict(X[300:]))
    np.testing.assert_array_equal(model.result_.predict_interval(X[300:]), ends)
    model.save(tmp_path / "model")
    loaded = load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_interval(X[300:]), ends)
    assert not hasattr(loaded, "predict_set")
    with pytest.raises(ParameterError, match="of models that predict classes"):
        model.result_.predict_set(X)
    with pytest.raises(ParameterError, match="it was fitted again"):
        clone(loaded).fit(X, y).predict_interval(X)


def test_sets_are_of_the_users_labels(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 3))
    y = np.array(["low", "mid", "top"])[np.digitize(X[:, 0] + rng.normal(size=900), [-1, 1])]
    result = tune(X[:300], y[:300], algorithms=["naive_bayes"], **INLINE)
    sets = result.predict_set(X[300:])
    columns = np.searchsorted(result.best_pipeline.classes_, y[300:])
    assert sets[np.arange(600), columns].mean() == pytest.approx(0.9, abs=0.06)
    result.save(tmp_path / "model")
    np.testing.assert_array_equal(load_model(tmp_path / "model").predict_set(X[300:]), sets)


def test_a_trend_gets_a_warning_instead_of_a_promise(tmp_path):
    rng = np.random.default_rng(0)
    days = np.arange(300.0)
    X = rng.normal(size=(300, 2))
    y = X[:, 0] + 1e-4 * days**2 + 0.3 * rng.normal(size=300)  # a level that moves ever faster
    result = tune(X, y, timestamps=days, algorithms=["ridge"], **INLINE)
    said = [note for note in result.notes if "where a trend goes on" in note]
    assert len(said) == 1
    assert int(said[0].split(" hold ")[1].rstrip("%.")) < 80
    result.save(tmp_path / "model")
    for model in (result, load_model(tmp_path / "model")):
        with pytest.warns(ValidationWarning, match="of later ones they hold less"):
            model.predict_interval(X[:3])
    shuffled = tune(X, y, algorithms=["ridge"], **INLINE)
    assert not any("a trend" in note for note in shuffled.notes)
    shuffled.predict_interval(X[:3])  # warnings are errors here
