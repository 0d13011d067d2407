"""Measure whether `tune` keeps its budget, and uses it, whatever the table.

Forty generated tables of all shapes, each with several budgets, in a process of its
own; one line of JSON a run, added as it ends, so that an interrupted benchmark goes on
where it was. The promise: wall clock at most the budget and 1 s or 2 %, the larger; a
run that ends with time left says why.

    python benchmarks/budget_promise.py [--smoke] [--out FILE] [--summary]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp

OUT = Path(__file__).parent / "results" / "budget_promise.jsonl"
BUDGETS = (1.0, 5.0, 15.0)
MAX_LEFT_SHARE = 0.1  # of the budget; more has to be explained in the notes
GRACE = 60.0  # beyond the budget, then the run is killed and counts as never ended

Made = tuple[Any, Any]
Maker = Callable[[np.random.Generator], Made]


def numbers(n: int, p: int, n_classes: int = 2) -> Maker:
    """Return a maker of a table of normal numbers; 0 classes is a regression."""

    def make(rng: np.random.Generator) -> Made:
        X = pd.DataFrame(rng.normal(size=(n, p))).add_prefix("c")
        signal = X["c0"] + (X["c1"] * X[f"c{min(2, p - 1)}"] if p > 1 else 0.0)
        noisy = signal + rng.normal(size=n)
        if not n_classes:
            return X, noisy
        edges = np.quantile(noisy, np.linspace(0, 1, n_classes + 1)[1:-1])
        names = np.array([f"class {i}" for i in range(n_classes)])
        return X, names[np.searchsorted(edges, noisy)]

    return make


def levels(n: int, p: int, n_levels: int) -> Maker:
    """Return a maker of a table of categories."""

    def make(rng: np.random.Generator) -> Made:
        codes = rng.integers(0, n_levels, size=(n, p))
        names = np.array([f"level {i}" for i in range(n_levels)], dtype=object)
        X = pd.DataFrame({f"c{i}": names[codes[:, i]] for i in range(p)})
        return X, (codes[:, 0] % 3 == 0) ^ (rng.random(n) < 0.2)

    return make


def texts(n: int, n_columns: int, n_words: int) -> Maker:
    """Return a maker of a table of free text and a number."""

    def make(rng: np.random.Generator) -> Made:
        words = np.array([f"w{i}" for i in range(20_000)])
        drawn = words[rng.zipf(1.3, size=(n_columns, n, n_words)) % 20_000]
        columns = {f"t{i}": [" ".join(row) for row in drawn[i]] for i in range(n_columns)}
        return pd.DataFrame({**columns, "n": rng.normal(size=n)}), rng.integers(0, 2, n)

    return make


def sparse(n: int, p: int, density: float) -> Maker:
    """Return a maker of a sparse matrix."""

    def make(rng: np.random.Generator) -> Made:
        n_values = int(n * p * density)
        places = rng.integers(0, n, n_values), rng.integers(0, p, n_values)
        X = sp.csr_matrix((np.ones(n_values), places), shape=(n, p))
        left = np.asarray(X[:, : p // 2].sum(axis=1)).ravel()
        return X, (left > np.median(left)).astype(int)

    return make


def mixed(n: int) -> Maker:
    """Return a maker of a table of every kind of column, with gaps."""

    def make(rng: np.random.Generator) -> Made:
        X = pd.DataFrame(
            {
                "size": rng.normal(size=n),
                "whole": rng.integers(0, 9, n),
                "colour": rng.choice(["red", "green", "blue"], n),
                "city": rng.choice([f"city {i}" for i in range(500)], n),
                "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), "D"),
                "flag": rng.random(n) < 0.5,
            }
        )
        X.loc[rng.random(n) < 0.2, "size"] = np.nan
        return X, X["whole"] + (X["colour"] == "red") + rng.normal(size=n)

    return make


def rare(n: int, n_rare: int) -> Maker:
    """Return a maker of a table with a rare class."""

    def make(rng: np.random.Generator) -> Made:
        y = np.zeros(n, dtype=int)
        y[:n_rare] = 1
        return pd.DataFrame(rng.normal(size=(n, 8)) + y[:, None]).add_prefix("c"), y

    return make


TABLES: dict[str, Maker] = {
    **{f"numbers {n} x {p}": numbers(n, p) for n, p in [(30, 3), (150, 4), (1_000, 20)]},
    **{f"numbers {n} x {p}": numbers(n, p) for n, p in [(10_000, 10), (50_000, 50)]},
    **{f"numbers {n} x {p}": numbers(n, p) for n, p in [(200_000, 30), (1_000_000, 10)]},
    **{f"wide {n} x {p}": numbers(n, p) for n, p in [(60, 2_000), (200, 20_000), (2_000, 2_000)]},
    **{f"wide {n} x {p}": numbers(n, p) for n, p in [(5_000, 5_000), (100, 50_000)]},
    **{f"regression {n} x {p}": numbers(n, p, 0) for n, p in [(40, 5), (2_000, 30)]},
    **{f"regression {n} x {p}": numbers(n, p, 0) for n, p in [(100_000, 20), (500_000, 8)]},
    **{f"{k} classes {n}": numbers(n, 10, k) for n, k in [(300, 3), (5_000, 30), (20_000, 100)]},
    **{f"{k} classes {n}": numbers(n, 20, k) for n, k in [(60_000, 10), (60_000, 355)]},
    **{f"levels {n} x {p}, {k}": levels(n, p, k) for n, p, k in [(500, 5, 4), (20_000, 20, 50)]},
    **{f"levels {n} x {p}, {k}": levels(n, p, k) for n, p, k in [(100_000, 10, 5_000)]},
    **{f"levels {n} x {p}, {k}": levels(n, p, k) for n, p, k in [(300_000, 15, 12)]},
    **{f"texts {n} x {p} of {k}": texts(n, p, k) for n, p, k in [(500, 1, 20), (20_000, 2, 30)]},
    **{f"texts {n} x {p} of {k}": texts(n, p, k) for n, p, k in [(100_000, 2, 60)]},
    **{f"sparse {n} x {p}": sparse(n, p, d) for n, p, d in [(500, 100, 0.05)]},
    **{f"sparse {n} x {p}": sparse(n, p, d) for n, p, d in [(20_000, 3_000, 0.003)]},
    **{f"sparse {n} x {p}": sparse(n, p, d) for n, p, d in [(100_000, 100_000, 0.0001)]},
    **{f"sparse {n} x {p}": sparse(n, p, d) for n, p, d in [(5_000, 200_000, 0.0005)]},
    **{f"mixed {n}": mixed(n) for n in (200, 10_000, 200_000)},
    **{f"rare {n}, {k}": rare(n, k) for n, k in [(500, 3), (60_000, 5)]},
    "one column 20000": numbers(20_000, 1),
    "two columns 300": numbers(300, 2, 3),
}
SMOKE = ("numbers 150 x 4", "sparse 500 x 100")


def run_one(name: str, budget: float) -> dict[str, Any]:
    """Return how one run went, measured in this process."""
    warnings.simplefilter("ignore")
    X, y = TABLES[name](np.random.default_rng(0))
    from autometa import tune

    start = time.monotonic()
    result = tune(X, y, time_budget=budget, random_state=0)
    seconds = time.monotonic() - start
    processor = sum(os.times()[:4])
    statuses = result.leaderboard()["status"].value_counts()
    is_judged = result.score == result.score
    return {
        "seconds": round(seconds, 3),
        "processor_seconds": round(processor, 2),
        "trials": {str(status): int(n) for status, n in statuses.items()},
        "score": round(float(result.score), 5) if is_judged else None,
        "notes": list(result.notes),
    }


def measure(name: str, budget: float) -> dict[str, Any]:
    """Return how one run went, in a process that is killed when it does not end."""
    command = [sys.executable, __file__, "--one", name, "--budget", str(budget)]
    entry: dict[str, Any] = {"table": name, "budget": budget}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=budget + GRACE, check=False
        )
    except subprocess.TimeoutExpired:
        return {**entry, "error": f"not ended {GRACE:.0f} s after the budget"}
    if done.returncode:
        return {**entry, "error": done.stderr.strip().splitlines()[-1:]}
    entry |= json.loads(done.stdout.splitlines()[-1])
    left = budget - entry["seconds"]
    entry["overshoot"] = round(-left, 3)
    entry["is_late"] = -left > max(1.0, 0.02 * budget)
    is_explained = any("of the budget left" in note for note in entry["notes"])
    entry["is_early_unsaid"] = left > max(1.0, MAX_LEFT_SHARE * budget) and not is_explained
    return entry


def summary(entries: list[dict[str, Any]]) -> str:
    """Return what the runs say together."""
    ended = [e for e in entries if "seconds" in e]
    late = [e for e in ended if e["is_late"]]
    lines = [
        f"{len(entries)} runs, {len(entries) - len(ended)} without an end or with an error, "
        f"{len(late)} later than promised, {sum(e['is_early_unsaid'] for e in ended)} early "
        f"without a word, {sum(e['score'] is None for e in ended)} without a judged setup.",
        f"Largest overshoot {max((e['overshoot'] for e in ended), default=0.0):.2f} s.",
    ]
    lines += [f"late: {e['table']}, {e['budget']} s: {e['seconds']:.1f} s" for e in late]
    return "\n".join(lines)


def main() -> None:
    """Measure what is not measured yet, and sum up."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--smoke", action="store_true", help="two small tables, one budget")
    parser.add_argument("--summary", action="store_true", help="only sum up")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--budget", type=float, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(run_one(asked.one, asked.budget)))
        return
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    lines = asked.out.read_text().splitlines() if asked.out.exists() else []
    entries = [json.loads(line) for line in lines]
    done = {(e["table"], e["budget"]) for e in entries}
    tables = SMOKE if asked.smoke else tuple(TABLES)
    budgets = (4.0,) if asked.smoke else BUDGETS
    wanted = [(t, b) for b in budgets for t in tables if (t, b) not in done]
    for name, budget in [] if asked.summary else wanted:
        entry = measure(name, budget)
        entries.append(entry)
        with asked.out.open("a") as file:
            file.write(json.dumps(entry) + "\n")
        print(json.dumps(entry), flush=True)
    print(summary(entries))


if __name__ == "__main__":
    main()
