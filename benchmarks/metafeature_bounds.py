"""What do meta-features of large and odd tables cost? Seconds and peak memory, one thread.

Each table is built in a process of its own and described once with the default bounds.
Seconds are those of the processor. Memory is the peak of the resident set during
`extract`, less what the process held before (the table, and what a small one needed).

    python benchmarks/metafeature_bounds.py
    python benchmarks/metafeature_bounds.py --smoke
    python benchmarks/metafeature_bounds.py --only "numbers" --scale 0.1 --json
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import platform
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, made_by, results

SMOKE_CASES = {"10,000 x 30": 0.1, "2 rows": 1.0}
Task = tuple[Any, Any]
FEWEST_ROWS = 2_000
RNG = np.random.default_rng(0)


def numbers(n_rows: int, n_columns: int) -> Task:
    """Return normal numbers; two columns decide the class."""
    X = pd.DataFrame(RNG.standard_normal((n_columns, n_rows)).T)
    return X, (X[0] + X[1 % n_columns] > 0).to_numpy().astype(int)


def regression(n_rows: int, n_columns: int) -> Task:
    """Return normal numbers and a number to predict."""
    X, _ = numbers(n_rows, n_columns)
    return X, X[0] * X[1] + RNG.standard_normal(n_rows)


def with_gaps(n_rows: int, n_columns: int) -> Task:
    """Return nullable numbers, 5 % of them missing, and dates."""
    X, y = numbers(n_rows, n_columns)
    for i in range(n_columns):
        gaps = pd.Series(RNG.random(n_rows) < 0.05)
        values = X.pop(i)
        if i % 2:
            X[f"n{i}"] = values.astype("Float64").mask(gaps)
        else:
            X[f"d{i}"] = pd.to_datetime((values * 1e6).astype("int64"), unit="s").mask(gaps)
    return X, y


def level_names(n_levels: int) -> np.ndarray:
    """Return names of levels as a table of texts would have them."""
    return np.array([f"level {i}" for i in range(n_levels)], dtype=object)


def mixed(n_rows: int, n_columns: int) -> Task:
    """Return 60 % numbers and 40 % categories of 5 to 1,000 levels."""
    n_numbers = n_columns * 6 // 10
    X, y = numbers(n_rows, n_numbers)
    columns = {f"n{i}": X.pop(i) for i in range(n_numbers)}
    for i, n_levels in enumerate(np.geomspace(5, 1000, n_columns - n_numbers).astype(int)):
        codes = RNG.integers(0, n_levels, n_rows)
        columns[f"c{i}"] = pd.Series(level_names(n_levels)[codes], dtype="str")
    return pd.DataFrame(columns, copy=False), y


def mixed_polars(n_rows: int, n_columns: int) -> Task:
    """Return the same as a polars table."""
    import polars

    X, y = mixed(n_rows, n_columns)
    return polars.DataFrame({name: X.pop(name).to_numpy() for name in list(X)}), y


def mixed_pyarrow(n_rows: int, n_columns: int) -> Task:
    """Return the same as a pyarrow table."""
    import pyarrow

    X, y = mixed(n_rows, n_columns)
    return pyarrow.table({name: pyarrow.array(X.pop(name)) for name in list(X)}), y


def categories(n_rows: int, n_columns: int) -> Task:
    """Return columns of 2 to 20 categories."""
    columns = {
        f"c{i}": pd.Series(level_names(2 + i % 19)[RNG.integers(0, 2 + i % 19, n_rows)])
        for i in range(n_columns)
    }
    return pd.DataFrame(columns), RNG.integers(0, 3, n_rows)


def many_levels(n_rows: int, n_columns: int) -> Task:
    """Return numbers and one column of 100,000 categories (or one a row)."""
    X, y = numbers(n_rows, n_columns - 1)
    n_levels = min(100_000, n_rows)
    codes = RNG.permutation(np.arange(n_rows) % n_levels)
    return X.assign(name=level_names(n_levels)[codes]), y


def many_classes(n_rows: int, n_columns: int) -> Task:
    """Return numbers and 1,000 classes."""
    X, _ = numbers(n_rows, n_columns)
    places = np.argsort(np.argsort(X[0].to_numpy()))
    return X, level_names(1000)[places * 1000 // n_rows]


def sparse(n_rows: int, n_columns: int) -> Task:
    """Return a SciPy matrix, a hundredth of it not zero."""
    import scipy.sparse

    X = scipy.sparse.random_array((n_rows, n_columns), density=0.01, format="csr", rng=RNG)
    return X, RNG.integers(0, 2, n_rows)


def sparse_counts(n_rows: int, n_columns: int) -> Task:
    """Return counts of words: a thousandth not zero, small whole numbers."""
    import scipy.sparse

    X = scipy.sparse.random_array((n_rows, n_columns), density=0.001, format="csr", rng=RNG)
    X.data = np.ceil(3 * X.data)
    return X, RNG.integers(0, 2, n_rows)


CASES: dict[str, tuple[Callable[[int, int], Task], int, int]] = {
    "numbers": (numbers, 1_000_000, 100),
    "numbers, regression": (regression, 1_000_000, 100),
    "60 numbers, 40 categories": (mixed, 1_000_000, 100),
    "60 numbers, 40 categories, polars": (mixed_polars, 1_000_000, 100),
    "60 numbers, 40 categories, pyarrow": (mixed_pyarrow, 1_000_000, 100),
    "nullable numbers and dates": (with_gaps, 1_000_000, 100),
    "100,000 categories": (many_levels, 100_000, 10),
    "100,000 categories, 1M rows": (many_levels, 1_000_000, 10),
    "1,000 classes": (many_classes, 10_000, 20),
    "10,000 columns": (numbers, 1_000, 10_000),
    "5,000 columns of categories": (categories, 1_000, 5_000),
    "sparse, 1 % stored": (sparse, 100_000, 1_000),
    "sparse counts, 0.1 % stored": (sparse_counts, 20_000, 100_000),
    "10M rows": (numbers, 10_000_000, 10),
    "10,000 x 30": (numbers, 10_000, 30),
    "2 rows": (categories, 2, 5),
}


def resident_mb(what: str) -> float:
    """Return the process's resident set now (VmRSS) or at its peak (VmHWM)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024


