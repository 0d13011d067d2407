"""Every setup of every algorithm is saved and loaded, whatever the width of the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import TableCleaner, algorithms_for, get_algorithm
from autometa.tables import check_table
from autometa.tuning import load_model
from autometa.tuning.final_model._assemble import Member, assemble
from autometa.tuning.saved._saving import save_model

SMALL = {"n_estimators": 3, "iterations": 3, "max_iter": 3, "width": 16}
N = 120  # beyond 2 * 50 neighbours: trees of neighbours are built, not lists
TASKS = ("binary", "multiclass", "regression")
BY_WIDTH = ("nearest_neighbors", "lda")  # whose libraries keep something else for wide tables
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def come_back(task_type, algorithms, n_sampled, width, path):
    """Save and load one vote of all setups of some algorithms, and of some more of their space."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(N, width))).add_prefix("c")
    targets = {
        "binary": rng.permutation(N) % 2 == 0,
        "multiclass": np.array(["a", "b", "c"])[rng.permutation(N) % 3],
        "regression": rng.normal(size=N),
    }
    table = check_table(X, targets[task_type], task_type)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table.X)
    members = []
    for algorithm in algorithms:
        setups = [*algorithm.setups(task_type).values(), *algorithm.sample(n_sampled, task_type)]
        for number, config in enumerate(setups):
            quick = {name: SMALL.get(name, value) for name, value in config.items()}
            model = algorithm.build(quick, task_type)[1:].fit(cleaned, table.y)
            members.append(Member(name=f"{algorithm.name}_{number}", model=model, weight=1.0))
    pipeline = assemble(cleaner, members, table)
    save_model(pipeline, path)
    loaded = load_model(path)
    ask = "predict" if task_type == "regression" else "predict_proba"
    for member, back in zip(pipeline[-1].estimators_, loaded[-1].estimators_, strict=True):
        np.testing.assert_array_equal(
            getattr(back, ask)(cleaned), getattr(member, ask)(cleaned), strict=True
        )
    np.testing.assert_array_equal(getattr(loaded, ask)(X), getattr(pipeline, ask)(X), strict=True)


@pytest.mark.slow
@pytest.mark.parametrize("width", [2, 10, 40])
def test_setups_that_depend_on_the_width_come_back_at_every_width(width, tmp_path):
    algorithms = [get_algorithm(name) for name in BY_WIDTH]
    come_back("binary", algorithms, 4, width, tmp_path / "model")


@pytest.mark.slow
@pytest.mark.parametrize("task_type", TASKS)
def test_every_setup_comes_back(task_type, tmp_path):
    come_back(task_type, algorithms_for(task_type), 1, 40, tmp_path / "model")
