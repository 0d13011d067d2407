"""Measure what forms of the target do where it is never below 0: logarithms, Poisson, Tweedie.

For each table and algorithm the error of each form of the target, as a share of that of the
target as it is, on three held-out thirds. "Chosen" is the form with the least error on a third
of the training rows, as `tune` chooses by folds: what a search gets that tries them all.
Tables are drawn, and of a folder one of each family; rows of the page are by skewness.

    python benchmarks/long_tails.py [--tables FOLDER] [--smoke]
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import SMOKE, by_group, made_by, results
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from sklearn.model_selection import KFold

from autometa.algorithms import IDENTITY, TableCleaner, get_algorithm
from autometa.datasets import load_dataset
from autometa.tables import Table, check_table

SETUPS = {"lightgbm": "library", "ridge": "library"}
ERRORS = {"RMSE": root_mean_squared_error, "MAE": mean_absolute_error}
BINS = (-np.inf, 0.5, 1.0, 2.0, np.inf)  # of skewness
MAX_ROWS, MAX_COLUMNS = 800, 40
CHOSEN = "chosen"


def drawn(n: int, seeds: int) -> Iterator[tuple[str, Table]]:
    """Yield generated tables: counts, overdispersed ones, prices, and positive normal values."""
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        X = pd.DataFrame(rng.normal(size=(n, 6))).add_prefix("x")
        eta = 0.6 * X["x0"] + 0.5 * np.sin(2 * X["x1"]) + 0.4 * X["x2"] * X["x3"] + 0.5
        mean = np.exp(eta)
        targets = {
            "generated counts": rng.poisson(mean),
            "generated overdispersed": rng.poisson(mean * rng.gamma(1.0, 1.0, n)),
            "generated prices": np.exp(eta + rng.normal(0, 0.5, n)),
            "generated additive": np.maximum(10 + 2 * eta + rng.normal(size=n), 0),
        }
        for name, y in targets.items():
            yield name, check_table(X, pd.Series(y, dtype=float), "regression")


def stored(folder: Path | None) -> Iterator[tuple[str, Table]]:
    """Yield the first suitable table of each family of a folder with a manifest."""
    if folder is None:
        return
    manifest = pd.read_csv(folder / "manifest.csv")
    fits = (manifest["task_type"] == "regression") & (manifest["n_features"] <= MAX_COLUMNS)
    for row in manifest[fits].drop_duplicates("family").to_dict("records"):
        table = load_dataset(folder / f"{row['name']}.parquet", row["target"])
        if table.task_type != "regression" or table.y.min() < 0:
            continue
        if len(table.y) > MAX_ROWS:
            rows = np.random.default_rng(0).choice(len(table.y), MAX_ROWS, replace=False)
            table = table.take(np.sort(rows))
        yield row["family"], table


def predicted(name: str, form: str, table: Table, X: Any, train: Any, test: Any) -> Any:
    """Return the predictions of some rows by a model of others."""
    algorithm = get_algorithm(name)
    config = {**algorithm.setups("regression")[SETUPS[name]], "target": form}
    model = algorithm.build(config, "regression", n_rows=len(train))[1:]
    return clone(model).fit(X.iloc[train], table.y[train]).predict(X.iloc[test])


def measure(family: str, table: Table) -> list[dict[str, Any]]:
    """Return the errors of each algorithm and form."""
    X, y, rows = TableCleaner().fit_transform(table.X), table.y, []
    folds = list(KFold(3, shuffle=True, random_state=0).split(y))
    for name in SETUPS:
        errors: dict[tuple[str, str], list[float]] = {}
        for train, test in folds:
            learnt, judged = next(KFold(3, shuffle=True, random_state=1).split(train))
            found = {}
            for form in get_algorithm(name).targets:
                outer = predicted(name, form, table, X, train, test)
                inner = predicted(name, form, table, X, train[learnt], train[judged])
                for error, function in ERRORS.items():
                    value = function(y[test], outer)
                    errors.setdefault((error, form), []).append(value)
                    found[error, form] = function(y[train[judged]], inner), value
            for error in ERRORS:
                best = min(v for (e, _), v in found.items() if e == error)
                errors.setdefault((error, CHOSEN), []).append(best[1])
        rows += [
            {
                "family": family,
                "skewness": float(pd.Series(y).skew()),
                "algorithm": name,
                "error": error,
                "form": form,
                "log_ratio": np.log(np.mean(values) / np.mean(errors[error, IDENTITY])),
            }
            for (error, form), values in errors.items()
            if form != IDENTITY
        ]
    return rows


def page(rows: pd.DataFrame, command: str) -> str:
    """Return the page: a line for each bin of skewness, error, algorithm and form."""
    rows = rows.assign(bin=pd.cut(rows["skewness"], BINS, right=False).astype(str))
    lines = [
        "# Targets that are never below 0",
        "",
        "Logarithm of the ratio of errors to the same setup with the target as it is, below 0 is "
        "better: mean over families ± standard error, and on how many families it was better. "
        "`chosen` takes the form that was best on a held-out third of the training rows.",
        "",
        "| skewness | error | algorithm | form | log ratio | better on |",
        "| --- | --- | --- | --- | --: | --: |",
    ]
    order = ["bin", "error", "algorithm", "form"]
    for (within, error, name, form), part in rows.groupby(order, sort=True):
        ratios = part.groupby("family")["log_ratio"].mean()
        lines.append(
            f"| {within} | {error} | {name} | {form} | {by_group(ratios)} | "
            f"{(ratios < 0).sum()} of {len(ratios)} |"
        )
    return "\n".join([*lines, "", made_by(command), ""])


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=Path, help="a folder of tables with a manifest.csv")
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    n, seeds = (120, 1) if arguments.smoke else (MAX_ROWS, 3)
    tables = list(drawn(n, seeds))
    if not arguments.smoke:
        X, y = load_diabetes(return_X_y=True, as_frame=True)
        tables.append(("diabetes", check_table(X, y)))
        tables += stored(arguments.tables)
    rows = []
    for family, table in tables[: 2 if arguments.smoke else None]:
        rows += measure(family, table)
        print(family, len(table.y), flush=True)
    with results(arguments.smoke) as folder:
        (folder / "long_tails.md").write_text(
            page(pd.DataFrame(rows), "long_tails.py --tables FOLDER")
        )


if __name__ == "__main__":
    main()