def measure(case: str, scale: float) -> dict[str, Any]:
    """Describe one table in this process."""
    from metafeatures import MetaFeatureExtractor, describe, list_metafeatures

    warnings.simplefilter("ignore")
    make, n_rows, n_columns = CASES[case]
    n_rows = max(min(n_rows, FEWEST_ROWS), round(n_rows * scale))
    describe(RNG.random((200, 3)), np.arange(200) % 2)  # imports
    describe(RNG.random((200, 3)), RNG.random(200))
    X, y = make(n_rows, n_columns)
    if case == "2 rows":
        y = [0, 1]
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what building the table left is not to be used again
    before = resident_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    start, wall = time.process_time(), time.perf_counter()
    extractor = MetaFeatureExtractor()
    values = extractor.extract(X, y)
    seconds, wall = time.process_time() - start, time.perf_counter() - wall
    peak = resident_mb("VmHWM")
    costs = extractor.report_.groupby("family", sort=False)["seconds"].sum() * seconds / wall
    documented = list_metafeatures().set_index("name").loc[values.index, "undefined"] != ""
    return {
        "case": case,
        "rows": n_rows,
        "columns": n_columns,
        "table MB": before,
        "seconds": seconds,
        "reading": seconds - costs.sum(),
        "extra MB": peak - before,
        "n": len(values),
        "undocumented": values.index[values.isna() & ~documented].tolist(),
        "families": costs.to_dict(),
        "slowest": extractor.report_["seconds"].nlargest(5).to_dict(),
    }


def in_a_process(case: str, scale: float) -> dict[str, Any]:
    """Describe one table in a process of its own."""
    command = [sys.executable, __file__, "--only", case, "--scale", str(scale), "--json"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found[0]


def write(found: list[dict[str, Any]], folder: Path) -> None:
    """Write the table of results."""
    families = list(dict.fromkeys(family for one in found for family in one["families"]))
    lines = [
        "# Bounds of the meta-features",
        "",
        f"All {found[0]['n']} meta-features with the default bounds, one thread: seconds of the "
        f"processor. Python {platform.python_version()}, NumPy {np.__version__}, pandas "
        f"{pd.__version__}. Extra MB: peak memory beyond the table's own. Reading: hashing all "
        "rows, choosing the sample.",
        "",
        f"| table | rows | columns | seconds | extra MB | reading | {' | '.join(families)} |",
        f"| --- | {'--: | ' * (5 + len(families))}",
    ]
    for one in found:
        parts = " | ".join(f"{one['families'].get(family, 0):.2f}" for family in families)
        lines.append(
            f"| {one['case']} | {one['rows']:,} | {one['columns']:,} | {one['seconds']:.2f} | "
            f"{one['extra MB']:.0f} | {one['reading']:.2f} | {parts} |"
        )
    page = [*lines, "", made_by("metafeature_bounds.py"), ""]
    (folder / "metafeature_bounds.md").write_text("\n".join(page))


def main() -> None:
    """Measure every table, or some."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=CASES, action="append", help="may be repeated")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the rows")
    parser.add_argument("--json", action="store_true", help="measure in this process, print")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    cases = arguments.only or list(CASES)
    if arguments.json:
        print(json.dumps([measure(case, arguments.scale) for case in cases]))
        return
    found = []
    scales = dict.fromkeys(cases, arguments.scale)
    for case, scale in (SMOKE_CASES if arguments.smoke else scales).items():
        one = in_a_process(case, scale)
        print(f"{case}: {one['seconds']:.2f} s, {one['extra MB']:.0f} MB")
        found.append(one)
    if not arguments.only and arguments.scale == 1:
        with results(arguments.smoke) as folder:
            write(found, folder)


if __name__ == "__main__":
    main()
