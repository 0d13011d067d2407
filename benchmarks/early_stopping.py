"""Measure what boosting that stops by itself gains, and by how much it flatters its score.

Each setup of LightGBM is cross-validated on five folds with as many trees as the search space
allows. The held-out loss after each tree then says what each policy would have done: where it
stops, what it reports, and how the refit with its number of trees does on rows that no fold has
seen.

fixed: the setup's own number of trees. judged: the best on the rows the fold is judged on.
others: the mean of what the other folds found. first: what the first fold found, by its loss or
by the area under its curve. halves: what one half of the held-out rows found, judged on the
other. inner: a fifth of the training rows is held out once more.

    python benchmarks/early_stopping.py --shared ../shared [--tables 10] [--seeds 1]
    python benchmarks/early_stopping.py --smoke
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from measuring import SMOKE, made_by, results
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import KFold, train_test_split

Array = npt.NDArray[Any]
MOST_TREES = 800  # the upper end of LightGBM's search space
MAX_ROWS = 1_000  # to search on: early stopping flatters most where few rows are held out
MAX_FRESH = 5_000
AREA = 3  # place of its curve, behind those of all held-out rows and their halves
GUESSED_AREA = 0.5
N_FOLDS = 5
INNER_SHARE = 0.2
POLICIES = ("fixed", "judged", "others", "first", "first by area", "halves", "inner")
PATIENCE = (0.5, 1.0, 2.0, 4.0)  # over the learning rate
MIN_PATIENCE = 20
SETUPS = {  # the presets, with the number of trees they have without stopping
    "library": {"learning_rate": 0.1, "num_leaves": 31, "n_estimators": 100},
    "slow": {"learning_rate": 0.03, "num_leaves": 8, "n_estimators": 400, "subsample": 0.8},
    "fast": {"learning_rate": 0.3, "num_leaves": 15, "n_estimators": 50},
}


def tables(shared: Path | None, n: int) -> list[tuple[str, str, pd.DataFrame, Array]]:
    """Return name, task type, features and target of ``n`` tables, of as many families."""
    if shared is None:
        return [
            ("breast_cancer", "binary", *load_breast_cancer(return_X_y=True, as_frame=True)),
            ("diabetes", "regression", *load_diabetes(return_X_y=True, as_frame=True)),
        ]
    manifest = pd.read_csv(shared / "datasets/manifest.csv", keep_default_na=False)
    manifest = manifest[
        (manifest.n_rows >= 600) & (manifest.n_features < 40) & (manifest.n_classes <= 4)
    ]
    manifest = manifest.drop_duplicates("family").sample(frac=1.0, random_state=0)
    manifest = manifest.groupby("task_type").head(-(-n // 3)).head(n)
    found = []
    for row in manifest.itertuples():
        frame = pd.read_parquet(shared / f"datasets/{row[1]}.parquet")
        target = frame.pop(row.target)
        y = target.to_numpy() if row.task_type == "regression" else pd.factorize(target)[0]
        found.append((row[1], row.task_type, frame, y))
    return found


def fit(
    X: pd.DataFrame, y: Array, setup: dict[str, Any], task_type: str, seen: list[tuple[Any, Any]]
) -> tuple[Any, list[Array]]:
    """Return a model, and its loss on each of ``seen`` after each tree."""
    make = lightgbm.LGBMRegressor if task_type == "regression" else lightgbm.LGBMClassifier
    losses: dict[str, dict[str, list[float]]] = {}
    model = make(**setup, subsample_freq=1, n_jobs=1, verbosity=-1, random_state=0)
    names = [str(i) for i in range(len(seen))]
    watching: dict[str, Any] = {}
    if seen:
        watching = {"eval_set": seen, "eval_names": names}
        watching["callbacks"] = [lightgbm.record_evaluation(losses)]
        watching["eval_metric"] = ["auc"] if task_type == "binary" else None
    model.fit(X, y, **watching)
    curves = [np.array(next(v for k, v in losses[n].items() if k != "auc")) for n in names]
    if task_type == "binary":
        curves += [1 - np.array(losses[n]["auc"]) for n in names[:1]]
    return model, curves


def predict(model: Any, X: pd.DataFrame, n_trees: int) -> Array:
    """Return probabilities or values of the first trees."""
    how = model.predict_proba if hasattr(model, "classes_") else model.predict
    return np.asarray(how(X, num_iteration=int(n_trees)))


def scores(y: Array, values: Array) -> dict[str, float]:
    """Return the loss and, of two classes, 1 less the area, as shares of what a guess has."""
    if values.ndim == 1:
        return {"loss": float(np.mean((y - values) ** 2) / np.var(y))}
    labels = np.arange(values.shape[1])
    shares = np.tile([(y == k).mean() for k in labels], (len(y), 1))
    guessed = log_loss(y, shares, labels=labels)
    shown = {"loss": float(log_loss(y, values, labels=labels) / guessed)}
    if values.shape[1] == 2:
        shown["1 - auc"] = (1.0 - float(roc_auc_score(y, values[:, 1]))) / GUESSED_AREA
    return shown


def best(curve: Array) -> int:
    """Return the number of trees with the least loss."""
    return int(np.argmin(curve)) + 1


def stopped(curve: Array, patience: int) -> tuple[int, int]:
    """Return the best number of trees and those grown, when patience ends the fit."""
    least, at = np.inf, 0
    for i, loss in enumerate(curve):
        if loss < least:
            least, at = loss, i
        elif i - at >= patience:
            return at + 1, i + 1
    return at + 1, len(curve)


def measure(
    X: pd.DataFrame, y: Array, task_type: str, setup: dict[str, Any], seed: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a row a policy, and a row a patience and fold."""
    is_class = task_type != "regression"
    n_rows = min(MAX_ROWS, int(0.6 * len(y)))
    rows, fresh = train_test_split(
        np.arange(len(y)), train_size=n_rows, random_state=seed, stratify=y if is_class else None
    )
    rows = rows[np.isin(y[rows], np.unique(y[fresh]))] if is_class else rows
    fresh = fresh[np.isin(y[fresh], np.unique(y[rows]))][:MAX_FRESH] if is_class else fresh
    fresh = fresh[:MAX_FRESH]
    XS, yS, XF, yF = X.iloc[rows], y[rows], X.iloc[fresh], y[fresh]
    most = setup | {"n_estimators": MOST_TREES}
    folds = list(KFold(N_FOLDS, shuffle=True, random_state=seed).split(XS))
    fitted, patient = [], []
    for train, test in folds:
        half = test[::2], test[1::2]
        seen = [(XS.iloc[part], yS[part]) for part in (test, *half)]
        model, curves = fit(XS.iloc[train], yS[train], most, task_type, seen)
        inner, held = train_test_split(train, test_size=INNER_SHARE, random_state=seed)
        watched = [(XS.iloc[held], yS[held])]
        twin, (curve, *_) = fit(XS.iloc[inner], yS[inner], most, task_type, watched)
        fitted.append((test, half, model, curves, twin, best(curve)))
        for factor in PATIENCE:
            rounds = max(MIN_PATIENCE, round(factor / setup["learning_rate"]))
            at, grown = stopped(curves[0], rounds)
            worse = (curves[0][at - 1] - curves[0].min()) / curves[0][0]
            patient.append({"patience": factor, "grown": grown, "worse": worse})
    counts = [best(curves[0]) for _, _, _, curves, _, _ in fitted]
    first = fitted[0][3]
    by_area = best(first[AREA] if len(first) > AREA else first[0])
    found = []
    refits: dict[int, dict[str, float]] = {}
    whole, _ = fit(XS, yS, most | {"n_estimators": 2 * MOST_TREES}, task_type, [])
    for policy in POLICIES:
        reported, used = [], []
        for i, (test, half, model, curves, twin, inside) in enumerate(fitted):
            others = round(np.mean([c for j, c in enumerate(counts) if j != i]))
            n = {
                "fixed": setup["n_estimators"],
                "judged": counts[i],
                "others": others,
                "first": counts[0],
                "first by area": by_area,
                "halves": counts[i],
                "inner": inside,
            }[policy]
            values = predict(twin if policy == "inner" else model, XS.iloc[test], n)
            if policy == "halves":
                place = {row: k for k, row in enumerate(test)}
                for judged, curve in ((half[0], curves[2]), (half[1], curves[1])):
                    at = [place[row] for row in judged]
                    values[at] = predict(model, XS.iloc[judged], best(curve))
            reported.append(scores(yS[test], values))
            used.append(n)
        grown = 1.25 if policy != "inner" else 1.25 / (1 - INNER_SHARE)
        for scaled in (False, True):
            n = round(np.mean(used) * (grown if scaled and policy != "fixed" else 1.0))
            if n not in refits:
                refits[n] = scores(yF, predict(whole, XF, n))
            for metric in reported[0]:
                said = float(np.mean([fold[metric] for fold in reported]))
                found.append({"policy": policy, "scaled": scaled, "metric": metric,
                              "reported": said, "fresh": refits[n][metric],
                              "trees": float(np.mean(used))})  # fmt: skip
    return found, patient


