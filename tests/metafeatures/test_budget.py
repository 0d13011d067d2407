"""The time budget: kept, cheap measures first, and what was left out is said."""

from __future__ import annotations

import time
from functools import cache, partial

import numpy as np
import pandas as pd
import pytest

from metafeatures import MetaFeatureExtractor, MetaFeatureWarning, describe
from metafeatures._budget import Clock, Expectations, _costs
from metafeatures._dataset import Dataset
from metafeatures._evaluation import COST_ORDER
from metafeatures._reading import COUNTED, PART_ROWS, read
from metafeatures._registry import measures
from metafeatures._tables.sources import as_source
from metafeatures._task import read_target
from metafeatures._threads import one_blas_thread

N_ROWS = 200_000
BUILD = partial(Dataset, max_rows=10_000, seed=0)


@cache
def large():
    """A table that takes a second to make, for those that run a test of this file."""
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(50, N_ROWS)).T)
    table.iloc[:9, 0] = np.nan
    return table


@cache
def classes():
    return (large()[1] + large()[2] > 0).astype(int)


@pytest.mark.filterwarnings("ignore::metafeatures.MetaFeatureWarning")
def test_a_budget_is_kept_on_a_large_table_and_cheap_families_come_first():
    describe(large()[:300], classes()[:300])  # imports
    start = time.perf_counter()
    values = describe(large(), classes(), time_budget=0.5)
    assert time.perf_counter() - start < 1.5
    assert values["n_rows"] == N_ROWS
    assert values[["class_entropy", "skewness.mean"]].notna().all()


def test_a_budget_that_suffices_changes_no_value():
    X, y = large()[:500], classes()[:500]
    pd.testing.assert_series_equal(describe(X, y, time_budget=1000), describe(X, y))


def test_what_is_not_expected_to_fit_is_not_begun():
    extractor = MetaFeatureExtractor(time_budget=0.2)
    with pytest.warns(MetaFeatureWarning, match="were skipped to keep the time budget of 0.2 s"):
        values = extractor.extract(large()[:9000], classes()[:9000])
    report = extractor.report_
    is_skipped = report["reason"].str.startswith("skipped")
    assert is_skipped.any()
    assert values[is_skipped].isna().all()
    assert (report.loc[is_skipped, "seconds"] == 0).all()
    assert set(report.loc[~is_skipped, "family"]) >= {"simple", "statistical"}


def test_of_a_table_too_large_for_the_budget_a_part_is_read_and_nothing_is_estimated():
    extractor = MetaFeatureExtractor(families=["simple"], time_budget=0.05)
    with pytest.warns(MetaFeatureWarning, match=r"\(simple\) were skipped to keep the time"):
        values = extractor.extract(large(), classes())
    reasons = extractor.report_["reason"]
    unknown = reasons.str.startswith("skipped: to count in all rows would take")
    assert {"n_missing", "repeated_row_share"} <= set(reasons.index[unknown])
    known = values.notna()
    assert {"n_rows", "n_numeric", "class_share.min"} <= set(values.index[known])
    whole = describe(large(), classes(), families=["simple"])
    pd.testing.assert_series_equal(values[known], whole[known])


@pytest.mark.parametrize("task_type", ["multiclass", "regression"])
def test_a_part_holds_every_class_or_two_numbers(task_type):
    y = np.zeros(N_ROWS)
    y[[7, 70_000]] = 1, (2 if task_type == "multiclass" else 1)
    target = read_target(y, N_ROWS, task_type)
    reading = read(as_source(large()), target, Clock(1e-9), BUILD, seed=0)
    dataset = reading.dataset
    assert reading.unknown == COUNTED
    assert dataset.n_rows == N_ROWS
    assert PART_ROWS[0] <= dataset.sample.size <= PART_ROWS[0] + 3
    values = dataset.target_numbers if task_type == "regression" else dataset.classes
    assert np.unique(values).size == np.unique(y).size


def test_without_a_budget_or_with_a_long_one_all_rows_are_read():
    target = read_target(classes(), N_ROWS)
    for budget in (None, 1000.0):
        reading = read(as_source(large()), target, Clock(budget), BUILD, seed=0)
        assert reading.unknown == frozenset()
        assert reading.dataset.missing_counts.sum() == 9


def test_a_slow_machine_is_told_by_what_ran_before():
    clock = Clock(10.0)
    assert clock.allows(7.0)
    assert not clock.allows(9.0)  # 25 % are kept for errors of the expectation
    clock.learn(expected=1.0, taken=2.0)
    assert not clock.allows(7.0)
    assert clock.allows(3.0)


def test_what_measures_share_is_expected_once():
    dataset = BUILD(large()[:3000], read_target(classes()[:3000], 3000))
    expectations, every = Expectations(dataset), measures()
    before = expectations.seconds("correlation", every["correlation"])
    assert dataset.correlations.shape == (50, 50)
    assert 0 < expectations.seconds("correlation", every["correlation"]) < before


def test_every_measure_has_a_measured_cost():
    missing = set(measures()) - set(_costs()["measures"])
    assert not missing, "run benchmarks/metafeature_costs.py again"


@pytest.mark.slow
@pytest.mark.parametrize("n_rows", [1000, 10_000])
def test_expected_seconds_are_of_the_right_size(n_rows):
    X, y = large()[:n_rows], classes()[:n_rows]
    describe(X, y)
    dataset = BUILD(X, read_target(y, n_rows))
    expectations, expected, taken = Expectations(dataset), 0.0, 0.0
    every = {name: measure for name, measure in measures().items()
             if any("binary" in f.task_types for f in measure.outputs.values())}  # fmt: skip
    for name in sorted(every, key=lambda name: COST_ORDER[every[name].any_output.cost]):
        expected += expectations.seconds(name, every[name])
        start = time.process_time()
        with one_blas_thread():
            every[name].evaluate(dataset)
        taken += time.process_time() - start
    assert taken / 4 < expected < 4 * taken
