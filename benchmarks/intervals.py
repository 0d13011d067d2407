"""Measure how often intervals and sets hold the truth of rows held back.

Models are cheap ones with five folds, as `tune` has them; the calibration is the one that a
tuned pipeline keeps. Tables are drawn (even errors, errors that grow, few rows, groups with
effects of their own) or stored ones with a manifest.

    python benchmarks/intervals.py [--tables FOLDER] [--repeats 20] [--smoke] [--out FILE]
"""

from __future__ import annotations

import argparse
import subprocess
import warnings
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from autometa.exceptions import ParameterError
from autometa.tuning.final_model._conformal import calibrate, interval, label_set

RESULT = Path(__file__).parent / "results" / "intervals.md"
LEVELS = (0.8, 0.9, 0.95)
NEW_ROWS = 2_000
MAX_ROWS = 1_000  # of stored tables to learn from: more rows only cover more exactly
MAX_TABLES = 12  # of each kind: the smallest of their families
KINDS = ("even errors", "growing errors", "30 rows", "new groups", "three classes", "rare class")


def draw(kind: str, rng: np.random.Generator) -> tuple[Any, ...]:
    """Return rows to learn from, then new ones: X, y, groups, each twice."""
    n = 30 if kind == "30 rows" else 500
    X = rng.normal(size=(n + NEW_ROWS, 4))
    signal = X[:, 0] + X[:, 1] ** 2
    groups = None
    y: Any = signal + rng.normal(size=len(X))
    if kind == "growing errors":
        y = signal + np.exp(signal / 3) * rng.normal(size=len(X))
    if kind == "new groups":
        groups = rng.integers(0, 40, len(X))
        groups[n:] += 40  # no new row is of a group that was learnt from
        y = y + 2 * rng.normal(size=80)[groups]
    if kind == "three classes":
        y = np.digitize(y, [0, 1.5])
    if kind == "rare class":
        y = (y > np.quantile(y, 0.97)).astype(int)
    return X[:n], y[:n], X[n:], y[n:], None if groups is None else groups[:n]


def stored(folder: Path | None, seed: int) -> Iterator[tuple[Any, ...]]:
    """Yield tables of a folder, half of the rows to learn from."""
    if folder is None:
        return
    manifest = pd.read_csv(folder / "manifest.csv")
    manifest = manifest[manifest["n_rows"] > 300].sort_values("n_rows").drop_duplicates("family")
    for kind in ("regression", "binary", "multiclass"):
        for row in manifest[manifest["task_type"] == kind].head(MAX_TABLES).to_dict("records"):
            data = pd.read_parquet(folder / f"{row['name']}.parquet")
            data = data.sample(frac=1, random_state=seed).reset_index(drop=True)
            labels = data.pop(row["target"])
            X = pd.get_dummies(data, dummy_na=False).astype("float64")
            X = X.fillna(X.median()).fillna(0.0).to_numpy()
            y: Any = pd.factorize(labels, sort=True)[0]
            if kind == "regression":
                y = labels.to_numpy(dtype="float64")
            n = min(MAX_ROWS, len(X) // 2)
            yield f"stored, {kind}", X[:n], y[:n], X[n:], y[n:], None


def models(is_class: bool, n: int) -> list[Any]:
    """Return a line and, where there are rows for it, trees."""
    if is_class:
        line: Any = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
        trees: Any = HistGradientBoostingClassifier(max_iter=30, random_state=0)
    else:
        line = make_pipeline(StandardScaler(), Ridge())
        trees = HistGradientBoostingRegressor(max_iter=30, random_state=0)
    return [line, trees] if n > 100 else [line]


def measure(name: str, *data: Any) -> list[dict[str, Any]]:
    """Return the coverage and size at each level, for each model."""
    X, y, newX, newy, groups = data
    is_class = y.dtype.kind in "iu"
    folds = list((GroupKFold(5) if groups is not None else KFold(5)).split(X, y, groups))
    if is_class and any(len(np.unique(y[train])) < y.max() + 1 for train, _ in folds):
        return []  # a class that a fold has not seen has no column there
    numbers = np.empty(len(y), dtype=int)
    for number, (_, test) in enumerate(folds):
        numbers[test] = number
    rows = []
    for model in models(is_class, len(y)):
        method = "predict_proba" if is_class else "predict"
        held_out = cross_val_predict(model, X, y, cv=folds, method=method)
        new = getattr(model.fit(X, y), method)(newX)
        fitted = calibrate(held_out, y, numbers, groups, seed=0)
        for level in LEVELS:
            row = {"table": name, "level": level, "covered": np.nan, "size": np.nan}
            try:
                if is_class:
                    inside = label_set(fitted, new, level, by_class=False)
                    row["covered"] = inside[np.arange(len(newy)), newy].mean()
                    row["size"] = inside.sum(axis=1).mean()
                else:
                    ends = interval(fitted, new, level)
                    row["covered"] = ((ends[:, 0] <= newy) & (newy <= ends[:, 1])).mean()
                    row["size"] = (ends[:, 1] - ends[:, 0]).mean() / newy.std()
            except ParameterError:  # too few rows or groups: counted as refused
                pass
            rows.append(row)
    return rows


def table(runs: pd.DataFrame) -> str:
    """Return one line for each kind of table and level."""
    lines = [
        "| table | asked | covered | worst tenth | size | runs | refused |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (name, level), group in runs.groupby(["table", "level"], sort=False):
        made = group["covered"].dropna()
        if not len(made):
            lines.append(f"| {name} | {level:g} | - | - | - | 0 | {len(group)} |")
            continue
        error = made.std(ddof=1) / np.sqrt(len(made))
        lines.append(
            f"| {name} | {level:g} | {made.mean():.3f} ± {error:.3f} | {made.quantile(0.1):.3f} | "
            f"{group['size'].mean():.2f} | {len(made)} | {len(group) - len(made)} |"
        )
    return "\n".join(lines)


def report(runs: pd.DataFrame, repeats: int) -> str:
    """Return the page of results."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    versions = ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "numpy"))
    return f"""# Intervals and sets

How often `predict_interval` and `predict_set` hold the truth of rows held back. Drawn tables:
{repeats} each, {NEW_ROWS:,} new rows; stored ones: one split each. A line and boosted trees, five
folds, the final model fitted on all rows. "Covered" is the mean over tables and models with its
standard error; "worst tenth" the share that nine of ten runs exceed; "size" the mean width in
standard deviations of the target, or the mean number of classes in a set; "refused" the runs
with too few rows or groups for the level. Nothing was tuned on these tables. Commit
{head.stdout.strip()}; {versions}.

{table(runs)}
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=Path, help="a folder of parquet files and a manifest.csv")
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--smoke", action="store_true", help="one small table of each kind")
    parser.add_argument("--out", type=Path, default=RESULT)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    repeats = 1 if asked.smoke else asked.repeats
    rows: list[dict[str, Any]] = []
    for kind in KINDS[2:3] if asked.smoke else KINDS:
        for seed in range(repeats):
            rows += measure(kind, *draw(kind, np.random.default_rng(seed)))
    for name, *data in stored(None if asked.smoke else asked.tables, 0):
        rows += measure(name, *data)
    page = report(pd.DataFrame(rows), repeats)
    if asked.smoke:
        print(page)
    else:
        asked.out.write_text(page)


if __name__ == "__main__":
    main()
