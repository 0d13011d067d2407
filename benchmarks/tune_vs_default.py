"""Measure whether `tune` beats the defaults of the strongest libraries on unseen rows.

A quarter of each dataset is held out. `tune` gets the rest, a budget, and the
bundled knowledge base without the dataset's family; scikit-learn's histogram
gradient boosting and LightGBM get the same rows with their defaults, text and
levels as pandas categories. Judged by ROC AUC (two classes), log loss (more),
RMSE (numbers). Each dataset's line is kept as it is done: a run that was
stopped goes on. ::

    python benchmarks/tune_vs_default.py --shared ../shared --budget 60 --datasets abalone titanic
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import train_test_split

from autometa.algorithms import TableCleaner
from autometa.datasets import load_dataset
from autometa.evaluation import Predictions, default_metric, score
from autometa.knowledge_base import KnowledgeBase
from autometa.tables import Table
from autometa.tuning import tune

RESULTS = Path(__file__).parent / "results" / "tune_vs_default"
MAX_HGB_LEVELS = 255


def main() -> None:
    """Measure the datasets that are not measured yet, then write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds datasets/")
    parser.add_argument("--datasets", nargs="+", required=True)
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--n-jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=RESULTS, help="without the ending")
    arguments = parser.parse_args()
    manifest = pd.read_csv(arguments.shared / "datasets" / "manifest.csv").set_index("name")
    lines = arguments.out.with_suffix(".jsonl")
    lines.parent.mkdir(exist_ok=True)
    for name in arguments.datasets:
        if (name, arguments.budget) in {(r["dataset"], r["budget"]) for r in read(lines)}:
            continue
        row = measure(arguments, name, manifest.loc[name])
        with lines.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(json.dumps(row), file=sys.stderr)
    arguments.out.with_suffix(".md").write_text(report(read(lines)))


def read(lines: Path) -> list[dict[str, Any]]:
    """Return what is measured already."""
    return [json.loads(line) for line in lines.read_text().splitlines()] if lines.exists() else []


def measure(arguments: argparse.Namespace, name: str, about: pd.Series[Any]) -> dict[str, Any]:
    """Return the scores of the three on the held-out rows of a dataset."""
    path = arguments.shared / "datasets" / f"{name}.parquet"
    table = load_dataset(str(path), about["target"], about["task_type"])
    train, test = split(table, arguments.seed)
    metric = default_metric(table.task_type)
    row: dict[str, Any] = {
        "dataset": name,
        "task_type": table.task_type,
        "n_rows": len(table.y),
        "n_columns": table.X.shape[1],
        "metric": metric,
        "budget": arguments.budget,
    }
    start = time.monotonic()
    result = tune(
        table.X.iloc[train],
        table.labels[train],
        time_budget=arguments.budget,
        n_jobs=arguments.n_jobs,
        random_state=arguments.seed,
        task_type=table.task_type,
        knowledge_base=without_family(about["family"]),
    )
    row["seconds"] = round(time.monotonic() - start, 2)
    row["tune"] = judge(result.best_pipeline, table, test, metric)
    row["expected"] = result.score
    board = result.leaderboard()
    row["trials"] = board["status"].value_counts().to_dict()
    row["best"] = board["algorithm"].iloc[0] if len(board) else "-"
    row["n_members"] = len(result.ensemble)
    row["notes"] = list(result.notes)
    is_regression = table.task_type == "regression"
    frame = as_categories(table.X, train)
    hist = HistGradientBoostingRegressor if is_regression else HistGradientBoostingClassifier
    forest = hist(categorical_features="from_dtype", random_state=0)
    forest.fit(frame.iloc[train], table.y[train])
    row["hist_gradient_boosting"] = judge(forest, table, test, metric, frame)
    cleaned = TableCleaner().fit_transform(table.X)
    light = LGBMRegressor if is_regression else LGBMClassifier
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        booster = light(verbosity=-1, n_jobs=1).fit(cleaned.iloc[train], table.y[train])
        row["lightgbm"] = judge(booster, table, test, metric, cleaned)
    return row


