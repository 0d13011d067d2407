"""Measure `tune` on tables of many rows beside the defaults of CatBoost and LightGBM.

Each method runs in a process of its own on three quarters of the rows and is judged on the rest.
The defaults are the libraries' own, with native categories and ``--n-jobs`` threads. `tune` gets
the seconds that CatBoost's default took (`--least` at least), so that the three are compared at
the same seconds; it has the bundled knowledge base without the table's family. Memory is the
proportional set size of the whole process tree, sampled twice a second, the table and a Python
with its libraries included; the promise is 700 MB and three times the table. ``first`` are the
seconds to the first scored trial, ``recommend`` those of a first call in a fresh process,
knowledge base included. ::

    python benchmarks/large.py --shared ../shared --n-datasets 6
    python benchmarks/large.py --generated
    python benchmarks/large.py --smoke

Run it on a machine that does nothing else; some five minutes a table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, Kept, made_by, results
from tune_compared import halves, judge, without_family

from autometa.metrics import default_metric
from autometa.tables import Table, check_table

MIN_ROWS = 20_000
GENERATED = {"200,000 x 30": (200_000, 30), "1,000,000 x 20": (1_000_000, 20)}
LEVELS = (2, 5, 12, 40, 300, 8, 25, 100, 3, 15)  # of the categories, one column after the other
METHODS = ("catboost", "lightgbm", "recommend", "tune")
PROMISED_MB, PROMISED_COPIES = 700, 3
LEAST_SECONDS = 10.0
SAMPLE_SECONDS = 0.5
COLUMNS = ("method", "seconds", "first", "error", "ratio", "memory", "promised")


def generated(n_rows: int, n_columns: int) -> tuple[pd.DataFrame, pd.Series[Any]]:
    """Return a table of two classes: numbers with gaps, and categories in a third of it."""
    rng = np.random.default_rng(0)
    n_categories = n_columns // 3
    X = pd.DataFrame(rng.normal(size=(n_rows, n_columns - n_categories))).add_prefix("n")
    signal = X["n0"] * X["n1"] + np.sin(2 * X["n2"]) + 0.5 * X["n3"]
    for place in range(n_categories):
        n_levels = LEVELS[place % len(LEVELS)]
        codes = rng.choice(n_levels, n_rows, p=rng.dirichlet(np.ones(n_levels)))
        signal = signal + 0.5 * rng.normal(size=n_levels)[codes]
        X[f"c{place}"] = pd.Categorical.from_codes(codes, [f"level {i}" for i in range(n_levels)])
    X.loc[rng.random(n_rows) < 0.05, "n0"] = np.nan
    chance = 1 / (1 + np.exp(-2 * (signal - signal.mean()) / signal.std()))
    return X, pd.Series(np.where(rng.random(n_rows) < chance, "yes", "no"))


def read(name: str, shared: str | None) -> tuple[Table, str]:
    """Return a table, and its family."""
    if shared is None:
        n_rows, n_columns = GENERATED.get(name) or map(int, name.split(" x "))
        return check_table(*generated(n_rows, n_columns)), name
    manifest = pd.read_csv(Path(shared) / "large" / "manifest.csv", keep_default_na=False)
    row = manifest.set_index("name").loc[name]
    frame = pd.read_parquet(Path(shared) / "large" / f"{name}.parquet")
    X, y = frame.drop(columns=row["target"]), frame[row["target"]]
    return check_table(X, y, task_type=row["task_type"]), row["family"]


class PeakMemory(threading.Thread):
    """Watches the memory of this process and of all that it has started."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.bytes, self._is_over = 0, threading.Event()

    def run(self) -> None:
        """Sample until it is stopped."""
        while not self._is_over.wait(SAMPLE_SECONDS):
            self.bytes = max(self.bytes, _tree_bytes())

    def stop(self) -> float:
        """Return the most megabytes that were seen; NaN where the system does not say."""
        self._is_over.set()
        self.join()
        return self.bytes / 1e6 or float("nan")


def _tree_bytes() -> int:
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
    tree = {int(Path("/proc/self").resolve().name)} if parents else set()
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return sum(map(_bytes_of, tree))


