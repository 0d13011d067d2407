"""Time the prediction of one row, and of a thousand, cleaning included.

Each algorithm's library default alone, and an ensemble of five setups with three seeds each, on
30 columns: numbers alone, or twenty numbers with gaps and ten categories. The usual way, in
which scikit-learn's steps are called one after the other, is timed in the same run: ratios are
of that. Milliseconds are processor time, the median of many calls; the machine's speed is said
beside them.

    python benchmarks/latency.py
    python benchmarks/latency.py --smoke
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, made_by, results
from sklearn.pipeline import Pipeline

from autometa.algorithms import TableCleaner, algorithms_for
from autometa.evaluation import STANDARD_SECONDS, reference_seconds
from autometa.tables import check_table
from autometa.tuning.final_model import _vote
from autometa.tuning.final_model._assemble import Member, assemble

N_ROWS, MANY = 500, 1_000
N_COLUMNS, N_LEVELS = 30, 10  # columns in all, and those of categories
MEMBERS = ("lightgbm", "hist_gradient_boosting", "extra_trees", "random_forest", "mlp")
N_SEEDS = 3  # of each random setup of the ensemble, as `tune` fits where there is time
TARGET_MS = {"single": 5.0, "ensemble": 15.0}  # for one row, on a usual machine
SECONDS = 0.15  # of calls for each number
MAX_CALLS = 200


def table_of(kind: str, n_rows: int) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return a table of numbers, or of numbers with gaps and categories, and two classes."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n_rows, N_COLUMNS)).round(3)).add_prefix("n")
    signal = X["n0"] + X["n1"] + rng.normal(size=n_rows)
    if kind == "mixed":
        X = X.mask(rng.random(X.shape) < 0.02)
        for place in range(N_LEVELS):
            levels = [f"level {i}" for i in range(2 + 4 * place)]
            X[f"n{N_COLUMNS - 1 - place}"] = rng.choice(levels, n_rows)
    return X, pd.Series(np.where(signal > 0, "yes", "no"))


def pipeline_of(names: tuple[str, ...], kind: str, n_rows: int, n_seeds: int) -> Pipeline:
    """Return a fitted pipeline of each algorithm's library default, with several seeds."""
    X, y = table_of(kind, n_rows)
    table = check_table(X, y)
    cleaner = TableCleaner()
    cleaned = cleaner.fit_transform(table.X)
    algorithms = {a.name: a for a in algorithms_for(table.task_type)}
    members = []
    for name in names:
        algorithm = algorithms[name]
        config = algorithm.setups(table.task_type)["library"]
        for seed in range(n_seeds if algorithm.is_random else 1):
            model = table.fit(algorithm.build(config, table.task_type, seed)[1:], cleaned)
            members.append(Member(name=f"{name}_{seed}", model=model, weight=1.0))
    return assemble(cleaner, members, table)


def milliseconds(call: Callable[[], object], seconds: float) -> float:
    """Return the median processor time of a call: what else the machine does is left out."""
    call()
    taken: list[float] = []
    while sum(taken) < seconds and len(taken) < MAX_CALLS:
        start = time.process_time()
        call()
        taken.append(time.process_time() - start)
    return 1e3 * statistics.median(taken)


@contextmanager
def usual_way() -> Iterator[None]:
    """Predict as scikit-learn does, whatever the number of rows."""
    few = _vote.MAX_FEW_ROWS
    _vote.MAX_FEW_ROWS = 0
    try:
        yield
    finally:
        _vote.MAX_FEW_ROWS = few


def measure(what: str, pipeline: Pipeline, kind: str, seconds: float) -> dict[str, Any]:
    """Return milliseconds of one row and of many, and what the usual way takes for one."""
    X, _ = table_of(kind, MANY)
    row = X.iloc[[0]].reset_index(drop=True)
    with usual_way():
        usual = milliseconds(lambda: pipeline.predict(row), seconds)
    return {
        "what": what,
        "table": kind,
        "cleaning": milliseconds(lambda: pipeline[0].transform(row), seconds),
        "one": milliseconds(lambda: pipeline.predict(row), seconds),
        "usual": usual,
        "many": milliseconds(lambda: pipeline.predict(X), seconds),
    }


def page(rows: list[dict[str, Any]], slowness: float) -> str:
    """Return the page of results."""
    lines = [
        "# How long predicting one row takes",
        "",
        "Milliseconds of processor time on 30 columns, cleaning included. This machine took "
        f"{slowness:.1f} times the seconds of a usual one for the reference fits; the last column "
        "is one row divided by that, to be compared with "
        f"{TARGET_MS['single']:.0f} ms for a single setup and "
        f"{TARGET_MS['ensemble']:.0f} ms for an ensemble.",
        "",
        "| pipeline | table | cleaning | one row | usual way | ratio | 1,000 rows | scaled |",
        "| --- | --- | --: | --: | --: | --: | --: | --: |",
    ]
    for row in rows:
        lines.append(
            f"| {row['what']} | {row['table']} | {row['cleaning']:.2f} | {row['one']:.2f} | "
            f"{row['usual']:.1f} | {row['one'] / row['usual']:.2f} | {row['many']:.0f} | "
            f"{row['one'] / slowness:.2f} |"
        )
    return "\n".join([*lines, "", made_by("latency.py"), ""])


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    is_smoke = parser.parse_args().smoke
    warnings.simplefilter("ignore")
    n_rows, seconds = (200, 0.02) if is_smoke else (N_ROWS, SECONDS)
    names = [a.name for a in algorithms_for("binary")]
    names = names[:2] if is_smoke else names
    slowness = reference_seconds() / STANDARD_SECONDS
    rows = []
    for kind in ("numbers", "mixed"):
        for name in names:
            pipeline = pipeline_of((name,), kind, n_rows, n_seeds=1)
            rows.append(measure(name, pipeline, kind, seconds))
        pipeline = pipeline_of(MEMBERS, kind, n_rows, n_seeds=1 if is_smoke else N_SEEDS)
        rows.append(measure(f"ensemble of {len(MEMBERS)}", pipeline, kind, seconds))
    with results(is_smoke) as folder:
        (folder / "latency.md").write_text(page(rows, slowness))
        print((folder / "latency.md").read_text())


if __name__ == "__main__":
    main()
