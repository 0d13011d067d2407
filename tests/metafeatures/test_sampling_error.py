"""The sampling error that the catalogue states holds on tables that were not measured."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metafeatures import MetaFeatureExtractor, list_metafeatures
from metafeatures._sampling_error import sampling_errors

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "sampling_error.py"
CATALOGUE = list_metafeatures().set_index("name")
CHEAP = ["simple", "statistical", "information-theoretic", "model-based"]


def generated_tasks(n_rows):
    """Tables from the script's generator, with a seed of their own."""
    spec = importlib.util.spec_from_file_location("sampling_error", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.generated_tasks(n_rows, seed=12345))


def deviations_in_stated_errors(task, families, relative=True):
    """Deviation of each sampled value from that on all rows, in stated errors.

    These are in units of the spread over real tables; with ``relative``, of the value where
    that is greater.
    """
    _, X, y, task_type = task
    sampled = MetaFeatureExtractor(families=families)
    values = sampled.extract(X, y, task_type=task_type)
    whole = MetaFeatureExtractor(families=families, max_rows=None).extract(
        X, y, task_type=task_type
    )
    known = CATALOGUE.loc[values.index]
    unit = np.maximum(known["spread"], whole.abs()) if relative else known["spread"]
    error = known["sampling_error"] * unit
    is_sample = (sampled.report_["n_rows"] < len(X)) & error.notna()
    slack = 1e-9 * whole.abs()
    return ((values - whole).abs() / (error + slack + 1e-12))[is_sample].dropna()


@pytest.mark.slow
def test_95_percent_of_deviations_are_below_two_stated_errors_as_docs_bounds_says():
    tasks = generated_tasks(20_000)[:3]
    found = [deviations_in_stated_errors(task, CHEAP, relative=False) for task in tasks]
    assert min(one.size for one in found) > 200
    deviations = pd.concat(found)
    assert (deviations < 2).mean() >= 0.95, deviations.nlargest(20).to_dict()
    # of one table, chance adds what 280 values, many of them alike, cannot tell
    assert min((one < 2).mean() for one in found) >= 0.93


@pytest.mark.slow
def test_95_percent_of_deviations_of_all_families_are_below_three_stated_errors():
    # Half as many rows again as are looked at; what looks at pairs of rows takes their square.
    deviations = deviations_in_stated_errors(generated_tasks(15_000)[1], None)
    assert deviations.size > 200
    assert (deviations < 3).mean() >= 0.95, deviations.nlargest(20).to_dict()


def test_counts_have_no_sampling_error_and_samples_have_one():
    counted = CATALOGUE["cost"] == "count"
    assert (CATALOGUE.loc[counted, "sampling_error"] == 0).all()
    errors = CATALOGUE.loc[~counted, "sampling_error"].dropna()
    assert (errors >= 0).all()
    assert errors.median() < 0.2


def test_nearly_every_metafeature_has_a_measured_error():
    missing = CATALOGUE.index[CATALOGUE["sampling_error"].isna()]
    assert len(missing) < 0.05 * len(CATALOGUE), "run benchmarks/sampling_error.py again"
    assert set(sampling_errors().index) >= set(CATALOGUE.index), "run it again"


def test_units_are_positive():
    spread = CATALOGUE["spread"].dropna()
    assert (spread >= 0).all()
    assert np.isfinite(spread).all()
