"""Measure what `last_step.py` compares: predictions of all trials, out of fold and of new rows.

`tune` makes a number of trials on some rows of a table; each is then fitted on all of these,
and predicts the other rows. Kept as one file a run: an interrupted measurement goes on.

The knowledge base knows the table's family: trials are the same for all ways of choosing among
them, and what is compared is that choice alone.

    python benchmarks/last_step_measure.py --shared ../shared --out FOLDER [--part 0/2]
    python benchmarks/last_step_measure.py --smoke
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE

from autometa import tune
from autometa.datasets import load_dataset
from autometa.tuning import _running
from autometa.tuning.final_model._assemble import Member, assemble
from autometa.tuning.workers._worker_side import refit

N_TRIALS = 14
SIZES = (200, 1_000)  # rows to learn from; choices overfit where they are few
MAX_TEST = 5_000
MIN_TEST = 150
MAX_CELLS = 60_000  # of 1,000 rows: what is measured is the choice, not time


def main() -> None:
    """Measure each table once a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--part", default="0/1", help="of the tables: NUMBER/OF")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="rows to learn from")
    parser.add_argument("--n-tables", type=int, default=None)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    if arguments.smoke:
        with tempfile.TemporaryDirectory() as folder:
            print(*[path.name for path in measure_one(Path(folder)).iterdir()])
        return
    if arguments.shared is None or arguments.out is None:
        parser.error("--shared and --out are needed")
    number, of = map(int, arguments.part.split("/"))
    for row in tables(arguments.shared)[: arguments.n_tables][number::of]:
        for size in arguments.sizes:
            if row["n_rows"] >= size + MIN_TEST:
                keep(arguments.out / f"{row['name']}-{size}.npz", row, size)


def keep(path: Path, row: dict[str, Any], size: int) -> None:
    """Measure a table, unless that was done; one that fails must not end the measurement."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        return
    start = time.monotonic()
    try:
        content = measure(row, size)
    except Exception as error:
        print(row["name"], size, type(error).__name__, error, file=sys.stderr)
        return
    with path.open("wb") as file:
        np.savez_compressed(file, **content)
    print(path.name, round(time.monotonic() - start), "s", flush=True)


def measure_one(folder: Path) -> Path:
    """Measure a small table with cheap algorithms; return the folder of what was measured."""
    row = {"source": "sklearn:breast_cancer", "family": "breast", "target": None}
    content = measure({**row, "task_type": "binary"}, 100, 3, ["naive_bayes", "decision_tree"])
    path = folder / "breast_cancer-100.npz"
    np.savez_compressed(path, **content)
    return folder


def tables(shared: Path) -> list[dict[str, Any]]:
    """Return the tables in an order drawn once, one a family first."""
    manifest = pd.read_csv(shared / "datasets" / "manifest.csv")
    manifest = manifest[manifest["n_features"] * 1_000 <= MAX_CELLS]
    manifest = manifest[manifest["n_rows"] >= min(SIZES) + MIN_TEST]
    shuffled = manifest.sample(frac=1.0, random_state=0)
    again = shuffled.groupby("family").cumcount()
    shuffled["source"] = [str(shared / "datasets" / f"{n}.parquet") for n in shuffled["name"]]
    rows: list[dict[str, Any]] = shuffled.iloc[np.argsort(again, kind="stable")].to_dict("records")
    return rows


def measure(
    row: dict[str, Any], size: int, n_trials: int = N_TRIALS, algorithms: list[str] | None = None
) -> dict[str, Any]:
    """Return predictions of one table."""
    table = load_dataset(row["source"], row["target"], task_type=row["task_type"])
    order = np.random.default_rng(size).permutation(len(table.y))
    train, test = np.sort(order[:size]), np.sort(order[size:][:MAX_TEST])
    states: list[Any] = []
    original = _running.fit_final

    def remember(state: Any, runner: Any, ensemble: bool) -> Any:
        states.append((state, runner))
        return original(state, runner, ensemble)

    _running.fit_final = remember  # type: ignore[assignment]
    try:
        tune(
            table.X.iloc[train],
            table.labels[train],
            task_type=table.task_type,
            n_trials=n_trials,
            algorithms=algorithms,
            time_budget=None,
            isolate=False,
            random_state=0,
        )
    finally:
        _running.fit_final = original
    state, runner = states[0]
    held_out, worker = state.held_out, runner._pool._state
    X, known = table.X.iloc[test], np.ones(len(test), dtype=bool)
    if state.table.n_classes:  # 200 rows may not hold every class
        known = np.isin(table.labels[test], state.table.classes)
    values, predicted = [], []
    for trial in state.completed:
        model = refit(worker, trial.candidate.algorithm, trial.config(), 0)
        pipeline = assemble(
            worker.cleaner, [Member(name="m", model=model, weight=1.0)], state.table
        )
        values.append(trial.result.values)
        is_classes = bool(state.table.n_classes)
        predicted.append(pipeline.predict_proba(X) if is_classes else pipeline.predict(X))
    y = table.labels[test]
    if state.table.n_classes:
        y = np.searchsorted(state.table.classes, np.where(known, y, state.table.classes[0]))
    return {
        "family": row["family"],
        "task_type": table.task_type,
        "metric": held_out.metric,
        "algorithms": [t.candidate.algorithm for t in state.completed],
        "sources": [t.candidate.source for t in state.completed],
        "fold_scores": [t.result.fold_scores for t in state.completed],
        "values": np.asarray(values, dtype="float32"),
        "folds": held_out.folds,
        "y": held_out.y,
        "n_classes": state.table.n_classes,
        "positive": held_out.positive,
        "test_values": np.asarray(predicted, dtype="float32")[:, known],
        "test_y": np.asarray(y)[known],
    }


if __name__ == "__main__":
    main()