def split(table: Table, seed: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return training and test rows; classes keep their shares."""
    rows = np.arange(len(table.y))
    counts = np.bincount(table.y) if table.n_classes else np.array([2])
    stratify = table.y if table.n_classes and counts.min() >= 2 else None
    train, test = train_test_split(rows, test_size=0.25, random_state=seed, stratify=stratify)
    return train, test


def without_family(family: str) -> KnowledgeBase:
    """Return the bundled knowledge base without the tasks of a family."""
    kb = KnowledgeBase.bundled()
    tasks = kb.tasks[kb.tasks["family"] != family]
    kept = set(tasks["task_id"])
    return KnowledgeBase.from_frames(
        tasks,
        kb.metafeatures[kb.metafeatures.index.isin(kept)],
        kb.runs[kb.runs["task_id"].isin(kept)],
    )


def as_categories(X: pd.DataFrame, train: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Return the raw table as scikit-learn's booster takes it."""
    columns = {}
    for name in X.columns:
        column = X[name]
        if pd.api.types.is_numeric_dtype(column.dtype) and column.dtype != bool:
            columns[name] = column.astype("float64")
            continue
        codes = pd.Categorical(
            column.astype(object), categories=column.iloc[train].dropna().unique()
        )
        if len(codes.categories) <= MAX_HGB_LEVELS:
            columns[name] = pd.Series(codes, X.index)
        else:
            columns[name] = pd.Series(codes.codes, X.index, dtype="float64").replace(-1.0, np.nan)
    return pd.DataFrame(columns)


def judge(
    model: Any,
    table: Table,
    test: np.ndarray[Any, Any],
    metric: str,
    frame: pd.DataFrame | None = None,
) -> float:
    """Return the score on the held-out rows."""
    X = (table.X if frame is None else frame).iloc[test]
    if not table.n_classes:
        values = np.asarray(model.predict(X), dtype="float64")
    else:
        labels = table.classes if frame is None else np.arange(table.n_classes)
        position = {label: i for i, label in enumerate(labels.tolist())}
        values = np.full((len(test), table.n_classes), 1e-15)
        said = model.predict_proba(X)
        for i, label in enumerate(np.asarray(model.classes_).tolist()):
            values[:, position[label]] = said[:, i]
        values /= values.sum(axis=1, keepdims=True)
    return score(metric, Predictions(y=table.y[test], values=values, n_classes=table.n_classes))


def report(rows: list[dict[str, Any]]) -> str:
    """Return the table of all measured datasets."""
    lines = [
        "# `tune` against the defaults",
        "",
        __doc__.split("::")[0].strip(),  # type: ignore[union-attr]
        "",
        "Scores are greater-is-better. A ratio below 1 is the share of the default's error "
        "(1 - AUC, log loss, RMSE) that `tune` leaves.",
        "",
        "| dataset | task | rows x columns | budget | seconds | trials | tune | HGB | LightGBM "
        "| error / HGB | error / LightGBM |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    ratios: dict[str, list[float]] = {"hist_gradient_boosting": [], "lightgbm": []}
    for row in rows:
        told = []
        for rival, kept in ratios.items():
            kept.append(error(row, "tune") / error(row, rival))
            told.append(f"{kept[-1]:.3f}")
        lines.append(
            f"| {row['dataset']} | {row['task_type']} | {row['n_rows']} x {row['n_columns']} "
            f"| {row['budget']:g} s | {row['seconds']:.1f} | {row['trials'].get('ok', 0)} "
            f"| {row['tune']:.5g} | {row['hist_gradient_boosting']:.5g} | {row['lightgbm']:.5g} "
            f"| {told[0]} | {told[1]} |"
        )
    lines.append("")
    for rival, kept in ratios.items():
        wins = sum(ratio < 1 for ratio in kept)
        mean = float(np.exp(np.mean(np.log(np.maximum(kept, 1e-3)))))
        lines.append(
            f"- against {rival}: better on {wins} of {len(kept)}, "
            f"geometric mean of the error ratio {mean:.3f}"
        )
    overshoot = max((row["seconds"] - row["budget"] for row in rows), default=0.0)
    lines.append(f"- worst overshoot of the budget: {overshoot:+.2f} s")
    return "\n".join(lines) + "\n"


def error(row: dict[str, Any], who: str) -> float:
    """Return what the model gets wrong: 1 - AUC, log loss or RMSE."""
    value = row[who]
    return max(1e-9, 1.0 - value if row["metric"] == "roc_auc" else -value)


if __name__ == "__main__":
    main()
