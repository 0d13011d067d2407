"""Times that grow with the sizes of a task, within what is known and beyond."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from histories import history
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autometa.meta_models import MetaModel
from autometa.performance._task_sizes import TaskSizes


def grown(names=("n_rows", "n_columns"), n=60, seed=0):
    """A setup that takes a second for a million cells, and one that takes a millisecond."""
    rng = np.random.default_rng(seed)
    sizes = 10 ** rng.uniform([2, 0.5], [4, 2], (n, 2))
    features = pd.DataFrame(sizes, columns=list(names)).assign(noise=rng.normal(size=n))
    seconds = np.c_[1e-6 * sizes.prod(axis=1), np.full(n, 1e-3)] * rng.lognormal(0, 0.1, (n, 2))
    return history(rng.random((n, 2)), features, seconds)


def expected(model, **sizes):
    found = model.recommend(pd.Series({"noise": 0.0, **sizes}))
    return {one.config["j"]: one.expected_fit_seconds for one in found}


@pytest.mark.parametrize(
    "names", [("n_rows", "n_columns"), ("NumberOfInstances", "NumberOfFeatures")]
)
@pytest.mark.parametrize(("n_rows", "factor"), [(1_000, 1.3), (10_000, 1.5), (300_000, 3.0)])
def test_times_grow_with_rows_beyond_the_largest_known_task(names, n_rows, factor):
    times = expected(MetaModel().fit(grown(names)), **{names[0]: float(n_rows), names[1]: 20.0})
    assert 1 / factor < times[0] / (2e-5 * n_rows) < factor
    assert 1 / factor < times[1] / 1e-3 < factor


def test_a_task_of_unknown_size_takes_as_long_as_others():
    times = expected(MetaModel().fit(grown()))
    assert 1e-3 < times[0] < 1.0


@pytest.mark.parametrize("n_rows", [0.0, -5.0, 1e300, np.inf, np.nan])
def test_impossible_sizes_give_times_that_are_finite(n_rows):
    times = expected(MetaModel().fit(grown()), n_rows=n_rows, n_columns=10.0)
    assert all(0 < seconds < np.inf for seconds in times.values())


@given(
    values=arrays.arrays(
        float, (6, 3), elements=st.floats(allow_nan=True, allow_infinity=True, width=64)
    )
)
def test_any_numbers_have_sizes(values):
    table = pd.DataFrame(values, columns=["n_rows", "n_columns", "n_classes"])
    table = table.replace([np.inf, -np.inf], np.nan)  # as a history does
    assert np.isfinite(TaskSizes(table).of(table)).all()


def test_without_sizes_there_is_no_scale():
    table = pd.DataFrame({"noise": [1.0, 2.0]})
    assert TaskSizes(table).of(table).shape == (2, 0)
