"""Measure how far the score that `tune` reports lies above the score on new rows.

Tables are drawn from a known source, so that as many new rows as one likes can be drawn too:
labels that are coins, labels that hang on two of six columns, and numbers that do. Three
figures are compared with the score of the returned pipeline on new rows: the best score of
the leaderboard (picked from many), the cross-fitted score that is reported, and, as a
yardstick, the standard error of a score over folds.

    python benchmarks/optimism.py [--repeats 20] [--smoke] [--out FILE]
"""

from __future__ import annotations

import argparse
import subprocess
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from autometa import tune
from autometa.metrics import Predictions, score

RESULT = Path(__file__).parent / "results" / "optimism.md"
SIZES = (100, 300, 1_000)
TRIALS = (5, 20, 60)
SOURCES = ("coins", "labels", "numbers")
NEW_ROWS = 5_000
CHEAP = {  # cheap ones: what is measured is the choice, which is the same for all
    "classification": ["logistic_regression", "naive_bayes", "decision_tree", "nearest_neighbors"],
    "regression": ["ridge", "elastic_net", "decision_tree", "nearest_neighbors"],
}
METRICS = {"coins": "roc_auc", "labels": "roc_auc", "numbers": "r2"}


def draw(source: str, n: int, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Return ``n`` rows of a source."""
    X = pd.DataFrame(rng.normal(size=(n, 6)), columns=list("abcdef"))
    if source == "coins":
        return X, rng.integers(0, 2, n)
    signal = (X["a"] + X["a"] * X["b"]).to_numpy() + rng.normal(0, 2, n)
    return X, signal if source == "numbers" else (signal > 0).astype(int)


def measure(source: str, n: int, n_trials: int, seed: int) -> dict[str, float | str | int]:
    """Return what one run promises and what it holds."""
    rng = np.random.default_rng([seed, n, n_trials])
    X, y = draw(source, n, rng)
    result = tune(
        X,
        y,
        metric=METRICS[source],
        n_trials=n_trials,
        time_budget=None,
        algorithms=CHEAP["regression" if source == "numbers" else "classification"],
        knowledge_base=False,
        isolate=False,
        random_state=seed,
    )
    new_X, new_y = draw(source, NEW_ROWS, rng)
    pipeline = result.best_pipeline
    is_class = hasattr(pipeline, "classes_")
    values = pipeline.predict_proba(new_X) if is_class else pipeline.predict(new_X)
    new = Predictions(y=new_y, values=np.asarray(values), n_classes=2 if is_class else 0)
    true = score(METRICS[source], new)
    best = result.leaderboard().iloc[0]
    low, high = result.score_interval
    return {
        "source": source,
        "rows": n,
        "trials": n_trials,
        "true": true,
        "best": best["score"] - true,
        "reported": result.score - true,
        "noise": best["score_std"] / np.sqrt(5),
        "covered": low <= true <= high,
        "width": high - low,
    }


def table(runs: pd.DataFrame) -> str:
    """Return one line for each source, size and number of trials."""
    lines = [
        "| source | metric | rows | trials | score on new rows | best of the leaderboard | "
        "reported | standard error of one score | within the interval | its width |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (source, rows, trials), group in runs.groupby(["source", "rows", "trials"], sort=True):
        error = group[["best", "reported"]].std(ddof=1) / np.sqrt(len(group))
        lines.append(
            f"| {source} | {METRICS[source]} | {rows} | {trials} | {group['true'].mean():.3f} | "
            f"{group['best'].mean():+.3f} ± {error['best']:.3f} | "
            f"{group['reported'].mean():+.3f} ± {error['reported']:.3f} | "
            f"{group['noise'].mean():.3f} | {group['covered'].sum()} of {len(group)} | "
            f"{group['width'].mean():.3f} |"
        )
    return "\n".join(lines)


def report(runs: pd.DataFrame, repeats: int) -> str:
    """Return the page of results."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    versions = ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "optuna", "numpy"))
    return f"""# Optimism

How far scores lie above the score of the returned pipeline on {NEW_ROWS:,} new rows: means over
{repeats} tables, with standard errors. "Best of the leaderboard" is what a search promises that
scores its choice on the rows it was made on; "reported" is `TuneResult.score`, for which setups
and weights are chosen on other folds. What is left has two sources: the search has proposed setups
by scores of all folds, and the rows of a fold have trained the models that the others were
judged by. "Within the interval": how often the score on new rows lies in `score_interval`, which is
made for as many new rows as the table has, so that {NEW_ROWS:,} lie in it more often than nine
times of ten. Commit {head.stdout.strip()}; {versions}.

{table(runs)}
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--smoke", action="store_true", help="one small table, two repeats")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--trials", type=int, nargs="+", default=TRIALS)
    parser.add_argument("--out", type=Path, default=RESULT)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    repeats = 2 if asked.smoke else asked.repeats
    sizes, trials = ((60,), (3,)) if asked.smoke else (asked.sizes, asked.trials)
    runs = [
        measure(source, n, n_trials, seed)
        for source in SOURCES
        for n in sizes
        for n_trials in trials
        for seed in range(repeats)
    ]
    page = report(pd.DataFrame(runs), repeats)
    if asked.smoke:
        print(page)
    else:
        asked.out.write_text(page)


if __name__ == "__main__":
    main()
