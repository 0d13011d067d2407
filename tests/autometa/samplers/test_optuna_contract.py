"""Optuna's own suites for samplers, over several base samplers and histories."""

from __future__ import annotations

import warnings

import numpy as np
import optuna
import pandas as pd
import pytest
from optuna.samplers import TPESampler
from optuna.testing.pytest_samplers import (
    BasicSamplerTestCase,
    MultiObjectiveSamplerTestCase,
    RelativeSamplerTestCase,
)

from autometa.knowledge_base import KnowledgeBase
from autometa.samplers import WarmStartSampler

optuna.logging.set_verbosity(optuna.logging.ERROR)


def xy_history():
    """Runs with the parameter names that Optuna's suites use: x, y, z, a, b and category."""
    rng = np.random.default_rng(0)
    configs = [
        {"x": x, "y": y, "z": y, "a": 1, "b": 1, "category": "x"}
        for x, y in rng.uniform(0, 10, (20, 2)).tolist()
    ]
    runs = pd.DataFrame(
        {
            "task_id": np.repeat(["s", "t"], 10),
            "algorithm": "sum",
            "config": configs,
            "metric": "score",
            "score": [config["x"] + config["y"] for config in configs],
        }
    )
    tasks = pd.DataFrame({"task_id": ["s", "t"], "task_type": "regression"})
    return KnowledgeBase.from_frames(tasks, None, runs)


def other_history():
    """Runs whose parameters no suite asks for."""
    runs = pd.DataFrame(
        {
            "task_id": "t",
            "algorithm": "knn",
            "config": [{"n_neighbors": k} for k in range(1, 6)],
            "metric": "score",
            "score": range(5),
        }
    )
    tasks = pd.DataFrame({"task_id": ["t"], "task_type": "regression"})
    return KnowledgeBase.from_frames(tasks, None, runs)


def silent(make):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return make()


BASES = {
    "default": lambda: None,
    "tpe": lambda: silent(lambda: TPESampler(n_startup_trials=0, multivariate=True, seed=0)),
    "univariate tpe": lambda: TPESampler(n_startup_trials=2, multivariate=False, seed=0),
}


# The default samples relatively, and each parameter by itself where histories do not match;
# the others, one of which does the latter alone, are for the long run.
@pytest.fixture(
    params=[
        name if name == "default" else pytest.param(name, marks=pytest.mark.slow) for name in BASES
    ]
)
def base(request):
    return BASES[request.param]


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
class TestWithMatchingHistory(
    BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase
):
    @pytest.fixture
    def sampler(self, base):
        kb = xy_history()
        return lambda: WarmStartSampler(kb, seed=0, base_sampler=base())


@pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")
class TestWithUnrelatedHistory(
    BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase
):
    @pytest.fixture
    def sampler(self):
        kb = other_history()
        return lambda: WarmStartSampler(kb, seed=0)
