"""Every setup of every algorithm is saved and loaded, whatever the width of the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from autometa.algorithms import TableCleaner, algorithms_for
from autometa.tables import check_table
from autometa.tuning import load_model
from autometa.tuning.final_model._assemble import Member, assemble
from autometa.tuning.saved._saving import save_model

SMALL = {"n_estimators": 3, "iterations": 3, "max_iter": 3, "width": 16}
N = 120  # beyond 2 * 50 neighbours: trees of neighbours are built, not lists
TASKS = ("binary", "multiclass", "regression")
EVERY = [pytest.param(t, a, id=f"{t}-{a.name}") for t in TASKS for a in algorithms_for(t)]
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def comes_back(task_type, algorithm, configs, width, path):
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
    for number, config in enumerate(configs):
        quick = {name: SMALL.get(name, value) for name, value in config.items()}
        model = algorithm.build(quick, task_type)[1:].fit(cleaned, table.y)
        members.append(Member(name=str(number), model=model, weight=1.0))
    pipeline = assemble(cleaner, members, table)
    save_model(pipeline, path)
    ask = "predict" if task_type == "regression" else "predict_proba"
    np.testing.assert_array_equal(
        getattr(load_model(path), ask)(X), getattr(pipeline, ask)(X), strict=True
    )


@pytest.mark.parametrize("width", [2, 10, 40])
@pytest.mark.parametrize(
    "algorithm", [a for a in algorithms_for("binary") if a.name in ("nearest_neighbors", "lda")],
    ids=lambda a: a.name,
)  # fmt: skip
def test_quick_setups_come_back_at_every_width(algorithm, width, tmp_path):
    setups = [*algorithm.setups("binary").values(), *algorithm.sample(4, "binary")]
    comes_back("binary", algorithm, setups, width, tmp_path / "model")


@pytest.mark.slow
@pytest.mark.parametrize("width", [2, 10, 40])
@pytest.mark.parametrize(("task_type", "algorithm"), EVERY)
def test_every_setup_comes_back_at_every_width(task_type, algorithm, width, tmp_path):
    setups = [*algorithm.setups(task_type).values(), *algorithm.sample(1, task_type)]
    comes_back(task_type, algorithm, setups, width, tmp_path / "model")
