"""Measure defaults from the table against the libraries' own, on families left out.

Each estimator is fitted twice on three quarters of the rows: with its library's defaults, and
with `default_config` by the bundled knowledge base without the table's family, as
`autometa.drop_in` does. Both are judged on the other quarter, by ROC AUC (two classes), log
loss (more) or RMSE (numbers). Categories are numbered, for both alike. Each line is kept when
it is done: a run that was stopped goes on. ::

    python benchmarks/drop_in.py --shared ../shared --n-tables 40
    python benchmarks/drop_in.py --smoke
"""

from __future__ import annotations

import argparse
import importlib
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import tune_compared
from measuring import SMOKE, Kept, by_group, made_by, results
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import OrdinalEncoder

from autometa import default_config
from autometa.algorithms import get_algorithm, kind_of_task
from autometa.datasets import load_dataset
from autometa.metrics import Predictions, default_metric, score
from autometa.tables import Table

ALGORITHMS = ("lightgbm", "xgboost", "catboost", "hist_gradient_boosting", "random_forest",
              "extra_trees", "decision_tree")  # fmt: skip
RUN = {
    "lightgbm": {"n_jobs": 1, "verbose": -1},
    "xgboost": {"n_jobs": 1},
    "catboost": {"thread_count": 1, "verbose": 0, "allow_writing_files": False},
}
MIN_ROWS, MAX_ROWS = 200, 5_000  # scores of fewer rows say little; more take long
SPLITS = 2


def main() -> None:
    """Measure what is not measured yet, then write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--shared", type=Path, help="folder that holds datasets/")
    parser.add_argument("--n-tables", type=int, default=40)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    options = parser.parse_args()
    tables = [("sklearn:wine", None, None, "wine")]
    if not options.smoke:
        tables = drawn(options.shared, options.n_tables)
    with results(options.smoke) as folder:
        kept = Kept(folder / "drop_in.jsonl")
        for source, target, task_type, family in tables:
            table = load_dataset(source, target, task_type=task_type)
            for split in range(1 if options.smoke else SPLITS):
                for name in ALGORITHMS[-2:] if options.smoke else ALGORITHMS:
                    key = (family, split, name)
                    kept.rows(key, lambda t=table, k=key: [measured(t, *k)])  # type: ignore[misc]
            (folder / "drop_in.md").write_text(report(pd.DataFrame(kept)))
        print((folder / "drop_in.md").read_text())


def drawn(shared: Path, n: int) -> list[tuple[str, str | None, str | None, str]]:
    """Return tables at random, one of a family at most."""
    manifest = pd.read_csv(shared / "datasets" / "manifest.csv")
    manifest = manifest[manifest["n_rows"].between(MIN_ROWS, MAX_ROWS)]
    chosen = manifest.sample(frac=1.0, random_state=0).drop_duplicates("family").head(n)
    return [
        (str(shared / "datasets" / f"{d.name}.parquet"), d.target, d.task_type, d.family)
        for d in chosen.itertuples()
    ]


# what is learnt from a knowledge base is kept as long as it lives: one for all of a table
without_family = lru_cache(maxsize=1)(tune_compared.without_family)


def measured(table: Table, family: str, split: int, name: str) -> dict[str, Any]:
    """Return the error of both on the rows held out: 1 - AUC, log loss or RMSE."""
    algorithm = get_algorithm(name)
    train, test = train_test_split(
        np.arange(len(table.y)), random_state=split, stratify=table.y if table.n_classes else None
    )
    X = numbered(table.X)
    path = algorithm.estimators[kind_of_task(table.task_type)]
    module, _, class_name = path.rpartition(".")
    make = getattr(importlib.import_module(module), class_name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = default_config(
            name,
            table.X.iloc[train],
            table.y[train],
            task_type=table.task_type,
            knowledge_base=without_family(family),
        )
        errors = {}
        for label, given in (("library", {}), ("table", config)):
            state = {"random_seed" if name == "catboost" else "random_state": split}
            model = make(**{**given, **RUN.get(name, {}), **state}).fit(X[train], table.y[train])
            errors[label] = error_of(model, X[test], table, test)
    return {"family": family, "task_type": table.task_type, "algorithm": name, **errors}


def numbered(X: pd.DataFrame) -> Any:
    """Return a table as numbers: categories and words by their place in the order of names."""
    texts = [c for c in X if not pd.api.types.is_numeric_dtype(X[c])]
    numbers = X.copy()
    if texts:
        as_text = X[texts].astype(object).where(X[texts].notna(), "missing").astype(str)
        numbers[texts] = OrdinalEncoder().fit_transform(as_text)
    return numbers.astype("float64").to_numpy()


def error_of(model: Any, X: Any, table: Table, rows: Any) -> float:
    """Return what is to be small."""
    metric = default_metric(table.task_type)
    values = model.predict_proba(X) if table.n_classes else model.predict(X)
    reached = score(
        metric,
        Predictions(y=table.y[rows], values=np.asarray(values, float), n_classes=table.n_classes),
    )
    return 1 - reached if table.task_type == "binary" else -reached


def report(rows: pd.DataFrame) -> str:
    """Return the page."""
    rows = rows.assign(gain=np.log(rows["library"].clip(1e-4) / rows["table"].clip(1e-4)))
    lines = [
        "# Defaults from the table, and the libraries' own",
        "",
        "Gain: mean logarithm of the library's error over that with defaults from the table (0.05 "
        "is 5 % less error), with its standard error over families, which were left out of the "
        "knowledge base. Won and lost: tables (means over splits) on which errors differ by more "
        "than 1 %.",
        "",
        "| algorithm | tables | gain | won | lost |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, own in [*rows.groupby("algorithm"), ("all", rows)]:
        of_table = own.groupby(["family", "algorithm"])["gain"].mean()
        lines.append(
            f"| {name} | {len(of_table)} | {by_group(own['gain'], own['family'])} "
            f"| {(of_table > 0.01).mean():.0%} | {(of_table < -0.01).mean():.0%} |"
        )
    return "\n".join([*lines, "", made_by("drop_in.py --shared ../shared"), ""])


if __name__ == "__main__":
    main()