def report(rows: pd.DataFrame, patient: pd.DataFrame) -> list[str]:
    """Return the tables: optimism and fresh loss beside the fixed number, and patience."""
    lines = [
        "Losses are in % of that of a guess, less that of the fixed number of trees: by how much "
        "the reported loss is too good, and the loss on new rows of a refit with as many trees as "
        "a fold had, or as many more as there are more rows. Mean over tables ± standard error.",
        "",
        "| metric | policy | trees | optimism | new rows | new rows, more trees |",
        "| --- " * 6 + "|",
    ]
    for metric in rows.metric.unique():
        for policy in POLICIES[1:]:
            one = rows[rows.metric == metric]
            (optimism, gain, trees), (_, scaled, _) = (
                _beside_fixed(one[one.scaled == is_scaled], policy) for is_scaled in (False, True)
            )
            lines.append(f"| {metric} | {policy} | {trees} | {optimism} | {gain} | {scaled} |")
    head = "| patience x learning rate | trees grown | loss above the least, % of one tree's |"
    lines += ["", head, "| --- " * 3 + "|"]
    for factor, one in patient.groupby("patience"):
        lines.append(f"| {factor:g} | {one.grown.mean():.0f} | {100 * one.worse.mean():.2f} |")
    return lines


def _beside_fixed(rows: pd.DataFrame, policy: str) -> tuple[str, str, str]:
    """Return optimism and loss on new rows of a policy less those of the fixed number."""
    wide = rows.set_index(["table", "setup", "seed", "policy"])
    one, base = wide.xs(policy, level="policy"), wide.xs("fixed", level="policy")
    optimism = 100 * ((one.fresh - one.reported) - (base.fresh - base.reported))
    gain = 100 * (one.fresh - base.fresh)
    by_table = pd.DataFrame({"o": optimism, "g": gain, "t": one.trees}).groupby("table").mean()
    mean, sem = by_table.mean(), by_table.sem()
    return f"{mean.o:+.2f} ± {sem.o:.2f}", f"{mean.g:+.2f} ± {sem.g:.2f}", f"{mean.t:.0f}"


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", type=Path, help="the folder with tables")
    parser.add_argument("--tables", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--smoke", action="store_true", help=SMOKE)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    rows: list[dict[str, Any]] = []
    patient: list[dict[str, Any]] = []
    for name, task_type, X, y in tables(None if args.smoke else args.shared, args.tables):
        for label, setup in list(SETUPS.items())[: 1 if args.smoke else None]:
            for seed in range(args.seeds):
                found, grown = measure(X, np.asarray(y), task_type, setup, seed)
                key = {"table": name, "setup": label, "seed": seed}
                rows += [key | row for row in found]
                patient += [key | row for row in grown]
        print(name, task_type, len(y), flush=True)
    lines = report(pd.DataFrame(rows), pd.DataFrame(patient))
    print("\n".join(lines))
    with results(args.smoke) as folder:
        head = ["# Boosting that stops by itself", "", *__doc__.splitlines()[2:11], ""]
        page = [*head, *lines, "", made_by("early_stopping.py --shared ../shared")]
        (folder / "early_stopping.md").write_text("\n".join(page) + "\n")


if __name__ == "__main__":
    main()
