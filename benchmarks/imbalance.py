"""Measure what class weights and a tuned threshold do where one class is rare.

For each table and model: probabilities of 5 folds, the decision rule that `tune` chooses on
them, and scores on rows held back. "Weighted" is the same model with classes weighted as if
they were equally common (`class_weight="balanced"`).

    python benchmarks/imbalance.py [--tables FOLDER] [--repeats 2] [--smoke] [--out FILE]
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
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, balanced_accuracy_score, f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from autometa.tuning.final_model._deciding import DecisionPolicy

RESULT = Path(__file__).parent / "results" / "imbalance.md"
SHARES = (0.05, 0.01, 0.001)
ROWS = {0.05: 2_000, 0.01: 5_000, 0.001: 20_000}  # of training; 20 rare rows at least
NEW_ROWS = 30_000
MAX_SHARE, MAX_ROWS = 0.1, 6_000  # of the tables that are looked at
SCORES = {"f1": f1_score, "balanced accuracy": balanced_accuracy_score}
METRICS = {"f1": "f1", "balanced accuracy": "balanced_accuracy"}


def models(weight: str | None, seed: int) -> dict[str, Any]:
    """Return the models, with classes weighted or not."""
    return {
        "logistic": make_pipeline(
            StandardScaler(), LogisticRegression(class_weight=weight, max_iter=500)
        ),
        "forest": RandomForestClassifier(
            50, min_samples_leaf=3, class_weight=weight, random_state=seed
        ),
        "boosting": HistGradientBoostingClassifier(
            max_iter=40, learning_rate=0.15, class_weight=weight, random_state=seed
        ),
    }


def generated(repeats: int, sizes: dict[float, int], n_new: int) -> Iterator[tuple[Any, ...]]:
    """Yield tables that are drawn: name, rows to learn from, rows to predict."""
    for share in sizes:
        for seed in range(repeats):
            n = sizes[share]
            X, y = make_classification(
                n + n_new,
                n_features=12,
                n_informative=6,
                n_clusters_per_class=2,
                weights=[1 - share],
                flip_y=share / 5,
                class_sep=0.8,
                random_state=seed,
            )
            yield f"generated, {share:.1%}", X[:n], y[:n], X[n:], y[n:]


def stored(folder: Path | None, repeats: int) -> Iterator[tuple[Any, ...]]:
    """Yield the binary tables of a folder with a manifest whose rarer class is rare."""
    if folder is None:
        return
    manifest = pd.read_csv(folder / "manifest.csv")
    chosen = manifest[
        (manifest["task_type"] == "binary")
        & (manifest["minority_fraction"] < MAX_SHARE)
        & (manifest["n_rows"] * manifest["minority_fraction"] >= 40)
    ].drop_duplicates("family")
    for row in chosen.to_dict("records"):
        data = pd.read_parquet(folder / f"{row['name']}.parquet")
        data = data.sample(min(len(data), MAX_ROWS), random_state=0)
        labels = data.pop(row["target"])
        y = (labels == labels.value_counts().idxmin()).to_numpy(dtype=int)
        X = pd.get_dummies(data, dummy_na=False).astype("float64")
        X = X.fillna(X.median()).fillna(0.0).to_numpy()
        for seed in range(repeats):
            parts = train_test_split(X, y, test_size=0.5, stratify=y, random_state=seed)
            yield row["name"], parts[0], parts[2], parts[1], parts[3]


def measure(name: str, X: Any, y: Any, newX: Any, newy: Any, seed: int) -> list[dict[str, Any]]:
    """Return the scores of each model, weighted or not, by both rules."""
    rows = []
    for weight in (None, "balanced"):
        for model_name, model in models(weight, seed).items():
            folds = StratifiedKFold(5, shuffle=True, random_state=seed)
            held_out = cross_val_predict(model, X, y, cv=folds, method="predict_proba")
            numbers = np.zeros(len(y), dtype=int)
            for number, (_, test) in enumerate(folds.split(X, y)):
                numbers[test] = number
            new = model.fit(X, y).predict_proba(newX)
            row = {
                "table": name,
                "model": model_name,
                "weighted": weight is not None,
                "average precision": average_precision_score(newy, new[:, 1]),
            }
            for score_name, score in SCORES.items():
                policy = DecisionPolicy(metric=METRICS[score_name])
                rule = policy.rule(held_out, y, numbers, seed)
                row[score_name, "plain"] = score(newy, new.argmax(axis=1))
                row[score_name, "tuned"] = score(newy, rule.apply(new).argmax(axis=1))
            rows.append(row)
    return rows


def _paired(differences: pd.Series) -> str:
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    return f"{differences.mean():+.3f} ± {error:.3f}"


def table(runs: pd.DataFrame) -> str:
    """Return one line a table: means over models and repeats."""
    lines = [
        "| table | rule | f1 | f1, weighted | balanced accuracy | balanced accuracy, weighted | "
        "average precision | average precision, weighted |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, group in runs.groupby("table", sort=False):
        plain, weighted = group[~group["weighted"]], group[group["weighted"]]
        for rule in ("plain", "tuned"):
            cells = [
                f"{part[score, rule].mean():.3f}" for score in SCORES for part in (plain, weighted)
            ]
            ap = [f"{part['average precision'].mean():.3f}" for part in (plain, weighted)]
            lines.append(f"| {name} | {rule} | {' | '.join(cells + ap)} |")
    return "\n".join(lines)


def differences(runs: pd.DataFrame) -> str:
    """Return what each does, as paired differences, each table once for each model."""
    keys = ["table", "model"]
    means = runs.drop(columns=["repeat"]).groupby([*keys, "weighted"]).mean()
    plain, weighted = (means.xs(flag, level="weighted") for flag in (False, True))
    lines = ["| compared | f1 | balanced accuracy |", "| --- | --- | --- |"]
    pairs = {
        "tuned threshold against one half": (plain, "tuned", plain, "plain"),
        "class weights against none, at one half": (weighted, "plain", plain, "plain"),
        "class weights against none, threshold tuned": (weighted, "tuned", plain, "tuned"),
    }
    for what, (left, of_left, right, of_right) in pairs.items():
        cells = [_paired(left[score, of_left] - right[score, of_right]) for score in SCORES]
        lines.append(f"| {what} | {' | '.join(cells)} |")
    ap = weighted["average precision"] - plain["average precision"]
    lines += ["", f"Average precision, class weights against none: {_paired(ap)}; by model:", ""]
    for model in dict.fromkeys(runs["model"]):
        of_model = ap.xs(model, level="model")
        tuned = (weighted["f1", "tuned"] - plain["f1", "tuned"]).xs(model, level="model")
        lines.append(f"- {model}: average precision {_paired(of_model)}, tuned f1 {_paired(tuned)}")
    return "\n".join(lines)


def report(runs: pd.DataFrame, repeats: int) -> str:
    """Return the page of results."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    versions = ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "numpy"))
    return f"""# Rare classes

What class weights and a threshold chosen on out-of-fold rows do where one class is rare: scores
on rows held back, means over {repeats} split(s) and three models (logistic regression, forest,
boosting). The rule is that of `tune_threshold="auto"`: it keeps to one half where the gain does
not exceed its error. Nothing was tuned on these tables. Errors are paired standard errors over
tables and models. Commit {head.stdout.strip()}; {versions}.

{differences(runs)}

{table(runs)}
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=Path, help="a folder of parquet files and a manifest.csv")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help="one small table")
    parser.add_argument("--out", type=Path, default=RESULT)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    sizes, repeats, n_new = ROWS, asked.repeats, NEW_ROWS
    if asked.smoke:
        sizes, repeats, n_new = {0.1: 300}, 1, 500
    rows: list[dict[str, Any]] = []
    sources = [*generated(repeats, sizes, n_new), *stored(asked.tables, repeats)]
    for number, (name, *data) in enumerate(sources):
        rows += [{**row, "repeat": number} for row in measure(name, *data, number % repeats)]
    page = report(pd.DataFrame(rows), repeats)
    if asked.smoke:
        print(page)
    else:
        asked.out.write_text(page)


if __name__ == "__main__":
    main()
