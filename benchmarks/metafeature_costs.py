"""What does each measure take? Written to `metafeatures/costs.json`, for time budgets.

Every measure, and everything that measures share, is timed on generated tables of many
shapes (default bounds, one thread). Seconds are then fitted as a sum of terms in the
sizes of the table (`metafeatures._budget.SIZES`), none negative. Run it again when
measures were added or have become faster:

    python benchmarks/metafeature_costs.py
    python benchmarks/metafeature_costs.py --smoke
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, results
from scipy.optimize import nnls

import metafeatures
from metafeatures._budget import COSTS, SIZES, sizes
from metafeatures._dataset import Dataset
from metafeatures._evaluation import COST_ORDER
from metafeatures._extractor import MAX_ROWS
from metafeatures._registry import measures
from metafeatures._task import read_target
from metafeatures._threads import one_blas_thread

RESULT = Path(metafeatures.__file__).parent / COSTS
SHORTEST = 2e-4
VIEWS = {
    name: view
    for part in Dataset.__mro__
    for name, view in vars(part).items()
    if isinstance(view, cached_property)
}
SHAPES = (  # rows, numbers, categories, classes (0: a number to predict)
    (300, 5, 0, 2),
    (300, 20, 10, 3),
    (200, 1000, 0, 2),
    (1000, 10, 0, 5),
    (1000, 100, 0, 2),
    (1000, 500, 0, 2),
    (2000, 30, 20, 10),
    (5000, 30, 0, 2),
    (5000, 0, 30, 3),
    (10_000, 10, 0, 2),
    (10_000, 100, 0, 2),
    (10_000, 60, 40, 5),
    (10_000, 500, 0, 3),
    (10_000, 20, 0, 100),
    (10_000, 20, 0, 1000),
    (10_000, 0, 100, 2),
    (300, 5, 0, 0),
    (1000, 500, 0, 0),
    (2000, 30, 10, 0),
    (10_000, 10, 0, 0),
    (10_000, 100, 0, 0),
    (10_000, 60, 40, 0),
    (10_000, 500, 0, 0),
)


def make_dataset(n_rows: int, n_numbers: int, n_categories: int, n_classes: int) -> Dataset:
    """Return a table whose target follows from two columns, with noise."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n_rows, n_numbers)).round(3)).add_prefix("n")
    codes = rng.integers(0, 2 + np.arange(n_categories) % 29, (n_rows, n_categories))
    levels = pd.DataFrame(codes).add_prefix("c").astype("category")
    X = pd.concat([X, levels], axis=1)
    signal = sum(X.iloc[:, i].astype(float) for i in range(2)) + rng.normal(size=n_rows) / 2
    y = signal
    if n_classes:
        y = pd.qcut(signal.rank(method="first"), n_classes, labels=False)
    return Dataset(X, read_target(y, n_rows), max_rows=MAX_ROWS, seed=0)


@contextmanager
def timed_views(seconds: dict[str, float]) -> Iterator[None]:
    """Note the seconds of each view, without those of the views it asks for."""
    inner = [0.0]

    def timed(name: str, compute: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def measure(dataset: Any) -> Any:
            inner.append(0.0)
            start = time.perf_counter()
            answer = compute(dataset)
            taken = time.perf_counter() - start
            seconds[name] = taken - inner.pop()
            inner[-1] += taken
            return answer

        return measure

    functions = {name: view.func for name, view in VIEWS.items()}
    for name, view in VIEWS.items():
        view.func = timed(name, functions[name])
    try:
        yield
    finally:
        for name, view in VIEWS.items():
            view.func = functions[name]


def time_all(dataset: Dataset) -> tuple[dict[str, float], dict[str, float]]:
    """Return the seconds of each measure's function and of each view, in order of cost."""
    of_measures: dict[str, float] = {}
    of_views: dict[str, float] = {}
    task_type = dataset.target.task_type
    known = {
        name: measure
        for name, measure in measures().items()
        if any(task_type in feature.task_types for feature in measure.outputs.values())
    }
    with one_blas_thread(), timed_views(of_views):
        for name in sorted(known, key=lambda name: COST_ORDER[known[name].any_output.cost]):
            arguments = {need: getattr(dataset, need) for need in known[name].needs}
            start = time.perf_counter()
            known[name].function(**arguments)
            of_measures[name] = time.perf_counter() - start
    return of_measures, of_views


def find_needs(shape: tuple[int, int, int, int]) -> dict[str, set[str]]:
    """Return which other views each view asks for, directly or not."""
    dataset, needs = make_dataset(*shape), {}
    for name in VIEWS:
        alone = copy.copy(dataset)
        before = set(vars(alone))
        try:
            getattr(alone, name)
        except (AttributeError, IndexError, ValueError):
            continue  # a view for the other task type
        needs[name] = set(vars(alone)) - before - {name}
    return needs


def fit(rows: list[tuple[np.ndarray, float]]) -> list[float]:
    """Return the seconds of each size, for the smallest relative error; one number if tiny."""
    if max(taken for _, taken in rows) < SHORTEST:
        return [float(f"{max(taken for _, taken in rows):.1g}")]
    known = np.array([row for row, _ in rows])
    seconds = np.array([taken for _, taken in rows])
    weights = 1 / np.maximum(seconds, SHORTEST)
    found = nnls(known * weights[:, None], seconds * weights)[0]
    last = int(np.flatnonzero(found)[-1]) + 1
    return [float(f"{value:.2g}") for value in found[:last]]


def main() -> None:
    """Time everything twice on every table, fit, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    if parser.parse_args().smoke:
        with results(is_smoke=True) as folder:
            measure([(300, 5, 2, 3), (300, 5, 0, 0)], folder / COSTS)
        return
    measure(list(SHAPES), RESULT)


def measure(shapes: list[tuple[int, int, int, int]], result: Path) -> None:
    """Time everything twice on tables of these shapes, fit, and write."""
    timed: dict[str, dict[str, list[tuple[np.ndarray, float]]]] = {
        "measures": defaultdict(list),
        "views": defaultdict(list),
    }
    time_all(make_dataset(*shapes[0]))  # imports
    for shape in shapes:
        twice = [time_all(make_dataset(*shape)) for _ in range(2)]
        size = sizes(make_dataset(*shape))
        total = 0.0
        for i, what in enumerate(("measures", "views")):
            for name in twice[0][i]:
                taken = min(once[i][name] for once in twice)
                timed[what][name].append((size, taken))
                total += taken
        print(shape, f"{total:.2f} s")
    needs: dict[str, set[str]] = defaultdict(set)
    for shape in ((200, 4, 3, 3), (200, 4, 3, 0)):
        for name, found in find_needs(shape).items():
            needs[name] |= found
    costs = {
        "sizes": list(SIZES),
        "measures": {name: fit(rows) for name, rows in timed["measures"].items()},
        "views": {
            name: {"needs": sorted(needs[name]), "seconds": fit(rows)}
            for name, rows in timed["views"].items()
        },
    }
    lines = json.dumps(costs).replace("], ", "],\n").replace("}, ", "},\n").replace(": {", ": {\n")
    result.write_text(lines + "\n")


if __name__ == "__main__":
    main()