def _bytes_of(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def measure(asked: dict[str, Any]) -> dict[str, Any]:
    """Return seconds, error on held-out rows and memory of one method, in this process."""
    warnings.simplefilter("ignore")
    table, family = read(asked["name"], asked["shared"])
    train, test = halves(table, seed=0)
    X, y = table.X.iloc[train], table.labels[train]
    size = float(X.memory_usage(deep=True).sum() / 1e6)
    watch = PeakMemory()
    watch.start()
    start = time.monotonic()
    model, first, *seconds = RUNS[asked["method"]](table, X, y, family, asked)
    taken = seconds[0] if seconds else time.monotonic() - start
    row = {"seconds": taken, "first": first, "memory": watch.stop()}
    metric = default_metric(table.task_type)
    score = float("nan") if model is None else judge(model, table, test, metric)
    error = 1.0 - score if metric == "roc_auc" else -score
    promised = PROMISED_MB + PROMISED_COPIES * size
    return {"method": asked["method"], **row, "error": error, "promised": promised}


def _tuned(table: Table, X: Any, y: Any, family: str, asked: dict[str, Any]) -> Any:
    from autometa import tune

    kb = True if asked["shared"] is None else without_family(family)
    begun = time.monotonic()
    scored: list[float] = []

    def note(study: Any, trial: Any) -> None:
        if trial.state.name == "COMPLETE":
            scored.append(time.monotonic() - begun)

    result = tune(
        X,
        y,
        task_type=table.task_type,
        time_budget=asked["seconds"],
        n_jobs=asked["n_jobs"],
        random_state=0,
        knowledge_base=None if kb is True else kb,
        callbacks=[note],
    )
    first = scored[0] if scored else float("nan")
    return result.best_pipeline, first, time.monotonic() - begun


def _advised(table: Table, X: Any, y: Any, family: str, asked: dict[str, Any]) -> Any:
    from autometa import recommend

    recommend(X, y, task_type=table.task_type)
    return None, float("nan")


def _default(table: Table, X: Any, y: Any, family: str, asked: dict[str, Any]) -> Any:
    start = time.monotonic()
    library = Library(asked["method"], table, asked["n_jobs"])
    return library.fit(X, y), time.monotonic() - start


class Library:
    """The default of a library, with its native categories."""

    def __init__(self, name: str, table: Table, n_jobs: int) -> None:
        self.name = name
        is_number = {c: pd.api.types.is_numeric_dtype(table.X[c]) for c in table.X}
        self.dates = [c for c in table.X if pd.api.types.is_datetime64_any_dtype(table.X[c])]
        self.levels = [c for c in table.X if not is_number[c] and c not in self.dates]
        self.model = self._model(table, n_jobs)

    def _model(self, table: Table, n_jobs: int) -> Any:
        kind = "Classifier" if table.n_classes else "Regressor"
        if self.name == "lightgbm":
            import lightgbm

            return getattr(lightgbm, f"LGBM{kind}")(n_jobs=n_jobs, verbose=-1)
        import catboost

        return getattr(catboost, f"CatBoost{kind}")(
            thread_count=n_jobs, verbose=0, allow_writing_files=False, cat_features=self.levels
        )

    def _read(self, X: pd.DataFrame) -> pd.DataFrame:
        dates = {c: X[c].astype("int64").astype("float64") for c in self.dates}
        if self.name == "catboost":
            texts = {c: X[c].astype(object).where(X[c].notna(), "").map(str) for c in self.levels}
        else:
            texts = {c: X[c].astype(self.known[c]) for c in self.levels}
        return X.assign(**dates, **texts)

    def fit(self, X: pd.DataFrame, y: Any) -> Library:
        """Fit on a table."""
        self.known = {c: X[c].astype("category").dtype for c in self.levels}
        self.model.fit(self._read(X), y)
        self.classes_ = getattr(self.model, "classes_", None)
        return self

    def predict(self, X: pd.DataFrame) -> Any:
        """Return predicted values."""
        return self.model.predict(self._read(X))

    def predict_proba(self, X: pd.DataFrame) -> Any:
        """Return the probabilities of the classes."""
        return self.model.predict_proba(self._read(X))


RUNS = {"catboost": _default, "lightgbm": _default, "recommend": _advised, "tune": _tuned}


def measure_apart(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what `measure` does, in a process of its own."""
    command = [sys.executable, __file__, "--one", json.dumps(asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    row: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return row


def measure_all(name: str, shared: str | None, options: Any, lines: Path) -> list[Any]:
    """Return a row for each method on a table, CatBoost's first: it says the seconds of `tune`."""
    kept, rows, seconds = Kept(lines), [], options.least
    for method in METHODS:
        asked = {"name": name, "shared": shared, "method": method, "n_jobs": options.n_jobs}
        asked["seconds"] = round(seconds, 1)
        key = name, method, options.n_jobs, options.least
        (row,) = kept.rows(key, lambda asked=asked: [measure_apart(asked)])
        if method == "catboost" and not options.smoke:
            seconds = max(seconds, row["seconds"])
        print(json.dumps({"name": name, **row}), file=sys.stderr, flush=True)
        rows.append({"table": name, **row})
    return rows


def page(rows: list[dict[str, Any]], command: str) -> str:
    """Return the page of results."""
    frame = pd.DataFrame(rows)
    of_catboost = frame[frame["method"] == "catboost"].set_index("table")["error"]
    frame["ratio"] = frame["error"] / frame["table"].map(of_catboost)
    shown = frame[["table", *COLUMNS]].round(
        {"seconds": 1, "first": 1, "error": 4, "ratio": 3, "memory": 0, "promised": 0}
    )
    lines = [list(shown), ["---"] * len(shown.columns)]
    lines += shown.astype(object).where(shown.notna(), "").to_numpy().tolist()
    text = "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
    ours = frame[frame["method"] == "tune"].set_index("table")
    n_ahead = int((ours["ratio"] <= 1).sum())
    n_kept = int((ours["memory"] <= ours["promised"]).sum())
    intro = str(__doc__).split(" ::")[0] + f"\nThe load of the machine was {_load()}."
    return (
        f"# Tables of many rows\n\n{intro}\n\n``error`` is 1 - ROC AUC, log loss or RMSE, "
        f"``ratio`` that of CatBoost's default; megabytes.\n\n{text}\n\n"
        f"`tune` has at most the error of CatBoost's default on {n_ahead} of {len(ours)} tables, "
        f"and keeps to the promised memory on {n_kept}.\n\n{made_by(command)}\n"
    )


def main() -> None:
    """Measure what is not measured yet, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--shared", help="folder that holds large/")
    parser.add_argument("--n-datasets", type=int, default=6, help="drawn of those in large/")
    parser.add_argument("--names", nargs="+", help="these, instead of drawn ones")
    parser.add_argument("--generated", action="store_true", help="two generated tables")
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--least", type=float, default=LEAST_SECONDS, help="seconds of `tune`")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(measure(json.loads(options.one)), default=float))
        return
    if not (options.shared or options.generated or options.smoke):
        parser.error("--shared or --generated is needed without --smoke")
    with results(options.smoke) as folder:
        wanted: list[tuple[str, str | None]] = []
        if options.smoke:
            options.least, options.n_jobs = 4.0, 1
            wanted.append(("900 x 6", None))
        if options.shared:
            names = options.names or draw(options.shared, options.n_datasets)
            wanted += [(name, options.shared) for name in names]
        if options.generated:
            wanted += [(name, None) for name in GENERATED]
        rows = []
        for name, shared in wanted:
            rows += measure_all(name, shared, options, folder / "large.jsonl")
            text = page(rows, "large.py " + " ".join(sys.argv[1:]))
            (folder / "large.md").write_text(text)  # each time: a run that is stopped has one
        print(text)


def _load() -> str:
    """Return how many processes were running on how many cores, in the last quarter of an hour."""
    return (
        f"{os.getloadavg()[2]:.1f} on {os.cpu_count()} cores" if hasattr(os, "getloadavg") else ""
    )


def draw(shared: str, n_datasets: int) -> list[str]:
    """Return tables of many rows at random, one of a family at most."""
    manifest = pd.read_csv(Path(shared) / "large" / "manifest.csv", keep_default_na=False)
    many = manifest[manifest["n_rows"] >= MIN_ROWS]
    drawn = many.sample(frac=1.0, random_state=0).drop_duplicates("family")
    return list(drawn["name"].head(n_datasets))


if __name__ == "__main__":
    main()
