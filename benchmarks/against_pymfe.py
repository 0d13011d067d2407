"""Times each family of meta-features against pymfe, and compares the values.

Each family is timed on the same generated numeric table (3 classes) in a process of its
own: pymfe's group, ours on all rows (``max_rows=None``) and ours with its default
bounds. Seconds are processor seconds of one thread; imports and a first small table are
not counted. A process over its limit is ended: its ratio is then a lower bound. In the
same runs, whatever carries a pymfe name in the catalogue is compared with pymfe's value.
Landmarkers are asked of rows in our order, which alone decides pymfe's folds; those
without a pymfe name, for another detail, are compared with the tolerance said.

    pip install -e ".[benchmarks]"
    python benchmarks/against_pymfe.py --smoke
    OMP_NUM_THREADS=1 python benchmarks/against_pymfe.py

Cells already measured are read from ``results/against_pymfe.json``; delete it to start
anew. The values of real tables are compared by ``same_values.py``.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, made_by, results
from sklearn.datasets import make_classification

from metafeatures import MetaFeatureExtractor, list_metafeatures
from metafeatures._dataset import Dataset
from metafeatures._task import read_target

LANDMARKERS = [
    "best_node",
    "random_node",
    "worst_node",
    "linear_discr",
    "naive_bayes",
    "one_nn",
    "elite_nn",
]
GROUPS = {
    "simple": "general",
    "statistical": "statistical",
    "information-theoretic": "info-theory",
    "model-based": "model-based",
    "landmarking": "landmarking",
    "concept": "concept",
    "clustering": "clustering",
    "complexity": "complexity",
}
EVERYTHING = "everything"
ALL_PAIRS = ("concept", "clustering", "complexity", "landmarking", EVERYTHING)
SUMMARIES = ["mean", "sd", "min", "median", "max", "range"]
SEED = int(np.random.RandomState(0).randint(2**31 - 1))


def make_table(n_rows: int, n_columns: int) -> tuple[pd.DataFrame, np.ndarray[Any, Any]]:
    """Return a numeric table of three classes."""
    X, y = make_classification(
        n_rows, n_columns, n_informative=8, n_redundant=2, n_classes=3, flip_y=0.1, random_state=0
    )
    return pd.DataFrame(X), y


def in_our_order(X: pd.DataFrame, y: Any) -> tuple[pd.DataFrame, Any]:
    """Return the rows in the order that our folds are made from."""
    dataset = Dataset(X, read_target(pd.Series(y), len(X)), max_rows=None, seed=SEED)
    return X.iloc[dataset.sample].reset_index(drop=True), y[dataset.sample]


def run_pymfe(family: str, X: pd.DataFrame, y: Any) -> dict[str, float]:
    """Return pymfe's values of the group that corresponds to a family."""
    from pymfe.mfe import MFE

    extractor = MFE(
        groups=[GROUPS[family]], summary=SUMMARIES, random_state=0, suppress_warnings=True
    )
    extractor.fit(X.to_numpy(), np.asarray(y), suppress_warnings=True)
    names, values = extractor.extract(suppress_warnings=True)
    return dict(zip(names, values, strict=True))


def run_ours(family: str, X: pd.DataFrame, y: Any, max_rows: int | None) -> dict[str, float]:
    """Return our values of a family, of pymfe's landmarkers, or of everything."""
    wanted: dict[str, Any] = {"families": [family]}
    if family in ("landmarking", EVERYTHING):
        wanted = {"names": LANDMARKERS} if family == "landmarking" else {}
    return dict(MetaFeatureExtractor(**wanted, max_rows=max_rows, random_state=0).extract(X, y))


def measure_here(who: str, family: str, n_rows: int, n_columns: int) -> dict[str, Any]:
    """Return processor seconds and values; meant for a process of its own."""
    warnings.simplefilter("ignore")
    runs = {
        "pymfe": run_pymfe,
        "all rows": lambda f, X, y: run_ours(f, X, y, None),
        "default": lambda f, X, y: run_ours(f, X, y, 10_000),
    }
    runs[who](family, *make_table(60, 12))
    X, y = in_our_order(*make_table(n_rows, n_columns))
    seconds = []
    while sum(seconds) < 0.5 and len(seconds) < 5:
        start = time.process_time()
        values = runs[who](family, X, y)
        seconds.append(time.process_time() - start)
    return {"seconds": min(seconds), "values": {k: _number(v) for k, v in values.items()}}


def _number(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def measure(cell: tuple[str, str, int, int], limit: float, memory: int) -> dict[str, Any]:
    """Measure one cell in a process of its own; say so when it hits a limit."""
    who, family, n_rows, n_columns = cell
    command = [sys.executable, __file__, "--one", who, family, str(n_rows), str(n_columns)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    shell = ["bash", "-c", f'ulimit -v {memory}; exec "$@"', "--", *command]
    try:
        done = subprocess.run(
            shell, capture_output=True, text=True, timeout=limit, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"> {limit:.0f} s"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        return {"failed": "memory" if "emory" in last or "alloc" in last else last[:80]}
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def cells(rows: list[int], columns: list[int]) -> Iterator[tuple[str, str, int, int]]:
    """Yield who computes which family of which table; the same table in a row."""
    for n_rows in rows:
        for n_columns in columns:
            for family in (*GROUPS, EVERYTHING):
                for who in ("pymfe", "all rows", "default"):
                    is_too_many = n_rows > 20_000 and family in ALL_PAIRS
                    is_absent = who == "pymfe" and family == EVERYTHING
                    if not (is_absent or (is_too_many and who == "all rows")):
                        yield who, family, n_rows, n_columns


def key(cell: tuple[str, str, int, int]) -> str:
    """Return the name of a cell in the file of results."""
    return " | ".join(map(str, cell))


def main() -> None:
    """Measure what is not measured yet; then write the tables and the plot."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--one", nargs=4, metavar=("WHO", "FAMILY", "ROWS", "COLUMNS"))
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    parser.add_argument("--columns", type=int, nargs="*", default=[10, 30, 100])
    parser.add_argument("--limit", type=float, default=120.0, help="seconds of wall time a cell")
    parser.add_argument("--memory", type=int, default=10_000_000, help="kB of address space")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    if options.one:
        who, family, n_rows, n_columns = options.one
        print(json.dumps(measure_here(who, family, int(n_rows), int(n_columns))))
        return
    wanted = list(cells(options.rows, options.columns))
    if options.smoke:
        wanted = [("pymfe", "simple", 100, 10), ("all rows", "simple", 100, 10)]
    with results(options.smoke) as folder:
        file = folder / "against_pymfe.json"
        measured = json.loads(file.read_text()) if file.exists() else {}
        for cell in wanted:
            if key(cell) not in measured:
                measured[key(cell)] = measure(cell, options.limit, options.memory)
                shown = measured[key(cell)]
                seconds = f"{shown.get('seconds', 0):.3f} s"
                print(key(cell), shown.get("failed", seconds), flush=True)
                file.write_text(json.dumps(measured, indent=0))
        report(measured, options.limit, folder)


def report(measured: dict[str, Any], limit: float, folder: Path) -> None:
    """Write the tables and the plot of what was measured."""
    import against_pymfe_report

    about = (
        f"One thread of {platform.machine()}, Python {platform.python_version()}, "
        f"pymfe {version('pymfe')}, scikit-learn {version('scikit-learn')}. "
        f"Limit {limit:.0f} s of wall time a cell. {made_by('against_pymfe.py')}"
    )
    against_pymfe_report.write(measured, about, list_metafeatures("multiclass"), folder)


if __name__ == "__main__":
    main()
